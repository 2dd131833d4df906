"""What the data model shows: is it in the repository, can it be rebuilt, has it a sane shape."""

from __future__ import annotations

from shipworthy.assess import Assessment
from shipworthy.decide.component import Component
from shipworthy.decide.signal import Signal, between
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Evidence
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.query import Query

_ROWS = frozenset("select insert update delete upsert".split())
_WIDE = 60  # columns; tables of sound applications stay below
_PART = Component.DATA_MODEL
_SHOWN = 4


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
    counts = {fate.value: number for fate, number in proof.replay.statements.items()}
    whole = sum(counts.values()) or 1
    failed = counts.get("failed", 0) + counts.get("rolled back", 0)
    repaired = counts.get("repaired", 0)
    value = f"{whole - failed - repaired} of {whole} statements were applied as they stand"
    shown = tuple(Evidence("replay", f.error, f.location) for f in proof.replay.failures[:_SHOWN])
    share = (failed + repaired) / whole
    return Signal(
        name, title, _PART, value, between(share, keep=0.02, rebuild=0.4), 2.0, source, shown
    )


def table_width(assessment: Assessment) -> Signal | None:
    """How wide the widest table is: one of a hundred columns holds several things at once."""
    tables = [t for t in assessment.prototype.tables if t.source != "types"]
    if not tables:
        return None
    widest = max(tables, key=lambda t: len(t.columns))
    shown = (assessment.prototype.evidence("table", widest.location),)
    value = f"{widest.name} is the widest of {len(tables)} tables: {len(widest.columns)} columns"
    lean = between(len(widest.columns), keep=_WIDE / 2, rebuild=2 * _WIDE)
    return Signal(
        "table-width", "Tables of a sane width", _PART, value, lean, 1.0, "table definitions", shown
    )


def persistence(assessment: Assessment) -> Signal | None:
    """Whether what people enter is kept anywhere."""
    prototype = assessment.prototype
    kept = bool(prototype.stack.data or prototype.tables or prototype.queries)
    entered = prototype.form_fields
    if not kept and not entered:
        return None
    name, title = "persistence", "What people enter is kept"
    if kept:
        value = f"kept in {', '.join(prototype.stack.data) or 'tables'}"
        return Signal(name, title, _PART, value, -1.0, 1.0, "stack and queries")
    shown = tuple(prototype.evidence("code", f.location) for f in entered[:_SHOWN])
    value = f"{len(entered)} fields take something in, and no store was found"
    return Signal(name, title, _PART, value, 1.0, 1.0, "forms and stack", shown)


def _used(prototype: Prototype) -> dict[str, Query]:
    """The tables that product code asks for rows of, each with its first query."""
    used: dict[str, Query] = {}
    for query in prototype.queries:
        if query.table and query.operation in _ROWS:
            used.setdefault(_plain(query.table), query)
    return used


def _defined(prototype: Prototype) -> frozenset[str]:
    names = {_plain(t.name) for t in prototype.tables if t.source != "types"}
    return frozenset(names)


def _plain(name: str) -> str:
    return name.rpartition(".")[2].strip('"').lower()
