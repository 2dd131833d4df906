"""Replays a history on a fresh database: mends what it lacks and remembers where all comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shipworthy.database.generated_types import read_types
from shipworthy.database.history import History, SqlFile
from shipworthy.database.order import in_likely_order
from shipworthy.database.proof import Fate, Fidelity, Replay
from shipworthy.database.reading import read_schema
from shipworthy.database.replay.course import Course
from shipworthy.database.replay.definitions import Definitions, Placed
from shipworthy.database.replay.fidelity import fidelity
from shipworthy.database.replay.ledger import ADMIN, Ledger
from shipworthy.database.replay.runner import Runner
from shipworthy.database.replay.session import Session
from shipworthy.database.replay.supply import Supplier
from shipworthy.database.replay.taint import tainted
from shipworthy.database.schema import Schema, Source, Trust
from shipworthy.database.statements import Kind, split
from shipworthy.finding import Location

if TYPE_CHECKING:
    from shipworthy.database.engine import Database

_UNORDERED = "no migrations: the scripts of the repository were run in the likeliest order"


def replay(database: Database, history: History, *, mend: bool = True) -> tuple[Replay, Schema]:
    """Run a history on a fresh database and read what it left.

    Each file is one transaction. With `mend`, what is missing is supplied, most trusted first.
    Raises FactUnavailable when the time or disk of the database is used up.
    """
    ordered = bool(history.migrations)
    main = history.migrations if ordered else in_likely_order(history.loose)
    files = [_placed(f, i, Trust.MIGRATION if ordered else Trust.LOOSE) for i, f in enumerate(main)]
    loose = in_likely_order(_others((*history.loose, *history.seeds), main))
    extra = [_placed(f, len(files) + i, Trust.LOOSE) for i, f in enumerate(loose)]
    types = (
        read_types(history.generated.path, history.generated.text) if history.generated else None
    )

    ledger = Ledger(database)
    session = Session(database)
    try:
        everything = [one for file in (*files, *extra) for one in file]
        definitions = Definitions(everything, [one for file in extra for one in file])
        supplier = Supplier(session, ledger, definitions, types) if mend else None
        runner = Runner(session, ledger, supplier)
        for order, statements in enumerate(files):
            runner.run_file(order, statements)
    finally:
        session.close()
    sources = ledger.close()
    with database.connect(ADMIN) as admin:
        schema = _served(read_schema(admin, sources), history)
    schema = tainted(schema, (*runner.course.lost, *runner.course.ran))
    matched = fidelity(types, schema) if types else None
    return _result(runner.course, matched, ordered=ordered), schema


def _served(schema: Schema, history: History) -> Schema:
    """The schema with those of the prototype's own that the platform serves beside its usual ones."""
    return replace(schema, exposed=tuple(dict.fromkeys((*schema.exposed, *history.exposed))))


def _placed(file: SqlFile, order: int, trust: Trust) -> list[Placed]:
    return [
        Placed(one, order, Source(trust, Location(file.path, one.line))) for one in split(file.text)
    ]


def _others(files: Sequence[SqlFile], main: Sequence[SqlFile]) -> list[SqlFile]:
    taken = {file.path for file in main}
    return [file for file in files if file.path not in taken]


def _result(course: Course, matched: Fidelity | None, *, ordered: bool) -> Replay:
    return Replay(
        files=course.files,
        clean_files=course.clean,
        statements=dict(Counter(ran.fate for ran in course.ran)),
        failures=tuple(r.failure for r in course.ran if r.refusal is not None),
        repairs=tuple(course.repairs),
        fidelity=matched,
        notes=tuple(_notes(course, ordered=ordered)),
    )


def _notes(course: Course, *, ordered: bool) -> list[str]:
    notes = [] if ordered else [_UNORDERED]
    kinds = Counter(r.placed.statement.kind for r in course.ran if r.fate is Fate.SKIPPED)
    skipped = (kind for kind in (Kind.COPY, Kind.META, Kind.OUTSIDE) if kinds[kind])
    notes += [f"{kinds[kind]} statements were not run: {kind.value}" for kind in skipped]
    return notes
