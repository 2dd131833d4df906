"""Payments and orders that a double click or a retry makes twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.columns import is_held, words
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.state_asked import asks_for_the_state
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.writes import (
    awaits_payment,
    books,
    charges_card,
    inputs,
    reread,
    sets_state,
    stored,
    together,
)
from shipworthy.regex import regex

_OUT = regex(r"(charges|transfers|payouts|Charge|Transfer|Payout)\.create$")
_SUBSCRIBES = regex(r"(subscriptions|Subscription)\.create$")
_INTENT = regex(r"(paymentIntents|PaymentIntent)\.create$")
_RECORD = regex(
    r"order|transaction|transfer|trade|redemption|purchase|payment|payout|withdrawal|booking|spend",
    re.I,
)
_KEY = regex(r"idempot|request_?id|client_?(ref|key|id)|nonce|dedup|reference|external_?id", re.I)
_BOUGHT = regex(
    r"subscri|payment|order|charge|transfer|payout|transaction|purchase|tenant|customer|invoice|donation"
    r"|booking|reservation|appointment|registration|enrol|ticket|redemption|withdrawal|refund",
    re.I,
)
_PURSE = frozenset("wallet wallets balance funds cash".split())
"""What holds money rather than points of a game."""
_OFFERS = regex(r"gateway|method|provider|setting|config|plan|product|price", re.IGNORECASE)
"""Tables of what there is to pay with and for: a look at them refuses no repeat."""


class NotIdempotent(
    Control,
    id="not-idempotent",
    title="A retry pays again",
    consequence="A double click or a repeated request charges, transfers or orders a second time.",
    severity=Severity.MEDIUM,
    satisfies=("A28", "H39", "cwe:837"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, Finding] = {}
        for handler in prototype.handlers:
            if handler.route.method == "GET" or handler.subject in found:
                continue
            finding = self._judged(prototype, handler)
            if finding is not None:
                found[handler.subject] = finding
        if not found:
            yield self.not_applicable("no entry point pays or spends anything")
        yield from found.values()

    def _judged(self, prototype: Prototype, handler: Handler) -> Finding | None:
        found = next(filter(None, (_moves_money(handler, e) for e in handler.effects)), None)
        if found is None:
            return None
        effect, what, severity = found
        shown = way(prototype, handler, effect)
        if effect.literals.get("idempotency"):
            return self.satisfied(
                handler.subject, "The provider gets a key for the request", *shown
            )
        if effect.has(Check.SIGNATURE, Check.SECRET):
            return None
        key = _recognised(handler, effect)
        if key:
            return self.satisfied(handler.subject, f"A repeat is recognised by {key}", *shown)
        looks = _looks_first(handler, effect) or _asks_for_the_record(handler, effect)
        if effect.atomic or effect.has(Check.UNCLEAR) or looks:
            reason = (
                f"{handler.name} {what} after a look at what is there: that may refuse a repeat"
            )
            return self.unknown(handler.subject, reason, *shown)
        message = (
            f"{handler.name} {what} for each request and knows none of them again: a double click or a retry"
            " does it twice"
        )
        # What staff books by hand is seen and put right; what it pays out is gone.
        by_staff = effect.has(Check.ROLE)
        if by_staff and books(effect) and severity is Severity.HIGH:
            severity = Severity.MEDIUM
            by_staff = False
        moved = _moved_with(handler, effect)
        asked = next((e for e in moved if asks_for_the_state(prototype, handler, e)), None)
        if asked is not None:
            message = (
                f"{handler.name} asks for the state of {asked.target}, then moves the row on whatever it is"
                " by then, and books an amount: of two requests at the same time both do"
            )
            severity = Severity.MEDIUM
        sure = Confidence.LOW if by_staff else Confidence.HIGH
        return self.gap(handler.subject, message, *shown, severity=severity, confidence=sure)


def _moves_money(handler: Handler, effect: Effect) -> tuple[Effect, str, Severity] | None:
    if effect.after_failure:
        return None
    if effect.kind is EffectKind.PAYMENT:
        if _OUT.search(effect.operation):
            return effect, "moves money", Severity.HIGH
        if _SUBSCRIBES.search(effect.operation) and not awaits_payment(effect):
            return effect, "opens a paid subscription", Severity.MEDIUM
        if _INTENT.search(effect.operation) and effect.literals.get("confirm") == "True":
            return effect, "charges", Severity.HIGH
        if charges_card(effect):
            return effect, "charges a card", Severity.HIGH
        return None
    if _moved_with(handler, effect):
        what = "moves a row on whatever its state is by then, and books an amount"
        return effect, what, Severity.HIGH
    if effect.kind is not EffectKind.QUERY or effect.operation != "update":
        return None
    spent = [c for c in reread(effect, handler) if is_held(c)]
    records = [
        e
        for e in stored(handler)
        if e.operation == "insert" and _RECORD.search(e.target) and together(e, effect)
    ]
    if not spent or not records or not any(inputs(o) for _, o in effect.of("value:")):
        return None
    grave = _PURSE.intersection(words(f"{effect.target}_{spent[0]}"))
    severity = Severity.HIGH if grave else Severity.MEDIUM
    return effect, f"changes {spent[0]} of {effect.target}", severity


def _moved_with(handler: Handler, effect: Effect) -> list[Effect]:
    """The rows that are moved on as an amount is booked; none for what books nothing."""
    if not books(effect):
        return []
    return [e for e in handler.effects if e is not effect and sets_state(e) and together(e, effect)]


def _recognised(handler: Handler, effect: Effect) -> str:
    """The key by which a request is known again: looked up, or claimed with a condition."""
    for other in handler.effects_of(EffectKind.QUERY):
        if other.excludes(effect):
            continue
        for column, origins in other.of("filter:"):
            if _KEY.search(column) and inputs(origins):
                return column
        claimed = other.operation == "update" and any(
            {"status", "state"} & set(words(k[7:]))
            for k in other.literals
            if k.startswith("filter:")
        )
        if claimed:
            return f"the state of {other.target}"
        if other.operation in ("upsert", "insert") and any(
            re.search("idempot", c, re.I) for c, _ in other.of("value:")
        ):
            return "a key that is stored"
    return ""


def _looks_first(handler: Handler, effect: Effect) -> bool:
    """True where what was bought before is looked up before, and something hangs on it."""
    before = handler.effects[: handler.effects.index(effect)]
    return effect.kind is EffectKind.PAYMENT and any(
        e.kind is EffectKind.QUERY
        and e.operation == "select"
        and not _OFFERS.search(e.target)
        and (_BOUGHT.search(e.target) or any("status" in name for name in e.literals))
        for e in before
    )


def _asks_for_the_record(handler: Handler, effect: Effect) -> bool:
    """True where the row that a first request leaves is looked up before, and what is done hangs on it:
    `if (await find(redemption)) return "already redeemed"`."""
    left = {
        e.target
        for e in stored(handler)
        if e.operation == "insert" and e is not effect and not e.excludes(effect)
    }
    before = handler.effects[: handler.effects.index(effect)]
    return any(
        e.kind is EffectKind.QUERY
        and e.operation == "select"
        and e.target in left
        and any(inputs(origins) for _, origins in e.of("filter:"))
        and set(effect.branches) - set(e.branches)
        for e in before
    )
