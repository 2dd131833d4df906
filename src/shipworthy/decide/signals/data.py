"""What the data model shows: is it in the repository, can it be rebuilt, has it a sane shape."""

from __future__ import annotations

from shipworthy.assess import Assessment
from shipworthy.database.proof import Fate
from shipworthy.decide.component import Component
from shipworthy.decide.signal import Signal, against, between
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Evidence, Location
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.query import Query

_ROWS = frozenset("select insert update delete upsert".split())
_WIDE = 60  # columns; tables of sound applications stay below
_PART = Component.DATA_MODEL
_SHOWN = 4
_TYPES = "types"  # generated from a database elsewhere: no definition
_READ = frozenset(
    {"drizzle", "prisma", "sqlalchemy", "migration"}
)  # whose queries are read as well
_FEW_TABLES, _FEW_HANDLERS = 3, 5
_FEW_STATEMENTS = 10  # added to their number: one of two says little


def schema_in_repository(assessment: Assessment) -> Signal | None:
    """The share of the tables in use whose definition is in the repository."""
    prototype = assessment.prototype
    used = _used(prototype)
    if not used:
        return None
    defined = _defined(prototype)
    missing = sorted(name for name in used if name not in defined)
    share = 1 - len(missing) / len(used)
    shown = [prototype.evidence("code", used[name].location) for name in missing[:_SHOWN]]
    value = f"{len(used) - len(missing)} of {len(used)} tables in use are defined in the repository"
    return Signal(
        "schema-in-repository", "Data model in the repository", _PART, value,
        between(share, keep=0.95, rebuild=0.3), 3.0, "queries and table definitions", tuple(shown),
    )  # fmt: skip


def schema_replays(assessment: Assessment) -> Signal | None:
    """Whether the migrations make the database again; asked on a real one with --prove."""
    prototype = assessment.prototype
    name, title, source = (
        "schema-replays",
        "Migrations make the database",
        "replay of the migrations",
    )
    try:
        proof = prototype.database
    except FactUnavailable as error:
        return Signal(name, title, _PART, "", None, 2.0, source, reason=str(error))
    if proof is None:
        return None
    counts = proof.replay.statements
    whole = sum(counts.values())
    # What was rolled back is right in itself: another statement of its file failed.
    wrong = counts.get(Fate.FAILED, 0) + counts.get(Fate.REPAIRED, 0)
    value = f"{wrong} of {whole} statements failed, or needed something that the history lacks"
    shown = tuple(Evidence("replay", f.error, f.location) for f in proof.replay.failures[:_SHOWN])
    share = wrong / (whole + _FEW_STATEMENTS)
    return Signal(
        name, title, _PART, value, between(share, keep=0.02, rebuild=0.4), 2.0, source, shown
    )


def table_width(assessment: Assessment) -> Signal | None:
    """How wide the widest table is: one of a hundred columns holds several things at once."""
    tables = [t for t in assessment.prototype.tables if t.source != _TYPES]
    if not tables:
        return None
    widest = max(tables, key=lambda t: len(t.columns))
    shown = (assessment.prototype.evidence("table", widest.location),)
    value = f"{widest.name} is the widest of {len(tables)} tables: {len(widest.columns)} columns"
    lean = against(len(widest.columns), none=_WIDE / 2, rebuild=2 * _WIDE)
    return Signal(
        "table-width", "Tables of a sane width", _PART, value, lean, 1.0, "table definitions", shown
    )


def rival_definitions(assessment: Assessment) -> Signal | None:
    """The share of the tables that several SQL scripts create: nobody knows which of them is true."""
    places: dict[str, list[Location]] = {}
    for table in assessment.prototype.tables:
        if table.source == "sql":
            found = places.setdefault(_plain(table.name), [])
            if all(other.path != table.location.path for other in found):
                found.append(table.location)
    if not places:
        return None
    rival = {name: found for name, found in places.items() if len(found) > 1}
    shown = tuple(
        assessment.prototype.evidence("table", place)
        for name in sorted(rival)[: _SHOWN // 2]
        for place in rival[name][:2]
    )
    value = f"{len(rival)} of {len(places)} tables are created by several scripts without an order"
    lean = against(len(rival) / len(places), none=0.1, rebuild=0.8)
    return Signal(
        "rival-definitions", "One definition of each table", _PART, value, lean, 1.5, "SQL scripts",
        shown,
    )  # fmt: skip


def persistence(assessment: Assessment) -> Signal | None:
    """Whether what people enter is kept: tables that nothing asks for rows of keep nothing."""
    prototype = assessment.prototype
    tables = [t for t in prototype.tables if t.source in _READ]
    asked = any(q.operation in _ROWS for q in prototype.queries)
    idle = len(tables) >= _FEW_TABLES and not asked and len(prototype.handlers) >= _FEW_HANDLERS
    kept = bool(prototype.stack.data or prototype.tables or prototype.queries)
    entered = prototype.form_fields
    if not kept and not entered:
        return None
    name, title, source = "persistence", "What people enter is kept", "tables, queries and forms"
    if idle:
        value = (
            f"{len(tables)} tables are defined, and no code of the product asks for a row of one"
        )
        shown = tuple(prototype.evidence("table", t.location) for t in tables[:_SHOWN])
        return Signal(name, title, _PART, value, 1.0, 2.0, source, shown)
    if kept:
        value = f"kept in {', '.join(prototype.stack.data) or 'tables'}"
        return Signal(name, title, _PART, value, 0.0, 2.0, source)
    shown = tuple(prototype.evidence("code", f.location) for f in entered[:_SHOWN])
    value = f"{len(entered)} fields take something in, and no store was found"
    return Signal(name, title, _PART, value, 1.0, 2.0, source, shown)


def _used(prototype: Prototype) -> dict[str, Query]:
    """The tables that product code asks for rows of, each with its first query."""
    used: dict[str, Query] = {}
    for query in prototype.queries:
        if query.table and query.operation in _ROWS:
            used.setdefault(_plain(query.table), query)
    return used


def _defined(prototype: Prototype) -> frozenset[str]:
    names = {_plain(t.name) for t in prototype.tables if t.source != _TYPES}
    return frozenset(names)


def _plain(name: str) -> str:
    """A table by the name that SQL, its mapper and the code share: `order_items` is `orderItem`."""
    bare = name.rpartition(".")[2].strip('"').replace("_", "").lower()
    for ending, singular in _PLURALS:
        if bare.endswith(ending):
            return bare.removesuffix(ending) + singular
    return bare


_PLURALS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", ""))
