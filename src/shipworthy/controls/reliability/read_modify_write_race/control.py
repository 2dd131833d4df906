"""Numbers that are read, computed and written back while others do the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.columns import is_held, is_state, is_stock, is_sum, words
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.writes import (
    MANY,
    books,
    by_whom,
    helper_of,
    reread,
    stored,
    together,
)
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review

_QUOTA = frozenset("used usage uses quota redemptions redeemed sold".split())
_IDLE = frozenset(
    "view views like likes click clicks download downloads visit visits share".split()
)
_LIMITER = regex(r"rate_?limit|throttl|quota|usage", re.IGNORECASE)
"""Tables that count calls: what is lost there is a call, no money."""
_VERSION = regex(r"^filter:(version|updated_?at|revision|lock_version|etag)$", re.I)
_LOCK = regex(r"lock|claim|reserve|acquire", re.I)


class ReadModifyWriteRace(
    Control,
    id="read-modify-write-race",
    title="Two at once, one is lost",
    consequence="Parallel requests spend the same money, sell the same seat or lose a booking.",
    severity=Severity.MEDIUM,
    satisfies=("A28", "cwe:362"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, list[tuple[Handler, Effect, str]]] = {}
        for handler in prototype.handlers:
            for effect in stored(handler):
                if _starts_anew(effect):
                    continue
                for column in reread(effect, handler):
                    if _weight(column) is not None and not _opens(column, effect):
                        key = f"{handler.subject} → {effect.target}.{column}"
                        found.setdefault(key, []).append((handler, effect, column))
        emptied = [case for handler in prototype.handlers for case in _emptied(handler)]
        if not found and not emptied:
            yield self.not_applicable("no entry point counts up or down what it has read before")
        sharing = Counter(helper for cases in found.values() if (helper := _shared(cases)))
        told: set[str] = set()
        for handler, effect, column in emptied:
            if f"{handler.subject} → {effect.target}.{column}" not in found:
                yield self._of_emptied(prototype, handler, effect, column)
        for subject, cases in found.items():
            helper = _shared(cases)
            if sharing[helper] <= MANY:
                yield self._judged(prototype, subject, cases)
            elif helper not in told:
                told.add(helper)
                yield self._judged(prototype, helper, cases, sharing[helper])

    def _judged(
        self,
        prototype: Prototype,
        subject: str,
        cases: list[tuple[Handler, Effect, str]],
        sharing: int = 0,
    ) -> Finding:
        racing = [case for case in cases if not _is_guarded(*case)]
        handler, effect, column = (racing or cases)[0]
        entry, *steps = way(prototype, handler, effect)
        shown = tuple(dict.fromkeys((entry, *_read(prototype, handler, effect), *steps)))
        if not racing:
            return self.satisfied(subject, "The write holds only for what was read", *shown)
        if effect.atomic:
            reason = (
                "A transaction is around it: right if the row is locked or the isolation is strict"
            )
            return self.unknown(subject, reason, *shown)
        message = (
            f"{handler.name} reads {column} of {effect.target}, computes and writes it back without a lock or"
            f" condition: {_cost(column)}"
        )
        if sharing:
            message += f" ({sharing} entry points share it)"
        severity = _weight(column)
        if _LIMITER.search(effect.target) or (
            severity is Severity.MEDIUM and _REPORTS.search(effect.target)
        ):
            severity = Severity.LOW
        if severity is not None and severity.blocks_launch and _is_claimed(handler, effect):
            severity = (
                Severity.MEDIUM
            )  # what is repeated is refused: only two different ones collide
        sure = Confidence.LOW if severity is Severity.LOW else Confidence.HIGH
        severity = by_whom(handler, effect, severity) if severity is not None else None
        return self.gap(subject, message, *shown, severity=severity, confidence=sure)

    def _of_emptied(
        self, prototype: Prototype, handler: Handler, effect: Effect, column: str
    ) -> Finding:
        entry, *steps = way(prototype, handler, effect)
        shown = tuple(dict.fromkeys((entry, *_read(prototype, handler, effect), *steps)))
        message = (
            f"{handler.name} reads {column} of {effect.target}, gives it away and then sets it to nothing,"
            " whatever it is by then: parallel requests each give it away"
        )
        return self.gap(
            f"{handler.subject} → {effect.target}.{column}",
            message,
            *shown,
            severity=by_whom(handler, effect, Severity.HIGH),
        )

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """What a person does: no machine knows the right way here."""
        del prototype
        said = (
            f"Change the value of {finding.subject} in one statement (`set total = total + $1`) "
            "or in a database function, never from a value that was read before"
        )
        return Remedy(said, Review.BY_HAND)


def _shared(cases: list[tuple[Handler, Effect, str]]) -> str:
    """The function that the first of them stands in, with what it writes; "" for the entry point."""
    _, effect, column = cases[0]
    helper = helper_of(effect)
    return f"{helper} → {effect.target}.{column}" if helper else ""


def _emptied(handler: Handler) -> Iterator[tuple[Handler, Effect, str]]:
    """Updates that set what was read, and given to somebody, to nothing without asking whether it is still
    there."""
    for effect in stored(handler):
        if effect.operation != "update" or effect.atomic or effect.after_failure:
            continue
        for name, text in effect.literals.items():
            column = name.removeprefix("value:")
            if name == column or text not in ("0", "0.0") or not _is_worth(column):
                continue
            if not _is_guarded(handler, effect, column) and _given(handler, effect, column):
                yield handler, effect, column
                break


def _is_worth(column: str) -> bool:
    return is_held(column) or is_sum(column)


def _given(handler: Handler, effect: Effect, column: str) -> bool:
    """True where what the column held goes into something else that the same call books."""
    return any(
        other is not effect
        and (books(other) or any(is_held(name) or is_sum(name) for name, _ in other.of("value:")))
        and together(other, effect)
        and any(
            o.kind == "row" and o.name == effect.target and o.key.rpartition(".")[2] == column
            for prefix in ("value:", "argument:")
            for _, origins in other.of(prefix)
            for o in origins
        )
        for other in handler.effects_of(EffectKind.QUERY)
    )


_SERVICES = regex(
    r"integration|oauth|connection|credential|session|account|google|gmail|calendar|provider", re.I
)


def _is_claimed(handler: Handler, effect: Effect) -> bool:
    """True where an update before moves a row on only as long as it is in its former state: the same
    purchase or message comes no second time so far."""
    return any(
        other.operation == "update" and is_state(name[7:]) and f"value:{name[7:]}" in other.inputs
        for other in handler.effects[: handler.effects.index(effect)]
        for name in (*other.inputs, *other.literals)
        if name.startswith("filter:") and other.target != effect.target
    )


# What is counted for a report, and nobody is paid by.
_REPORTS = regex(
    r"(^|_)(analytics?|metrics?|statistics?|stats?|performance|impressions?|insights?|reports?|leaderboards?)$",
    re.IGNORECASE,
)


def _opens(column: str, effect: Effect) -> bool:
    """True for the tokens by which another service lets one in: nobody spends them."""
    return "tokens" in words(column) and bool(_SERVICES.search(effect.target))


def _starts_anew(effect: Effect) -> bool:
    """True where what somebody has is set to what the code says: a reset, no sum."""
    return any(
        name.startswith("value:") and is_held(name[6:]) and text.isdigit()
        for name, text in effect.literals.items()
    )


def _weight(column: str) -> Severity | None:
    """How bad a lost change is; None for numbers that nobody relies on."""
    found = set(words(column))
    if found & _IDLE:
        return None
    if is_held(column):
        return Severity.HIGH
    if is_stock(column) or is_sum(column):
        return Severity.MEDIUM
    return Severity.LOW if found & _QUOTA else None


def _cost(column: str) -> str:
    if is_held(column):
        return "parallel requests spend the same money twice or lose some"
    if is_stock(column):
        return "parallel requests take the same piece twice"
    return "parallel requests are counted once"


def _is_guarded(handler: Handler, effect: Effect, column: str) -> bool:
    names = (*effect.inputs, *effect.literals)
    if f"filter:{column}" in names or any(_VERSION.match(name) for name in names):
        return True
    before = handler.effects[: handler.effects.index(effect)]
    return any(
        e.operation in ("rpc", "raw") and _LOCK.search(f"{e.target} {e.literals.get('text', '')}")
        for e in before
    )


def _read(prototype: Prototype, handler: Handler, effect: Effect) -> tuple[Evidence, ...]:
    for other in handler.effects_of(EffectKind.QUERY):
        if other.operation == "select" and other.target == effect.target:
            return (prototype.evidence("code", other.location),)
    return ()
