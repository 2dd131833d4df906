"""Rows of guarded tables that name no owner, which a function changes for whoever sends their key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.database.attempts import Actor, Ownership, Verb
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.schema import Function, Schema, Table
from shipworthy.database.stated.openings import let_pass
from shipworthy.database.stated.words import at_commas, masked
from shipworthy.regex import regex

_CHANGES = regex(
    rf"\b(update|delete\s+from)\s+(?:only\s+)?({QUALIFIED})([^;]*?)\bwhere\b([^;]*)", re.IGNORECASE
)
_BY_ID = regex(
    r"\s*(?:\w+\.)?\"?id\"?\s*=\s*(?:\w+\.)?(\w+)(?:\s*::\s*\w+)?\s*(?:returning\b.*)?",
    re.IGNORECASE | re.DOTALL,
)
SET_CLAUSE = regex(r"\bset\b.*?(?=\bwhere\b|;|$)", re.IGNORECASE | re.DOTALL)
_COUNTED = regex(r"\"?(\w+)\"?\s*=.*\b\1\b.*[-+]", re.IGNORECASE | re.DOTALL)
_DATED = regex(r"\"?\w+(?:_at|_date|_time)\"?\s*=", re.IGNORECASE)
# What is no word that only one may know; the key of a session or device is known to one browser alone.
_NO_SECRET = regex(
    r"(?<!session)(?<!device)(?<!visitor)(?<!client)(?<!anonymous)_(?:id|uuid)$"
    r"|(?:^|_)(?:notes?|reasons?|comments?|status)$",
    re.IGNORECASE,
)
# Whatever is called so may ask who calls, in a script that nobody kept.
_CHECKS = regex(
    r"\b(?:is|has|can|may|check|require|assert|verify|validate|ensure|authori[sz]e|current)_?\w*\s*\(",
    re.IGNORECASE,
)
# What the server works off, what is forgotten in a moment, and rows whose key is known to one browser alone.
_PASSING_BY = regex(
    r"(?:^|_)(?:jobs?|queues?|tasks?_queue|outbox|cache|locks?|limits?|sessions?|tokens?|otps?|codes?|logs?|events?"
    r"|attempts|temp|tmp|carts?|cart_items|drafts?|uploads?|responses?|(?:push|email|mail|news\w*)_subscriptions?|subscribers?|rooms?|games?"
    r"|players?|visitors?|presence|bookings?|reservations?|appointments?|orders?|rsvps?|signups?|waitlist|leads?"
    r"|invit\w+)(?:_|$)",
    re.IGNORECASE,
)


def picked(
    schema: Schema,
    owners: Mapping[str, Ownership],
    actor: Actor,
    function: Function,
    code: str,
) -> Iterator[str]:
    """Arguments that alone pick the row which is deleted, or changed where its parent is somebody's."""
    text = masked(code)
    if _CHECKS.search(text):
        return
    for does, name, changes, asked in _CHANGES.findall(text):
        key = _BY_ID.fullmatch(asked)
        table = schema.tables.get(qualified(name))
        if key is None or key[1] not in function.argument_names or table is None:
            continue
        verb = Verb.DELETE if does.lower().startswith("delete") else Verb.UPDATE
        if not _is_guarded(table, actor, verb) or _others_are_asked(function, key[1], text):
            continue
        if verb is Verb.DELETE or (
            _is_of_somebody(table, owners) and _is_more_than_a_count(changes)
        ):
            yield key[1]


def _is_guarded(table: Table, actor: Actor, verb: Verb) -> bool:
    """True where the rules of the table let the caller neither do this nor add rows, which were his own."""
    plain = table.kind == "table" and table.row_security and not table.tainted
    if not plain or _PASSING_BY.search(table.name):
        return False
    return not let_pass(table, actor, verb) and not let_pass(table, actor, Verb.INSERT)


def _others_are_asked(function: Function, key: str, text: str) -> bool:
    """True where another argument is compared: a word that only whom the row concerns may know."""
    asked = SET_CLAUSE.sub(" ", text)
    for name in filter(None, function.argument_names):
        word = re.escape(name)
        before = rf"(?:=|<>|!=|\bfrom|\bin|\blike)\s*\(*\s*{word}\b"
        compared = rf"{before}|\b{word}\s*\)?\s*(?:=|<>|!=|is\s+distinct)"
        told = name == key or _NO_SECRET.search(name)
        if not told and re.search(compared, asked, re.IGNORECASE):
            return True
    return False


def _is_of_somebody(table: Table, owners: Mapping[str, Ownership]) -> bool:
    """True where the row hangs on one that names its owner."""
    parents = (owners.get(key.target, Ownership()) for key in table.foreign_keys)
    return any(parent.user_columns or parent.tenant_columns for parent in parents)


def _is_more_than_a_count(changes: str) -> bool:
    """True where a column is set to something else than one more or less, or than when it was."""
    columns = re.split(r"\bset\b", changes, maxsplit=1, flags=re.IGNORECASE)[-1]
    return any(not _COUNTED.match(c) and not _DATED.match(c) for c in at_commas(columns) if c)
