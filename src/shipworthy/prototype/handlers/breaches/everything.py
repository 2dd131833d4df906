"""The rows of everybody, at once."""

from __future__ import annotations

import re

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.about import PII, is_private
from shipworthy.prototype.handlers.breaches.breach import Breach, Judged
from shipworthy.prototype.handlers.columns import is_held, is_money
from shipworthy.prototype.handlers.handler import (
    VECTORS,
    Check,
    Effect,
    EffectKind,
    Handler,
    Origin,
)
from shipworthy.prototype.handlers.ownership import Ownership
from shipworthy.prototype.handlers.standing import (
    Caller,
    Tie,
    is_one_for_all,
    tie,
)
from shipworthy.prototype.handlers.values import EVERY
from shipworthy.prototype.handlers.weight import (
    Harm,
    is_sensitive,
    revealed,
)
from shipworthy.regex import regex


def of_everything(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """The rows of everybody, for whoever is signed in; None where that is not wrong."""
    if kind in (Harm.CHANGE, Harm.DELETE) and is_of_all(effect, kind, ownership):
        severity = Severity.HIGH
        due = is_one_for_all(effect) or _DUE.search(handler.name)
        sure = Confidence.LOW if due else Confidence.HIGH
        return Judged(Breach.EVERYTHING, effect, kind, who, severity, sure)
    if kind is Harm.DELETE and empties(handler, effect):
        sure = Confidence.HIGH if ownership.of(effect.target) else Confidence.LOW
        return Judged(Breach.EVERYTHING, effect, kind, who, Severity.HIGH, sure)
    if kind is not Harm.READ or effect.kind is not EffectKind.QUERY:
        return None
    shown = revealed(handler, effect)
    people = ownership.lists_people(effect.target) and is_one_for_all(effect)
    if people and any(is_sensitive(origin, effect) for origin in shown):
        sure = Confidence.HIGH if ownership.unasked else Confidence.LOW
        return Judged(Breach.EVERYTHING, effect, kind, who, Severity.MEDIUM, sure)
    if not is_private(effect, shown, ownership) or ownership.of(effect.target) is False:
        return None
    texts = effect.literals.get("store") == VECTORS  # of users, in their own words
    grave = Severity.HIGH if texts or PII.search(effect.target) else Severity.MEDIUM
    # One team that shares its rows is as common as a leak, where no row security was ever meant.
    if is_one_for_all(effect):
        apart = ownership.fences(effect.target) and grave is Severity.HIGH
        shared = not apart or _asks_somewhere(handler, effect)
    else:
        shared = not ownership.of(effect.target)
    sure = Confidence.LOW if shared or _DUE.search(handler.name) else Confidence.HIGH
    weight = Severity.MEDIUM if not texts and _only_says_who(shown, effect) else grave
    return Judged(Breach.EVERYTHING, effect, kind, who, weight, sure)


def _only_says_who(shown: frozenset[Origin], effect: Effect) -> bool:
    """True where of accounts no more is shown than what colleagues are called and their address."""
    keys = {origin.key.rpartition(".")[2] for origin in shown}
    account = _ACCOUNTS.search(effect.target)
    return bool(account and keys) and all(map(_SAYS_WHO.match, keys))


_ACCOUNTS = regex(r"(^|[._])(users?|profiles?|staff|employees?|members?)$", re.IGNORECASE)
_SAYS_WHO = regex(
    r"(id|uuid|e?mail|avatar(_?url)?|(first|last|full|user|display|nick)?_?name)$", re.I
)


_DUE = regex(r"(^|[/_-])(cron|jobs?|tick|worker|scheduled?)([/_-]|$)", re.IGNORECASE)
"""Routes of jobs that are due anyway, which staff may start by hand."""


def is_of_all(effect: Effect, kind: Harm, ownership: Ownership) -> bool:
    """True for what goes through the rows of everybody: deletes them, or moves what they hold."""
    if not effect.looped or effect.kind is not EffectKind.QUERY:
        return False
    rows = [
        o for prefix in ("filter:", "argument:") for _, found in effect.of(prefix) for o in found
    ]
    of_all = any(
        o.kind == "row" and not o.by and ownership.of(o.name.partition(".")[0]) for o in rows
    )
    if not of_all:
        return False
    if kind is Harm.DELETE:
        return bool(ownership.of(effect.target))
    return any(
        is_money(name) or is_held(name)
        for prefix in ("argument:", "value:")
        for name, _ in effect.of(prefix)
    )


def empties(handler: Handler, effect: Effect, *, replaced: bool = False) -> bool:
    """True for a statement that deletes every row of a table which nothing fills anew, or, where it counts
    that rows are `replaced`, which whoever calls fills with what he sends, or that samples are put in their
    place."""
    anew = replaced and _SAMPLES.search(handler.name) is not None
    return (
        effect.literals.get("rows") == EVERY
        and not _PASSING.search(effect.target)
        and not any(
            other.target == effect.target
            and other.operation in ("insert", "upsert")
            and not (replaced and _is_sent(other))
            and not anew
            for other in handler.effects
        )
    )


def _is_sent(effect: Effect) -> bool:
    """True for rows that whoever calls sends, unlike those that are fetched for a day which he names."""
    return any(o.kind in _SENT for _, found in effect.of("value:") for o in found)


_SENT = frozenset({"body", "form", "upload", "argument"})
_SAMPLES = regex(r"(?<![a-z])(force_?)?(seed|reseed|demo|sample)", re.IGNORECASE)
_PASSING = regex(r"log|cache|session|token|queue|event|view|visit|te?mp|staging", re.I)


def _asks_somewhere(handler: Handler, effect: Effect) -> bool:
    """True where another way through asks for a right, or for the caller's own rows."""
    return any(
        other.has(Check.ROLE, Check.OWNER)
        or (other.target == effect.target and tie(handler, other) is Tie.OWN)
        for other in handler.effects
    )
