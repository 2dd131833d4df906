"""What makes the tables: one history of migrations, a schema in code, loose scripts or generated types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.tables.models import MODELLERS
from shipworthy.prototype.tables.table import JUDGED, Table, named_otherwise
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Kind(StrEnum):
    """How a maker makes tables, the most dependable first."""

    HISTORY = "history"  # migrations of one folder, in the order of their names
    SCHEMA = "schema in code"  # of a mapper, which writes its own migrations
    SCRIPT = "script"  # run by hand, in no order
    TYPES = "generated types"  # which say what lies in a database elsewhere, and make none


class Maker(Struct, frozen=True):
    """One place that defines tables. `name` is its folder, mapper or file; `tables` are its
    definitions by the plain name, in the order of the files."""

    kind: Kind
    name: str
    tables: Mapping[str, tuple[Table, ...]]

    def columns(self, name: str) -> frozenset[str]:
        """The columns that it gives a table, in lower case."""
        return frozenset(c.lower() for table in self.tables[name] for c in table.columns)


MAPPERS = frozenset({"drizzle", "prisma", "sqlalchemy", "django"})
"""Sources that tell all tables of a database; of models of JavaScript only some may be written out."""
_VERSIONED = regex(r"^(.*(?:migrations?|drizzle|versions))(?:/[^/]+)?/[^/]+$", re.IGNORECASE)
_NUMBERED = regex(r"^\d+[a-z]?[_.-]")  # `004_orders.sql`, `20260102_add_role.sql`
_FEWEST = 3  # numbered scripts of one folder that make a history
_ROWS = regex(r"^COPY\s.+\sFROM\s+stdin;", re.IGNORECASE | re.MULTILINE)
_HEAD = 4_000  # characters in which a dump says that it is one
_DUMP = regex(r"^-- (PostgreSQL|MySQL|MariaDB) (database )?dump", re.MULTILINE)


def makers(prototype: Prototype) -> tuple[Maker, ...]:
    """Each place that defines tables: the most dependable kind first, then the most tables.

    What was put aside and backups of a database with its rows define nothing.
    """
    declared = (table for table in prototype.tables if table.source not in MODELLERS)
    named = [*declared, *_named_otherwise(prototype)]
    paths = {table.location.path for table in named}
    designs = {p for p in paths if not is_archived(p) and not _is_backup(prototype, p)}
    tables = [table for table in named if table.location.path in designs]
    numbered = _numbered_folders(tables)
    groups: dict[tuple[Kind, str], list[Table]] = {}
    for table in tables:
        groups.setdefault(_group(table, numbered), []).append(table)
    found = [Maker(kind, name, _by_name(tables)) for (kind, name), tables in groups.items()]
    return tuple(sorted(found, key=lambda m: (list(Kind).index(m.kind), -len(m.tables), m.name)))


def _named_otherwise(prototype: Prototype) -> Iterator[Table]:
    for file in prototype.of_role(*JUDGED):
        if file.text and file.path.endswith(".sql"):
            yield from named_otherwise(file)


def _group(table: Table, numbered: frozenset[str]) -> tuple[Kind, str]:
    path, folder = table.location.path, table.location.path.rpartition("/")[0]
    if table.source == "types":
        return Kind.TYPES, path
    if table.source in MAPPERS:
        return Kind.SCHEMA, table.source
    if table.source == "migration":
        versioned = _VERSIONED.match(path)
        return Kind.HISTORY, versioned[1] if versioned else folder
    return (Kind.HISTORY, folder) if folder in numbered else (Kind.SCRIPT, path)


def _numbered_folders(tables: Iterable[Table]) -> frozenset[str]:
    """Folders whose scripts are numbered, each with a number of its own, so that their order is known."""
    scripts: dict[str, set[str]] = {}
    for path in {t.location.path for t in tables if t.source == "sql"}:
        scripts.setdefault(path.rpartition("/")[0], set()).add(path.rpartition("/")[2])
    return frozenset(folder for folder, names in scripts.items() if _in_order(names))


def _in_order(names: Iterable[str]) -> bool:
    numbers = [found[0] for name in names if (found := _NUMBERED.match(name))]
    return len(numbers) >= _FEWEST and len(set(numbers)) == len(numbers)


def _is_backup(prototype: Prototype, path: str) -> bool:
    """True for a dump of a database together with its rows: a copy of its state, not its design."""
    file = prototype.files.get(path)
    text = (file.text or "") if file is not None and path.endswith(".sql") else ""
    return bool(_DUMP.search(text, 0, _HEAD) and _ROWS.search(text))


def _by_name(tables: Iterable[Table]) -> Mapping[str, tuple[Table, ...]]:
    found: dict[str, list[Table]] = {}
    for table in tables:
        found.setdefault(plain(table.name), []).append(table)
    return {name: tuple(definitions) for name, definitions in found.items()}


def rivals(found: Iterable[Maker]) -> Iterator[tuple[str, Table, Table]]:
    """Tables that two makers define differently, so that nobody knows which is true: the name and
    one definition of each.

    A schema in code writes the migrations, so that the two are no rivals. A script that has all
    columns of the history and more is a picture of its later state.
    """
    told = [m for m in found if m.kind in (Kind.HISTORY, Kind.SCRIPT)]
    for name in sorted({name for maker in told for name in maker.tables}):
        holders = [maker for maker in told if name in maker.tables]
        pair = next(_differing(name, holders), None)
        if pair is not None:
            first, second = pair
            yield name, first.tables[name][0], second.tables[name][0]


def _differing(name: str, holders: list[Maker]) -> Iterator[tuple[Maker, Maker]]:
    for number, first in enumerate(holders):
        for second in holders[number + 1 :]:
            older, newer = first.columns(name), second.columns(name)
            pictured = first.kind is Kind.HISTORY and second.kind is Kind.SCRIPT and older <= newer
            if older and newer and older != newer and not pictured:
                yield first, second


def plain(name: str) -> str:
    """A table by the name that SQL, its mapper and the code share: `order_items` is `orderItem`."""
    bare = name.rpartition(".")[2].strip('"').replace("_", "").lower()
    for ending, singular in _PLURALS:
        if bare.endswith(ending):
            return bare.removesuffix(ending) + singular
    return bare


_PLURALS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", ""))
