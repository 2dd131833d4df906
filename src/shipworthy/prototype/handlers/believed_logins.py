"""Logins that believe whoever calls: a token for the account of an address that was sent along."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.reaching import is_live

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NAMES = re.compile(r"e?_?mail|phone|mobile|user_?name|(google|apple|facebook)_?id", re.IGNORECASE)
# What proves something, when it is sent along or asked for: then a person has to judge.
_PROVES = re.compile(
    r"\b\w*(verif|compare|validat|authenticat|check|confirm)\w*\(|\.sign_?in\w*\("
    r"|\b(otp|pin|code|auth_?code|password|passcode|secret|signature|challenge|credentials?|nonce"
    r"|(id|access|refresh|magic|login|reset|invite|provider|google|apple|firebase)_?token|token_?hash|assertion)\b",
    re.IGNORECASE,
)
_NO_PROOF = (Check.RATE, Check.VALID, Check.ALLOWED)


def believed(prototype: Prototype, handler: Handler) -> tuple[Effect, Origin] | None:
    """The token that is signed for the account whose address or name the caller sends, and the input that
    is believed; None where anything is proved, asked of another server or not followed before."""
    for at, effect in enumerate(handler.effects):
        if effect.kind is not EffectKind.TOKEN or effect.operation != "sign":
            continue
        if not is_live(effect) or any(g.check not in _NO_PROOF for g in effect.guards):
            continue
        sent = _named_by(effect)
        asked = (EffectKind.FETCH, EffectKind.ACCOUNT, EffectKind.TOKEN)
        if sent is None or any(e.kind in asked for e in handler.effects[:at]):
            continue
        file = prototype.files.get(handler.location.path)
        if effect.path != handler.location.path or file is None:
            continue
        lines = file.lines[handler.location.line - 1 : effect.line]
        if not any(_PROVES.search(line) for line in lines):
            return effect, sent
    return None


def _named_by(effect: Effect) -> Origin | None:
    """The input by which alone the account was found that a token is for."""
    for origin in sorted(effect.inputs.get("text", ()), key=lambda o: o[:3]):
        found_by = [by for by in origin.by if by.is_input] if origin.kind == "row" else []
        if len(found_by) == 1 and _NAMES.fullmatch(found_by[0].key):
            return found_by[0]
    return None
