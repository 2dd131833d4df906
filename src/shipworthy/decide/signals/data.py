"""What the data model shows: is it in the repository, can it be rebuilt, has it a sane shape."""

from __future__ import annotations

from shipworthy.assess import Assessment
from shipworthy.database.proof import Fate
from shipworthy.decide.component import Component
from shipworthy.decide.signal import SOUND, Signal, against, between
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Evidence, Location
from shipworthy.prototype import Prototype
from shipworthy.prototype.tables.makers import Kind, Maker, makers, plain, rivals
from shipworthy.prototype.tables.table import Table

_ROWS = frozenset("select insert update delete upsert".split())
_WIDE = 60  # columns; tables of sound applications stay below
_PART = Component.DATA_MODEL
_SHOWN = 4
_TYPES = "types"  # generated from a database elsewhere: no definition
_DOCUMENTS = frozenset(
    {"convex", "mongoose"}
)  # stores whose collections come to be with the first document
_CATALOGUES = ("pg_", "sqlite_")  # of the database itself
_SETTINGS = frozenset("settings setting config configs configuration preferences options".split())
_MISSING = -0.9  # the furthest towards "keep" where a table in use is defined nowhere
_MANY_PLACES = 6  # beside the main one; half as many ask for one history
_BEHIND = 0.05  # where one is not in the migrations yet
_READ = frozenset(
    {"drizzle", "prisma", "sqlalchemy", "migration"}
)  # whose queries are read as well
_FEW_TABLES, _FEW_HANDLERS = 3, 5
_FEW_STATEMENTS = 10  # added to their number: one of two says little


def schema_in_repository(assessment: Assessment) -> Signal | None:
    """The share of the tables in use that anything in the repository tells the columns of, generated
    types as well: from these a definition can be written again."""
    prototype = assessment.prototype
    hosted = prototype.base44
    used = {**_used(prototype), **(hosted.used if hosted else {})}
    if not used:
        return None
    told = {name for maker in makers(prototype) for name in maker.tables}
    told |= hosted.defined if hosted else set()
    missing = sorted(name for name in used if name not in told)
    share = 1 - len(missing) / len(used)
    shown = [prototype.evidence("code", used[name]) for name in missing[:_SHOWN]]
    value = (
        f"{len(used) - len(missing)} of {len(used)} tables in use are described in the repository"
    )
    lean = between(share, keep=0.95, rebuild=0.3)
    return Signal(
        "schema-in-repository", "Data model in the repository", _PART, value,
        max(lean, _MISSING) if missing else lean, 3.0, "queries and table definitions", tuple(shown),
    )  # fmt: skip


def schema_history(assessment: Assessment) -> Signal | None:
    """How many tables in use the one place that makes most of them leaves out, and in how many further
    places they have to be looked for."""
    prototype = assessment.prototype
    used = _used(prototype)
    if not used:
        return None
    found = makers(prototype)
    making = [m for m in found if m.kind is not Kind.TYPES]
    main = max(making, key=lambda m: len(used.keys() & m.tables.keys()), default=None)
    made = used.keys() & main.tables.keys() if main else set[str]()
    outside = sorted(used.keys() - made)
    behind = _not_migrated(main, making, made) if main else []
    further = _further(making, set(outside))
    lean = max(
        against(len(outside) / len(used), none=0.0, rebuild=0.8),
        against(further, none=0, rebuild=_MANY_PLACES),
    )
    if not outside:
        lean = _BEHIND if behind else SOUND
    shown = tuple(prototype.evidence("code", used[n]) for n in (outside or behind)[:_SHOWN])
    return Signal(
        "schema-history", "One history makes the tables", _PART,
        _made(len(used), len(made), main, len(behind), further), lean, 1.5, "table definitions", shown,
    )  # fmt: skip


def _further(making: list[Maker], outside: set[str]) -> int:
    """How many further places are needed to make what the main one leaves out, the largest first."""
    count = 0
    while best := max((outside & m.tables.keys() for m in making), key=len, default=set()):
        outside, count = outside - best, count + 1
    return count


def _made(used: int, made: int, main: Maker | None, behind: int, further: int) -> str:
    if main is None:
        return f"nothing here makes one of the {used} tables in use"
    value = f"{made} of {used} tables in use are made by one place, {main.name} ({main.kind})"
    value += f", others by {further} further places" if further else ""
    return f"{value}; {behind} of them have no migration" if behind else value


def _not_migrated(main: Maker, making: list[Maker], made: set[str]) -> list[str]:
    """The tables of a schema in code that no migration makes yet."""
    if main.kind is not Kind.SCHEMA or main.name == "django":
        return []  # Django writes its migrations as operations on classes, and checks them itself
    migrated = {n for maker in making if maker.kind is Kind.HISTORY for n in maker.tables}
    return sorted(made - migrated)


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
    """How wide the widest table is: one of a hundred columns holds several things at once. Settings,
    kept in one row with a column for each, are left out."""
    tables = [t for t in assessment.prototype.tables if t.source != _TYPES and not _is_settings(t)]
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
    """The share of the tables that several places create differently: nobody knows which is true."""
    prototype = assessment.prototype
    found = [m for m in makers(prototype) if m.kind in (Kind.HISTORY, Kind.SCRIPT)]
    tables = {name for maker in found for name in maker.tables}
    if not tables:
        return None
    several = list(rivals(found))
    shown = tuple(
        prototype.evidence("table", table.location)
        for _, first, second in several[: _SHOWN // 2]
        for table in (first, second)
    )
    value = f"{len(several)} of {len(tables)} tables are created differently in several places"
    lean = against(len(several) / len(tables), none=0.05, rebuild=0.5)
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


def _used(prototype: Prototype) -> dict[str, Location]:
    """The tables that product code asks for rows of, each with its first query."""
    used: dict[str, Location] = {}
    for query in prototype.queries:
        if not query.table or query.operation not in _ROWS or query.library in _DOCUMENTS:
            continue
        if not query.table.lower().startswith(_CATALOGUES):
            used.setdefault(plain(query.table), query.location)
    return used


def _is_settings(table: Table) -> bool:
    return table.name.lower().rpartition(".")[2].rpartition("_")[2] in _SETTINGS
