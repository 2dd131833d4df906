"""How the database was rebuilt, as part of the assessment's JSON document."""

from __future__ import annotations

from shipworthy.database.attempts import Result
from shipworthy.database.proof import DatabaseProof
from shipworthy.documents import Document
from shipworthy.errors import FactUnavailable
from shipworthy.prototype import Prototype
from shipworthy.prototype.tree import printable


class FailureDocument(Document):
    """A statement that could not be applied, where it stands, and why."""

    path: str
    line: int
    fate: str
    statement: str
    error: str


class RepairDocument(Document):
    """Something that the history lacks and that was supplied."""

    target: str
    how: str


class FidelityDocument(Document):
    """How well the rebuilt database matches the generated types."""

    path: str
    tables: int
    tables_matched: int
    columns: int
    columns_matched: int
    missing: list[str]


class DatabaseDocument(Document):
    """The rebuilt database: what was applied, filled and tried. Counts of attempts by result."""

    engine: str
    grants: str
    grants_reason: str
    files: int
    clean_files: int
    statements: dict[str, int]
    failures: list[FailureDocument]
    repairs: list[RepairDocument]
    fidelity: FidelityDocument | None
    notes: list[str]
    tables: int
    seeded: int
    attempts: dict[str, int]
    not_judged: dict[str, str]


def database_document(prototype: Prototype) -> DatabaseDocument | None:
    """The document of the rebuilt database; None where it was not rebuilt."""
    try:
        proof = prototype.database
    except FactUnavailable:
        return None
    return _document(proof) if proof else None


def _document(proof: DatabaseProof) -> DatabaseDocument:
    replay, fit = proof.replay, proof.replay.fidelity
    return DatabaseDocument(
        engine=proof.engine,
        grants=proof.era.value,
        grants_reason=proof.era_reason,
        files=replay.files,
        clean_files=replay.clean_files,
        statements={fate.value: count for fate, count in replay.statements.items()},
        failures=[
            FailureDocument(
                path=f.location.path,
                line=f.location.line,
                fate=f.fate.value,
                statement=printable(f.statement),
                error=printable(f.error),
            )
            for f in replay.failures
        ],
        repairs=[RepairDocument(target=r.target, how=r.how) for r in replay.repairs],
        fidelity=FidelityDocument(
            path=fit.path,
            tables=fit.tables,
            tables_matched=fit.tables_matched,
            columns=fit.columns,
            columns_matched=fit.columns_matched,
            missing=list(fit.missing),
        )
        if fit
        else None,
        notes=list(replay.notes),
        tables=len(proof.seeding),
        seeded=sum(1 for s in proof.seeding.values() if s.rows),
        attempts={
            result.value: sum(1 for a in proof.attempts if a.result is result) for result in Result
        },
        not_judged={
            name: table.tainted for name, table in proof.schema.tables.items() if table.tainted
        },
    )
