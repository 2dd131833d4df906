"""Tables that a file beside the migrations makes, on which they build or which the code asks for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.history import History, SqlFile
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.order import in_likely_order
from shipworthy.database.schema import Table, Trust
from shipworthy.database.stated.following import Following
from shipworthy.regex import regex

_SCHEMA = regex(
    r"(^|/)(supabase|database|db|sql)/[^/]+\.sql$|^[^/]*(schema|setup|init)[^/]*\.sql$",
    re.IGNORECASE,
)
_MAKES = regex(rf"\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?({QUALIFIED})", re.IGNORECASE)
_NO_ORDER = "several scripts beside the migrations, in no known order, speak of its rules"


def beneath(history: History, migrated: Following, *, granted: bool) -> Mapping[str, Table]:
    """The tables of files without which the migrations or the queries of the code could not run, with their
    rules.

    A file counts where the migrations speak of a table that none of them makes and the file does, or where
    the code asks for it. Of its tables, those stay out that a migration makes, and those of whose rules it
    says nothing. `migrated` is what the migrations leave by themselves.
    """
    tables = migrated.tables
    needed = {n for n, t in tables.items() if t.source.trust is Trust.STUB} | migrated.awaited
    asked = {n for n in map(qualified, history.asked) if n in needed or n not in tables}
    beside = list(_making(history.loose, needed, asked))
    if not beside:
        return {}
    loose = {f.path: _alone(f, granted).tables for f in in_likely_order(history.loose)}
    found: dict[str, Table] = {}
    for path in (f.path for f in beside if f.path in loose):
        if any(_is_made(loose[path][name]) for name in (needed | asked) & loose[path].keys()):
            others = [tables for other, tables in loose.items() if other != path]
            for name, table in _judged(loose[path], tables, others):
                found.setdefault(name, table)
    return found


def _making(
    files: Iterable[SqlFile], needed: Collection[str], asked: Collection[str]
) -> Iterator[SqlFile]:
    """The files that make one of these tables; what the code asks for may be made wherever it lies."""
    for file in files:
        missed = {*needed, *asked} if _SCHEMA.search(file.path) else {*asked}
        if missed and missed & set(map(qualified, _MAKES.findall(file.text))):
            yield file


def _alone(file: SqlFile, granted: bool) -> Following:
    following = Following(granted=granted, trust=Trust.LOOSE)
    following.run(file)
    return following


def _judged(
    made: Mapping[str, Table],
    migrated: Mapping[str, Table],
    others: Collection[Mapping[str, Table]],
) -> Iterator[tuple[str, Table]]:
    for name, table in made.items():
        known = migrated.get(name)
        if not _is_made(table) or not _has_rules(table) or (known and _is_made(known)):
            continue
        if not any(_has_rules(o[name]) or _is_made(o[name]) for o in others if name in o):
            yield name, table
        elif known is None:
            yield name, replace(table, tainted=_NO_ORDER)


def _is_made(table: Table) -> bool:
    return table.source.trust is not Trust.STUB and not table.is_view


def _has_rules(table: Table) -> bool:
    return bool(table.row_security_source or table.policies or table.tainted or table.unread)
