"""Rows that a function adds to guarded tables for whichever tenant or user a caller names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.database.attempts import Actor, Ownership, Verb
from shipworthy.database.schema import Function, Schema, Table
from shipworthy.database.stated.inserts import inserts
from shipworthy.database.stated.openings import let_pass
from shipworthy.database.stated.words import masked
from shipworthy.regex import regex

ADDS = "adds rows for the"
# Whatever is called so may ask who calls, in a script that nobody kept.
_CHECKS = regex(
    r"\b(?:is|has|can|may|require|assert|verify|validate|ensure|authori[sz]e|current)_\w*\s*\(",
    re.IGNORECASE,
)
# What visitors, new members and schedules do, each in a way of his own.
_FOR_VISITORS = regex(
    r"public|online|visitor|guest|anon|widget|webhook|reserv|book|agend|order|pedido|checkout|purchase|cart|lead"
    r"|form|submi|sign_?up|regist(?:er|rat)|subscri|join|accept|invit|redeem|claim|track|log_|_log$|rate_limit|notif|seed|default"
    r"|init|setup|set_up|migrat|cron|sync|backfill|cache|cliente|contact|review|feedback|vote|rsvp|ticket|donat"
    r"|generate|calculat|recalc|comput|refresh|aggregat|^check_|view|quiz|survey|answer|waitlist|enrol|play|score|session",
    re.IGNORECASE,
)
_PASSING_BY = regex(
    r"(?:^|_)(?:jobs?|queues?|outbox|cache|locks?|limits?|sessions?|tokens?|otps?|codes?|logs?|audit\w*|events?|eventos"
    r"|attempts|temp|tmp|carts?|cart_items|drafts?|uploads?|responses?|subscriptions?|subscribers?|visitors?"
    r"|presence|bookings?|reservations?|appointments?|orders?|pedidos?|rsvps?|signups?|waitlist|leads?|invit\w+"
    r"|reviews?|ratings?|feedbacks?|submissions?|registrations?|attendees|visits?|views?|votes?|likes?|guests?"
    r"|notifica\w+|analytics|metrics|stats|usage|clicks?|impressions?|clientes|customers|clients)(?:_|$)",
    re.IGNORECASE,
)

# Who knows it has been told it.
_PROVES = regex(r"key|token|secret|code|hash|pass|pin(?:_|$)", re.IGNORECASE)


def added_for(
    schema: Schema,
    owners: Mapping[str, Ownership],
    actor: Actor,
    function: Function,
    code: str,
) -> Iterator[str]:
    """Arguments that alone say whose the new rows are, of tables to which the caller may add none."""
    names = [name for name in function.argument_names if name]
    text = masked(code)
    if not names or _FOR_VISITORS.search(function.name) or _CHECKS.search(text):
        return
    for insert in inserts(code):
        table = schema.tables.get(insert.table)
        if table is None or not _is_guarded(table, actor):
            continue
        owning = _owning(table, owners)
        given = dict(insert.given)
        if not _is_told(given, owning, names):
            continue
        for value in (given[column] for column in insert.columns if column in owning & set(given)):
            yield from (name for name in names if _is(value, name) or _of(code, value, name))


def _is_told(given: Mapping[str, str], owning: frozenset[str], names: list[str]) -> bool:
    """True where more than whose it is comes from the caller: nothing is only reckoned anew."""
    told = " ".join(value for column, value in given.items() if column not in owning)
    return any(re.search(rf"\b{re.escape(name)}\b", told) for name in names)


def _is_guarded(table: Table, actor: Actor) -> bool:
    plain = table.kind == "table" and table.row_security and not table.tainted
    if not plain or _PASSING_BY.search(table.name):
        return False
    return not let_pass(table, actor, Verb.INSERT)


def _owning(table: Table, owners: Mapping[str, Ownership]) -> frozenset[str]:
    """The columns that say whose a row is: of a user, of a tenant, or of what belongs to one."""
    owned = owners.get(table.qualified, Ownership())
    parents = (
        key.columns[0]
        for key in table.foreign_keys
        if (parent := owners.get(key.target)) and (parent.user_columns or parent.tenant_columns)
    )
    return frozenset((*owned.user_columns, *owned.tenant_columns, *parents))


def _is(value: str, argument: str) -> bool:
    """True for the argument itself, or a field of it."""
    word = re.escape(argument)
    field = r"(?:\s*->>?\s*'\w+')*"
    written = rf"\(*\s*(?:nullif\s*\(\s*)?\(*\s*{word}{field}\s*\)?(?:\s*,\s*''\s*\))?(?:\s*::\s*\w+)?\s*\)*"
    return re.fullmatch(written, value.strip(), re.IGNORECASE) is not None


def _of(code: str, value: str, argument: str) -> bool:
    """True for a variable with the key of the row that a word of the caller picks."""
    variable = re.fullmatch(r"\w+", value.strip())
    if variable is None or _PROVES.search(argument):
        return False
    looked_up = (
        rf"\bselect\s+(?:\w+\.)?(?:id|\w+_id)\s+into\s+(?:strict\s+)?{variable[0]}\s+from\s[^;]*?"
        rf"\bwhere\s+(?:\w+\.)?\w+\s*=\s*{re.escape(argument)}\b"
    )
    return re.search(looked_up, code, re.IGNORECASE) is not None
