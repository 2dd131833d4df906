"""What a payment provider's word covers at an entry point: the payment that the caller names, and no more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.writes import compared, inputs
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_READS = regex(r"^get$|(retrieve|get|fetch|verify|list)\w*$", re.IGNORECASE)
_SETTLES = regex(r"^post$|capture\w*$", re.IGNORECASE)
_NO_PAYMENT = regex(r"^(prices|products|plans|coupons|promotion_?codes|customers)\.", re.IGNORECASE)
_SIGNED = regex(
    r"hmac\.new\(.*|(hmac|hash|sha\d+)\b.*?\.update\(.*|^\s*\.update\((?!\s*\{|\s*\w+\)\s*$).*",
    re.IGNORECASE,
)
_ASSIGNS = regex(r"\s*(?:const |let |var )?(\w+)\s*=\s*(?!=)(.*)")
_NAMES_A_PAYMENT = regex(r"order|payment|subscription", re.IGNORECASE)
_COMPARES = regex(
    r"(metadata|amount|total|client_reference|customer|price|order|user)\w*\W.*([!=]==?|<|(?<!=)>)"
    r"|([!=]==?|<|(?<!=)>).*(metadata|amount|total|price)\w*",
    re.IGNORECASE,
)


def asked_about(handler: Handler, effect: Effect) -> frozenset[Origin]:
    """The inputs that name the payment of which the provider was asked before an effect."""
    before = handler.effects[: handler.effects.index(effect)]
    return frozenset(
        origin
        for asked in before
        if asked.kind is EffectKind.PAYMENT
        and (_READS.search(asked.operation) or _SETTLES.search(asked.operation))
        and not _NO_PAYMENT.search(asked.operation)
        for name in ("path", "text")
        for origin in inputs(asked.inputs.get(name, ()))
    )


def changes_at_provider(handler: Handler, effect: Effect) -> bool:
    """True where a payment is made, captured or marked before an effect: that fails the second time, or is
    paid for again."""
    before = handler.effects[: handler.effects.index(effect)]
    return any(e.kind is EffectKind.PAYMENT and not _READS.search(e.operation) for e in before)


def vouched(prototype: Prototype, handler: Handler, effect: Effect) -> str:
    """The input for which alone the provider's answer, or its signature, stands; "" where none does, or
    where what was paid for is compared with anything before the effect."""
    lines = _before(prototype, handler, effect)
    if not lines:
        return ""
    asked = sorted(asked_about(handler, effect))
    if asked:
        return "" if any(map(_COMPARES.search, lines)) else str(asked[0])
    if not effect.has(Check.SIGNATURE) or not effect.has(Check.SESSION):
        return ""
    return "what is signed" if _NAMES_A_PAYMENT.search(_signed(lines)) else ""


def beside(
    prototype: Prototype, handler: Handler, effect: Effect, sent: list[Origin]
) -> Origin | None:
    """Of what was sent and decides what is given, the first for which the provider's word does not stand."""
    signed = _signed(_before(prototype, handler, effect))
    asked = asked_about(handler, effect)
    for origin in sent:
        parts = (part for part in origin.key.split(".") if part)
        named = any(re.search(rf"\b{re.escape(part)}\b", signed) for part in parts)
        if origin not in asked and not named and not compared(effect, origin):
            return origin
    return None


def _signed(lines: tuple[str, ...]) -> str:
    """What goes into a signature as it is written, with what the names in it stand for."""
    text = " ".join(found[0] for line in lines if (found := _SIGNED.search(line)))
    named = set(re.findall(r"\w+", text))
    given = (found for line in lines if (found := _ASSIGNS.match(line)))
    return " ".join([text, *(found[2] for found in given if found[1] in named)])


def _before(prototype: Prototype, handler: Handler, effect: Effect) -> tuple[str, ...]:
    """The lines of the entry point down to an effect of its own."""
    file = prototype.files.get(handler.location.path)
    if file is None or effect.path != handler.location.path or not handler.whole:
        return ()
    return tuple(file.lines[handler.location.line - 1 : effect.line - 1])
