"""Entry points that take a payment, or look whether one was made, before they act."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.columns import is_state, is_sum, words
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.regex import regex

# Hosts, packages and files of payment providers.
_PROVIDER = regex(
    r"paypal|stripe|razorpay|paystack|flutterwave|mollie|adyen|braintree|klarna|mercado_?pago|square(up)?\b"
    r"|payments?\b|checkout|billing",
    re.IGNORECASE,
)
_REFUSED = 400


def is_paid_for(handler: Handler, effect: Effect) -> bool:
    """True where a payment that the caller names was captured or looked up at its provider before an
    effect, and some callers were refused between the two: whoever gets so far has most likely paid. The
    capture itself is one as well, where its answer decides who is refused.

    What the refusal compares is not followed, so whoever asks can only put a question.
    """
    at = handler.effects.index(effect)
    if _asks_for_payment(effect):
        return any(map(_refuses, handler.effects[at:]))
    before = handler.effects[:at]
    asked = next((number for number, one in enumerate(before) if _asks_for_payment(one)), None)
    return asked is not None and any(map(_refuses, before[asked + 1 :]))


_PAID = frozenset(
    """payment payments transaction transactions contribution contributions donation donations
    deposit deposits""".split()
)
_PAID_FOR = frozenset(
    """order orders invoice invoices purchase purchases booking bookings subscription
    subscriptions""".split()
)
_SETTLED = regex(r"^(paid|succe\w*|completed?|confirmed|active|true)$", re.IGNORECASE)


def books_a_payment(effect: Effect) -> bool:
    """True where a payment is noted as made, in the sum or the state that was sent or for the row that was
    sent: `update orders set status = 'paid' where id = $1`."""
    table = set(words(effect.target))
    changed = effect.operation in ("update", "upsert") and table & (_PAID | _PAID_FOR)
    added = effect.operation == "insert" and table & _PAID
    if effect.kind is not EffectKind.QUERY or not (changed or added):
        return False
    told = any(
        o.is_input and (is_state(name) or is_sum(name))
        for name, found in effect.of("value:")
        for o in found
    )
    settled = any(
        name.startswith("value:") and is_state(name[6:]) and _SETTLED.match(value)
        for name, value in effect.literals.items()
    )
    prefix = "value:" if added else "filter:"
    chosen = any(o.is_input for _, found in effect.of(prefix) for o in found)
    return chosen and (told or settled)


def _asks_for_payment(effect: Effect) -> bool:
    if effect.kind not in (EffectKind.PAYMENT, EffectKind.FETCH):
        return False
    named = any(o.is_input for found in effect.inputs.values() for o in found)
    where = f"{effect.target} {effect.literals.get('url', '')} {effect.path}"
    return named and (effect.kind is EffectKind.PAYMENT or bool(_PROVIDER.search(where)))


def _refuses(effect: Effect) -> bool:
    status = effect.literals.get("status", "")
    failed = any(way == "failed" for _, way in effect.branches)
    said = effect.kind is EffectKind.RESPONSE and status.isdigit() and int(status) >= _REFUSED
    return said and not failed
