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

_COMPARES_WHO = regex(
    r"(user|owner|account|customer|buyer|payer|e?mail|uid|profile)\w*\W.*[!=]=|[!=]=.*(user|owner|account|customer|buyer|payer|mail|uid|profile)",
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
        if origin not in asked and not _is_in(origin, signed) and not compared(effect, origin):
            return origin
    return None


def is_of_somebody(prototype: Prototype, handler: Handler, effect: Effect) -> bool:
    """True where the payment that the caller names is looked up or kept in a table, or anything of it is
    compared: whose it is may be known by that."""
    lines = _before(prototype, handler, effect)
    if any(_COMPARES.search(line) or _COMPARES_WHO.search(line) for line in lines):
        return True
    signed, asked = _signed(lines), asked_about(handler, effect)
    return any(
        origin.kind == "answer" or origin in asked or _is_in(origin, signed)
        for other in handler.effects_of(EffectKind.QUERY)
        for name, found in other.inputs.items()
        if name.startswith("filter:") or (other.operation == "insert" and name.startswith("value:"))
        for origin in found
    )


def _is_in(origin: Origin, signed: str) -> bool:
    parts = (part for part in origin.key.split(".") if part)
    return origin.is_input and any(re.search(rf"\b{re.escape(part)}\b", signed) for part in parts)


def _signed(lines: tuple[str, ...]) -> str:
    """What goes into a signature as it is written, with what the names in it stand for."""
    text = " ".join(found[0] for line in lines if (found := _SIGNED.search(line)))
    named = set(re.findall(r"\w+", text))
    given = (found for line in lines if (found := _ASSIGNS.match(line)))
    return " ".join([text, *(found[2] for found in given if found[1] in named)])


def _before(prototype: Prototype, handler: Handler, effect: Effect) -> tuple[str, ...]:
    """The lines of the entry point down to an effect, or to the call of a function that has it."""
    own = handler.location.path
    places = [(effect.path, effect.line), *((s.path, s.line) for s in reversed(effect.steps))]
    end = next((line for path, line in places if path == own), 0)
    file = prototype.files.get(own)
    if file is None or not handler.whole:
        return ()
    return tuple(file.lines[handler.location.line - 1 : max(end - 1, 0)])
