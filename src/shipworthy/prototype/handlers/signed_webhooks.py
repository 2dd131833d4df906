"""A webhook made to check who sent the message: which edit fits it, in which language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.handlers.lenient_signatures import without_leniency
from shipworthy.prototype.handlers.python_signature_edits import with_python_signature
from shipworthy.prototype.handlers.senders import STRIPE, Sender, sender_of
from shipworthy.prototype.handlers.signature_edits import with_signature
from shipworthy.prototype.secrets.dotenv import parse_environment_file
from shipworthy.prototype.source import Language

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


_OF_STRIPE = "STRIPE_WEBHOOK_SECRET"


class SignedWebhook(Struct, frozen=True):
    """The changed texts by path, whose signature is checked, and the variable of its secret ("" for the
    one that the code reads already)."""

    texts: Mapping[str, str]
    sender: str
    secret: str


def signed_webhook(prototype: Prototype, handler: Handler) -> SignedWebhook | None:
    """The edit that lets a webhook refuse what was not signed.

    A check that is left out where the secret or the signature is missing is made to hold. Else one
    is written, for a sender that the address names and whose secret the prototype has a variable for
    (Stripe's own name for it is taken where there is none). None where neither is possible.
    """
    file = prototype.files.get(handler.location.path)
    if file is None:
        return None
    text = without_leniency(file, handler)
    if text is not None:
        return SignedWebhook({file.path: text}, "its sender", "")
    sender = sender_of(handler.route.path) or sender_of(file.path)
    secret = _secret(prototype, sender) if sender is not None else None
    if sender is None or secret is None:
        return None
    if file.language is Language.PYTHON:
        text = with_python_signature(file, handler, sender, secret)
        return SignedWebhook({file.path: text}, sender.name, secret) if text else None
    texts = with_signature(prototype, handler, sender, secret)
    return SignedWebhook(texts, sender.name, secret) if texts else None


def _secret(prototype: Prototype, sender: Sender) -> str | None:
    names = {read.name for read in prototype.environment}
    for file in prototype.files.values():
        if file.name.startswith(".env") and file.text is not None:
            names |= {setting.name for setting in parse_environment_file(file.text)}
    if sender is STRIPE and (_OF_STRIPE in names or not any(map(sender.is_secret, names))):
        return _OF_STRIPE
    return sender.secret_among(names)
