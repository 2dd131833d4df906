"""Writes that belong together and can stop halfway."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.columns import is_held, is_stock, words
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.leaving import Leaving
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.writes import (
    MANY,
    awaits_payment,
    books,
    by_whom,
    charges_card,
    helper_of,
    later,
    reread,
    sets_state,
    stored,
    together,
    undone,
)
from shipworthy.regex import regex

_LINES = regex(r"(_|^)(items?|lines?|line_items)$|Items?$|Lines?$")
_SOLD = regex(r"order|invoice|quote|purchase|sale|booking|transaction|receipt|payment", re.I)
_RECORD = regex(
    r"order|transaction|transfer|trade|redemption|purchase|payment|payout|withdrawal|escrow|booking|ledger"
    r"|history|entry|entries|movement|credit|claim",
    re.IGNORECASE,
)
# What happened is true whatever becomes of the rest.
_OF_ITSELF = regex(
    r"(log_?in|sign_?in|auth|activity|audit|session|visit|search)s?_?(logs?_?)?(history|entry|entries)",
    re.IGNORECASE,
)
_MADE_AGAIN = regex(
    r"cache|token|code|session|otp|embedding|chunk|suggestion|recommend|notification|sync|analytic|temp"
    r"|invit|connection|log|stat|snapshot|index|message|vector|lock|metric|score|ranking|presence|attempt|verification",
    re.IGNORECASE,
)
_PEOPLE = regex(r"user|profile|member|staff|employee|customer|tenant|role", re.I)
_FETCHED_ANEW = regex(r"sync|refresh|rebuild|regenerate|reimport|seed|hydrate", re.IGNORECASE)
_WEIGHTY = regex(
    r"^users$|profile|member|staff|employee|customer|role|permission|order|invoice|payment|price|booking|item|line"
    r"|resident|contact|document|answer|schedule|availab|ingredient|objective|question",
    re.IGNORECASE,
)
_CHARGED = regex(
    r"(subscriptions|charges|transfers|payouts|Subscription|Charge|Transfer|Payout)\.create$"
)


_MAY_LEAVE = "it returns on what the first step gave back, so the second may never follow it"


class _Pair(NamedTuple):
    first: Effect
    second: Effect
    what: str
    cost: str
    severity: Severity


class NonAtomicWrites(
    Control,
    id="non-atomic-writes",
    title="Half of it may happen",
    consequence="An error between two writes leaves money, orders or accounts half changed.",
    severity=Severity.MEDIUM,
    satisfies=("A28", "A37", "owasp:A10", "cwe:362"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        judged: dict[str, tuple[str, Finding]] = {}
        leaving = Leaving(prototype)
        for handler in prototype.handlers:
            if handler.subject not in judged:
                found = self._judged(prototype, handler, leaving)
                if found is not None:
                    judged[handler.subject] = found
        if not judged:
            yield self.not_applicable("no entry point makes writes that must hold together")
        sharing = Counter(helper for helper, _ in judged.values() if helper)
        told: set[str] = set()
        for helper, finding in judged.values():
            if sharing[helper] <= MANY:
                yield finding
            elif helper not in told:
                told.add(helper)
                message = f"{finding.message} ({sharing[helper]} entry points share it)"
                yield replace(finding, subject=helper, message=message)

    def _judged(
        self, prototype: Prototype, handler: Handler, leaving: Leaving
    ) -> tuple[str, Finding] | None:
        """What is to be said of an entry point, and the helper that it is about, if any."""
        pairs = list(_pairs(handler))
        if not pairs:
            return None
        bad = [p for p in pairs if not (p.first.atomic or p.second.atomic)]
        bad = [p for p in bad if not undone(handler, p.first)]
        if not bad:
            pair = pairs[0]
            shown = way(prototype, handler, pair.first)
            said = "They hold together or are taken back"
            return "", self.satisfied(handler.subject, said, *shown)
        sure = [p for p in bad if not leaving.may_leave_between(handler, p.first, p.second)]
        if not sure:
            shown = way(prototype, handler, bad[0].first)
            return "", self.unknown(handler.subject, _MAY_LEAVE, *shown)
        pair = max(sure, key=lambda p: p.severity.value)
        shown = tuple(
            dict.fromkeys(
                (*way(prototype, handler, pair.first), *way(prototype, handler, pair.second))
            )
        )
        message = f"{handler.name} {pair.what} without a transaction: {pair.cost}"
        one, other = helper_of(pair.first), helper_of(pair.second)
        severity = by_whom(handler, pair.first, pair.severity)
        gap = self.gap(handler.subject, message, *shown, severity=severity)
        return one if one == other else "", gap


def _pairs(handler: Handler) -> Iterator[_Pair]:
    made = list(stored(handler))
    computed = [_held(handler, effect) for effect in made]
    for position, first in enumerate(made):
        for at, second in enumerate(made[position + 1 :], position + 1):
            pair = _moved(first, second, computed[position], computed[at])
            pair = pair or _replaced(first, second) or _parts(first, second)
            if pair is not None and first.line != second.line and together(first, second):
                yield pair
    yield from _accounts(handler, made)
    yield from _charged(handler, made)
    yield from _booked(handler)


def _held(handler: Handler, effect: Effect) -> list[str]:
    """The columns of value that an update computes from what they were."""
    return [c for c in reread(effect, handler) if is_held(c) or is_stock(c)]


def _moved(first: Effect, second: Effect, one: list[str], other: list[str]) -> _Pair | None:
    """Value that is taken here and given there, or booked elsewhere; `one` and `other` are the columns of
    the two that were computed from what they were."""
    if not one and not other:
        return None
    column = (one or other)[0]
    severity = Severity.HIGH if is_held(column) else Severity.MEDIUM
    if one and other and first.target == second.target and is_held(one[0]):
        what = f"changes {one[0]} of {first.target} twice"
        return _Pair(
            first, second, what, "a failure between makes value vanish or appear", severity
        )
    if one and _RECORD.search(second.target) and second.operation in ("insert", "update"):
        what = f"changes {one[0]} of {first.target} and then writes {second.target}"
        cost = "a failure between leaves it changed with nothing to show for it"
        return _Pair(first, second, what, cost, severity)
    records = _RECORD.search(first.target) and not _OF_ITSELF.search(first.target)
    if other and records and first.operation == "insert" and not _rewards(first, second, other[0]):
        what = f"writes {first.target} and then changes {other[0]} of {second.target}"
        cost = "a failure between leaves a record of what never happened"
        return _Pair(first, second, what, cost, severity)
    return None


def _rewards(first: Effect, second: Effect, column: str) -> bool:
    """True for points given for what was done, in a try of their own: without them it was done as well."""
    points = {"points", "coins", "xp"} & {*words(column), *words(second.target)}
    return bool(points) and second.tried > first.tried


def _replaced(first: Effect, second: Effect) -> _Pair | None:
    """Rows that are deleted to be written anew."""
    if first.operation != "delete" or second.operation != "insert":
        return None
    if first.target != second.target or not first.target or _MADE_AGAIN.search(first.target):
        return None
    if not _is_same_set(first, second):
        return None
    severity = Severity.MEDIUM if _WEIGHTY.search(first.target) else Severity.LOW
    what = f"deletes rows of {first.target} and then inserts the new ones"
    cost = "when the second step fails, the data is gone"
    return _Pair(first, second, what, cost, severity)


def _is_same_set(first: Effect, second: Effect) -> bool:
    """True where the rows of one parent are replaced by what the caller sends, not by what is asked anew."""
    filters = {column for column, _ in first.of("filter:")}
    filters |= {name[7:] for name in first.literals if name.startswith("filter:")}
    columns = {column for column, _ in second.of("value:")}
    columns |= {name[6:] for name in second.literals if name.startswith("value:")}
    if not filters & columns and "*" not in columns:
        return False
    if "id" in filters and not {"id", "*"} & columns:
        return False
    origins = [o for _, found in second.of("value:") for o in found]
    if any(o.kind in ("model", "answer") for o in origins):
        return False
    return not any(_FETCHED_ANEW.search(step.function) for step in first.steps)


def _parts(first: Effect, second: Effect) -> _Pair | None:
    """An order and its lines."""
    if first.operation != "insert" or second.operation != "insert":
        return None
    if not _LINES.search(second.target) or not _SOLD.search(first.target):
        return None
    origins = [o for _, found in second.of("value:") for o in found]
    if not any(o.kind == "row" and o.name == first.target for o in origins):
        return None
    what = f"writes {first.target} and then {second.target}"
    return _Pair(
        first, second, what, "a failure between leaves it without its lines", Severity.MEDIUM
    )


def _accounts(handler: Handler, made: list[Effect]) -> Iterator[_Pair]:
    """A log-in and the person that belongs to it."""
    for account in handler.effects_of(EffectKind.ACCOUNT):
        if not re.match(r"create_?user$", account.operation, re.I) or account.after_failure:
            continue
        for second in made:
            origins = [o for _, found in second.of("value:") for o in found]
            tied = any(o.kind == "row" and o.name == "auth.users" for o in origins)
            if (
                second.operation == "insert"
                and tied
                and _PEOPLE.search(second.target)
                and together(account, second)
            ):
                what = f"makes a log-in and then a row of {second.target}"
                cost = "when that fails, the log-in stays without it and the address is taken"
                yield _Pair(account, second, what, cost, Severity.MEDIUM)


def _booked(handler: Handler) -> Iterator[_Pair]:
    """A request that is closed, and the amount that is booked for it."""
    for first in filter(sets_state, handler.effects):
        if first.has(Check.SIGNATURE):
            continue  # the provider delivers again what failed
        for second in filter(books, later(handler, first)):
            if together(first, second):
                what = f"moves {first.target} on and then runs {second.target}"
                cost = "when that fails, it counts as done and nothing was booked"
                yield _Pair(first, second, what, cost, Severity.HIGH)


def _charged(handler: Handler, made: list[Effect]) -> Iterator[_Pair]:
    """Money that was moved at a provider, and the record of it."""
    for payment in handler.effects_of(EffectKind.PAYMENT):
        charged = _CHARGED.search(payment.operation) or charges_card(payment)
        if not charged or awaits_payment(payment) or payment.has(Check.SIGNATURE):
            continue
        if any(
            e.kind is EffectKind.PAYMENT and re.search("cancel|refund|del", e.operation)
            for e in handler.effects
        ):
            continue
        after = handler.effects.index(payment)
        for second in made:
            later = handler.effects.index(second) > after
            if later and second.operation in ("insert", "update") and together(payment, second):
                what = f"moves money at the provider and then writes {second.target}"
                cost = "when that fails, somebody has paid for what the app knows nothing of"
                yield _Pair(payment, second, what, cost, Severity.HIGH)
                break
