"""Rows that name the caller as their author, and hang on something of others that he names."""

from __future__ import annotations

import re

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.about import GUESTS, NOTES, PII
from shipworthy.prototype.handlers.breaches.breach import SETTLING, Breach, Judged
from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.ownership import Ownership, parents, plain
from shipworthy.prototype.handlers.sent import NAMED, WRITTEN
from shipworthy.prototype.handlers.standing import Caller, is_of_caller
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.regex import regex


def of_hung(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """What the caller writes in his own name into a talk or a company of others; None where that is meant."""
    if kind is not Harm.ADD or effect.kind is not EffectKind.QUERY or effect.operation != "insert":
        return None
    if effect.client not in ("service", "owner") or effect.has(*SETTLING, Check.OWNER):
        return None
    if _JOINS.search(handler.name) or NOTES.search(effect.target) or not _says_something(effect):
        return None
    moved, hung = _into_tenant(effect, ownership), _into_kept(effect, ownership)
    if not moved and not hung:
        return None
    grave = moved or any(PII.search(parent) for parent in hung)
    apart = moved or ownership.joined or ownership.groups
    return Judged(
        Breach.FOREIGN,
        effect,
        kind,
        who,
        Severity.HIGH if grave else Severity.MEDIUM,
        Confidence.HIGH if apart else Confidence.LOW,
        why=" ".join(sorted(str(o) for o in (*moved, *(o for os in hung.values() for o in os)))),
        hung=True,
    )


_JOINS = regex(r"join|accept|enrol|subscribe|follow|register|sign-?up|apply|invit", re.IGNORECASE)


def _says_something(effect: Effect) -> bool:
    """True for a row into which words of the caller go: not a like, a view or a place in a list."""
    return any(
        not _ID.search(name) and any(o.is_input for o in origins)
        for name, origins in effect.of("value:")
    )


_ID = regex(r"(id|ids|uuid)$", re.IGNORECASE)


def _into_tenant(effect: Effect, ownership: Ownership) -> list[Origin]:
    """The tenant of the request among whose rows it is put, by one who has a tenant of his own."""
    if GUESTS.search(effect.target) or ownership.is_tenant(effect.target):
        return []
    by_staff = _is_written_by_staff(effect)
    found: list[Origin] = []
    for name, origins in effect.of("value:"):
        sent = [o for o in origins if o.is_input]
        freely = f"{WRITTEN}{name}{NAMED}" in effect.literals
        if snake(name) in ownership.groups and (freely or (by_staff and len(sent) == len(origins))):
            found += sent
    return found


def _is_written_by_staff(effect: Effect) -> bool:
    """True where the caller is the author of a record: whose customer somebody is, he picks himself."""
    return any(
        _AUTHOR.match(snake(name)) and any(map(is_of_caller, origins))
        for name, origins in effect.of("value:")
    )


_AUTHOR = regex(
    r"^(author|creator|(created|added|uploaded|recorded|entered|assigned)_?by)(_?(id|user))*$"
)


def _into_kept(effect: Effect, ownership: Ownership) -> dict[str, list[Origin]]:
    """The rows that only their owners see, by their tables, on which the caller hangs a new one that he is
    not the only one to see."""
    found: dict[str, list[Origin]] = {}
    if plain(effect.target) in ownership.secluded:
        return found
    for name, origins in effect.of("value:"):
        kept = parents((name,)) & ownership.secluded
        if kept and origins and all(o.is_input for o in origins):
            found.setdefault(min(kept), []).extend(origins)
    return found
