"""Payments and subscriptions of others at the provider, which the caller names by their numbers."""

from __future__ import annotations

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.breach import Breach, Judged
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.standing import Caller, caller
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.regex import regex

REFUNDS = regex(r"refunds\.create$|(^|\.)refund$|\.refunds?\.\w*create\w*$")
CANCELS = regex(r"subscriptions\.(cancel|del)$")
_NUMBERS = ("payment_intent", "charge", "payment", "payment_id", "subscription")


def of_paid(handler: Handler, effect: Effect) -> Judged | None:
    """A payment that is given back, or a subscription that ends, whichever the caller names: neither a
    right is asked for nor whose it is, and nothing that is known here was found by it."""
    if effect.kind is not EffectKind.PAYMENT or effect.has(*_ASKED):
        return None
    if not (REFUNDS.search(effect.operation) or CANCELS.search(effect.operation)):
        return None
    who, named = caller(handler, effect), _named(effect)
    if who is not Caller.KNOWN or not named or _is_looked_up(handler, effect, named):
        return None
    return Judged(Breach.FOREIGN, effect, Harm.SPEND, who, Severity.HIGH, Confidence.HIGH)


_ASKED = (Check.ROLE, Check.OWNER, Check.SECRET, Check.SIGNATURE, Check.UNCLEAR, Check.REFUSES)


def _named(effect: Effect) -> frozenset[Origin]:
    """The inputs that alone say which payment is meant."""
    given = [effect.inputs[name] for name in _NUMBERS if effect.inputs.get(name)]
    found = frozenset().union(*(given or [effect.inputs.get("text", frozenset())]))
    return found if all(o.is_input for o in found) else frozenset()


def _is_looked_up(handler: Handler, effect: Effect, named: frozenset[Origin]) -> bool:
    """True where a row or a payment was found before by anything that the caller sends, and may say whose."""
    before = handler.effects[: handler.effects.index(effect)]
    asked = (EffectKind.QUERY, EffectKind.PAYMENT, EffectKind.FETCH, EffectKind.CALL)
    return any(
        named & origins
        for other in before
        if other.kind in asked
        for origins in other.inputs.values()
    )
