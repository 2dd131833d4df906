"""How the database was rebuilt, in a few lines: the reader must know what the proofs stand on."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from shipworthy.database.attempts import Result
from shipworthy.database.proof import DatabaseProof, Fate, Replay
from shipworthy.errors import FactUnavailable
from shipworthy.prototype import Prototype
from shipworthy.prototype.tree import printable
from shipworthy.report.lines import Line, counted

_REPAIRS = 3


def database_lines(prototype: Prototype) -> Iterator[Line]:
    """The block on the database; nothing where it was not rebuilt."""
    try:
        proof = prototype.database
    except FactUnavailable:
        return
    if proof is None:
        return
    yield Line(Text(f"Database, rebuilt on {proof.engine}", "bold"))
    for text in (*_replayed(proof.replay), *_attacked(proof)):
        yield Line(Text(printable(text), "dim"), 4)
    yield Line(Text())


def _replayed(replay: Replay) -> Iterator[str]:
    done = sum(replay.statements.get(fate, 0) for fate in (Fate.APPLIED, Fate.REPAIRED))
    total = sum(replay.statements.values())
    share = f" ({done / total:.1%})" if total else ""
    yield f"{done:,} of {counted(total, 'statement')} applied{share}, {counted(replay.files, 'file')}"
    if replay.repairs:
        shown = ", ".join(f"{r.target} {r.how}" for r in replay.repairs[:_REPAIRS])
        more = len(replay.repairs) - _REPAIRS
        yield f"supplied what the history lacks: {shown}" + (
            f" and {more} more" if more > 0 else ""
        )
    fit = replay.fidelity
    if fit is not None:
        yield (
            f"compared with {fit.path}: {fit.tables_matched} of {counted(fit.tables, 'table')}, "
            f"{fit.columns_matched} of {counted(fit.columns, 'column')} are the same"
        )
    yield from replay.notes


def _attacked(proof: DatabaseProof) -> Iterator[str]:
    if not proof.supabase:
        yield "reached through the app's own server alone: its tables were not attacked"
        return
    yield f"grants: {proof.era.value}; {proof.era_reason}"
    seeded = sum(1 for s in proof.seeding.values() if s.rows)
    tried = len(proof.attempts)
    succeeded = sum(1 for a in proof.attempts if a.result is Result.SUCCEEDED)
    unclear = sum(1 for a in proof.attempts if a.result is Result.UNCLEAR)
    yield (
        f"{seeded} of {counted(len(proof.seeding), 'table')} seeded; "
        f"{counted(tried, 'attempt')}: {succeeded} succeeded, {unclear} unclear"
    )
    seconds = ", ".join(f"{step} {spent:.1f} s" for step, spent in proof.seconds.items())
    yield f"took: {seconds}"
