"""How many rows a read can bring: a limited list, rows of a filter, or all that a table holds."""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Link,
    Syntax,
    callee,
    enclosing,
    has_spread,
    properties,
    string,
)
from shipworthy.prototype.queries.assigned import assigned_in
from shipworthy.prototype.queries.chains import QueryCall
from shipworthy.prototype.queries.finishing import later_links
from shipworthy.regex import regex


class Bound(StrEnum):
    """What keeps the rows of a read few."""

    LIMIT = "limit"  # a limit, a page, one row, or a number instead of rows
    FILTER = "filter"  # only the rows of a filter
    AT_TIMES = "at times"  # filters that are set only where somebody asks for them
    NONE = "none"  # nothing: all rows
    UNKNOWN = "unknown"  # the query is finished elsewhere


class Reach(Struct, frozen=True):
    """What bounds a read, the columns that always filter it, and whether row security may narrow it
    to the rows of whoever asks (never so for a client with the key of an administrator)."""

    bound: Bound = Bound.UNKNOWN
    columns: tuple[str, ...] = ()
    narrowed: bool = False


UNSEEN = Reach()
_LIMITS = frozenset(
    """limit range single maybeSingle maybe_single first one one_or_none scalar count get csv take
    paginate yield_per fetchone findOne countDocuments distinct explain slice cursor stream""".split()
)
# What neither bounds a list nor narrows it.
_PLAIN = frozenset(
    """from from_ table schema select order orderBy order_by sort returns overrideTypes
    throwOnError abortSignal then catch finally execute all lean populate exec options query find
    leftJoin innerJoin fullJoin outerjoin join data""".split()
)
_STARTS = frozenset("from from_ table select query".split())
_FILTERS = frozenset("where filter filter_by".split())
_KEYS = frozenset(
    {"orderBy", "include", "select", "with", "columns", "omit", "relationLoadStrategy"}
)
_AGGREGATE = regex(r"\b(count|sum|avg|min|max|sql|countDistinct)\b\s*[(<`]")


def reach_of(call: QueryCall, syntax: Syntax) -> Reach:
    """What bounds the rows that a read brings; UNKNOWN for all but reads."""
    if call.operation != "select":
        return UNSEEN
    if call.limited:
        return Reach(Bound.LIMIT)
    if call.text:
        return Reach(_of_statement(call, syntax))
    names = {link.name for link in call.links}
    if names & _LIMITS:
        return Reach(Bound.LIMIT)
    if call.library in ("prisma", "mongoose") or "findMany" in names:
        return _of_options(call)
    if call.library in ("supabase", "drizzle", "sqlalchemy"):
        return _of_chain(call, syntax)
    return UNSEEN


def _of_statement(call: QueryCall, syntax: Syntax) -> Bound:
    """Of SQL text: a hole after FROM may hold anything."""
    text = call.text.lower()
    rest = text.partition(" from ")[2] or text.partition("\nfrom ")[2]
    if call.columns is None or "{}" in text or "$" in rest or "?" in rest:
        return Bound.FILTER if re.search(r"\bwhere\b", text) else Bound.UNKNOWN
    if re.search(r"\b(where|having|with)\b", text):
        return Bound.FILTER
    if re.search(r"\bgroup\s+by\b|\bdistinct\b|\b(count|sum|avg|min|max)\s*\(", text):
        return Bound.LIMIT
    name = callee(call.top).rpartition(".")[2]
    if name in ("get", "one", "oneOrNone", "fetchrow", "fetchval", "scalar", "fetch_one"):
        return Bound.LIMIT
    function = enclosing(call.top, FUNCTIONS)
    around = function.text() if function is not None else ""
    if syntax.python and ("fetchone" in around or "fetchmany" in around or ".first()" in around):
        return Bound.UNKNOWN
    parent = call.top.parent()
    if name in ("prepare", "sql", "raw", "unsafe"):
        awaited = name == "sql" and parent is not None and parent.kind() == "await_expression"
        return Bound.NONE if awaited else Bound.UNKNOWN
    return Bound.NONE


def _of_options(call: QueryCall) -> Reach:
    """Of `findMany({ where, take })` and Mongoose's `find({ … })`."""
    link = next((n for n in call.links if n.name in ("findMany", "find")), None)
    if link is None or link.arguments is None:
        return Reach(Bound.LIMIT) if call.links else UNSEEN
    if not link.arguments:
        return Reach(Bound.NONE)
    options = link.arguments[0]
    if options.kind() != "object" or has_spread(options):
        return UNSEEN
    given = properties(options)
    if call.library == "mongoose":
        return Reach(Bound.FILTER, tuple(given)) if given else Reach(Bound.NONE)
    where = given.get("where")
    if where is not None:
        known = where.kind() == "object" and not has_spread(where)
        columns = tuple(properties(where)) if known else ()
        return Reach(Bound.FILTER, columns) if columns or not known else Reach(Bound.NONE)
    return Reach(Bound.NONE) if set(given) <= _KEYS else UNSEEN


def _of_chain(call: QueryCall, syntax: Syntax) -> Reach:
    """Of a chain, together with what is put to it later under its name."""
    selects = [link for link in call.links if link.name == "select"]
    if any(_AGGREGATE.search(a.text()) for link in selects for a in link.arguments or ()):
        return Reach(Bound.LIMIT)
    if call.library == "sqlalchemy" and any("func." in n.node.text() for n in call.links[:2]):
        return UNSEEN
    later = later_links(call)
    if later is None:
        return UNSEEN
    added = [link for links, _ in later for link in links]
    if any(link.name in _LIMITS for link in added):
        return Reach(Bound.LIMIT)
    start = next((n for n, link in enumerate(call.links) if link.name in _STARTS), 0)
    always = [
        *call.links[start:],
        *(link for links, at_times in later if not at_times for link in links),
    ]
    filters = [link for link in always if _is_filter(link)]
    narrowed = call.library == "supabase" and not _is_of_administrator(call, syntax)
    if filters:
        return Reach(Bound.FILTER, tuple(map(_column, filters)), narrowed)
    at_times = any(map(_is_filter, added))
    return Reach(Bound.AT_TIMES if at_times else Bound.NONE, (), narrowed)


def _is_filter(link: Link) -> bool:
    """Any call that is not known to leave the rows as they are."""
    return link.arguments is not None and (link.name in _FILTERS or not _is_plain(link.name))


def _is_plain(name: str) -> bool:
    return name.rpartition(".")[2] in _PLAIN


def _column(link: Link) -> str:
    given = link.arguments or ()
    return (string(given[0]) or "") if given else ""


_ADMINISTRATOR = regex(r"admin|service_?(role|client|supabase)|SERVICE_ROLE", re.IGNORECASE)


def _is_of_administrator(call: QueryCall, syntax: Syntax) -> bool:
    """True for a client that is named or made with the key that row security does not hold for."""
    root = call.links[0]
    if _ADMINISTRATOR.search(root.name):
        return True
    name = root.node if root.node.kind() == "identifier" else None
    made = assigned_in(syntax).last_before(name) if name is not None else None
    return made is not None and _ADMINISTRATOR.search(made.text()) is not None
