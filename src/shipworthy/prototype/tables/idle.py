"""Tables and buckets that stand open, and that nothing in the repository uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from shipworthy.database.exposure import BUCKET
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Schema, Table
from shipworthy.finding import Finding, Outcome, Severity
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_FEWEST = 3  # tables that code asks for: with fewer, the app may lie in another repository
_NO_CODE = frozenset({".sql", ".md", ".json", ".txt"})
_QUOTES = "\"'`"
# https://supabase.com/docs/guides/storage: without a client, a file is asked for by its address.
_STORAGE = ("/object/", "/object/public/", "/object/sign/", "/object/authenticated/")
_DATABASE = regex(  # what speaks to Supabase, or to the same database without it
    r"supabase|postgres|/rest/v1|database_url|prisma|drizzle|knex|kysely|typeorm|sequelize|sqlalchemy|psycopg"
    r"|asyncpg|django|[\"']pg[\"']|@neondatabase|@vercel/storage",
    re.IGNORECASE,
)
_ACTS = regex(r"\b(insert|update|delete|perform|notify|net\s*\.)\b", re.IGNORECASE)
"""What the function of a trigger does beyond its own row."""


def weighed_by_use(finding: Finding, prototype: Prototype, schema: Schema) -> Finding:
    """The finding about a table or bucket; MEDIUM at most where nothing uses it: what is open there is
    empty, or of no consequence."""
    grave = finding.outcome is Outcome.GAP and finding.severity.blocks_launch
    if not grave or not is_idle(finding.subject, prototype, schema):
        return finding
    message = f"{finding.message}; nothing in this repository uses it"
    return replace(finding, severity=Severity.MEDIUM, message=message)


def is_idle(target: str, prototype: Prototype, schema: Schema) -> bool:
    """True where code names other tables and never this one, and no other rule, view or function does. Not
    for a view, which shows the rows of tables that are used. True for all of them where an app lies here
    that speaks to no database."""
    uses = _uses(prototype)
    if uses.is_without_database:
        return True
    known = schema.tables.get(target)
    if known is not None and known.is_view:
        return False
    name = target.removeprefix(BUCKET).rpartition(".")[2]
    if len(uses.asked) < _FEWEST or {target, name} & uses.asked:
        return False
    written = [f"{quote}{name}{quote}" for quote in _QUOTES]
    if target.startswith(BUCKET):
        written += [f"{way}{name}/" for way in _STORAGE]
    if any(word in text for text in uses.texts for word in written):
        return False
    if known is not None and _sets_off(known, schema):
        return False
    return not any(name in text for text in _elsewhere(target, schema))


class _Uses(NamedTuple):
    """The tables that code asks for, and the texts of all code."""

    asked: frozenset[str | None]
    texts: tuple[str, ...]
    is_without_database: bool


_KNOWN: WeakKeyDictionary[Prototype, _Uses] = WeakKeyDictionary()


def _uses(prototype: Prototype) -> _Uses:
    known = _KNOWN.get(prototype)
    if known is None:
        known = _KNOWN[prototype] = _read_uses(prototype)
    return known


def _read_uses(prototype: Prototype) -> _Uses:
    asked = frozenset(q.table for q in prototype.queries if q.library == "supabase")
    texts = tuple(
        file.text or ""
        for file in prototype.files.values()
        if file.role in (Role.PRODUCT, Role.SCRIPT)
        if PurePosixPath(file.path).suffix not in _NO_CODE
    )
    return _Uses(asked, texts, _is_without_database(prototype))


def _is_without_database(prototype: Prototype) -> bool:
    """True for an app with pages or routes of which no file, manifests and settings included, names one."""
    code = [f for f in prototype.of_role(Role.PRODUCT) if f.language is not None]
    if len(code) < _FEWEST or prototype.queries:
        return False
    silent = (Role.LOCK, Role.DOCUMENTATION)
    return not any(
        _DATABASE.search(file.text or "")
        for file in prototype.files.values()
        if file.role not in silent and PurePosixPath(file.path).suffix not in (".sql", ".md")
    )


def _sets_off(table: Table, schema: Schema) -> bool:
    """True where a write to the table does more than keep a row."""
    bodies = {f"{f.schema}.{f.name}": f.body for f in schema.functions.values()}
    return any(_ACTS.search(bodies.get(t.function, "insert")) for t in table.triggers)


def _elsewhere(target: str, schema: Schema) -> Iterator[str]:
    """What other rules, views and functions say."""
    for table in schema.tables.values():
        if table.qualified == target:
            continue
        yield table.definition
        if not target.startswith(BUCKET):  # files have one table, and each bucket rules of its own
            for policy in table.policies:
                yield from expressions(policy)
    for function in schema.functions.values():
        yield function.body
