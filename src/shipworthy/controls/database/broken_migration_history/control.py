"""Migrations that fail on an empty database: the database cannot be made again from its own history."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.history import History
from shipworthy.database.proof import DatabaseProof, Failure, Fate, Repair
from shipworthy.database.rules.names import spoken
from shipworthy.finding import Evidence, Finding, Severity
from shipworthy.prototype import Prototype

_WHOLE = "migrations"  # the subject for the history as a whole
_BROKEN = frozenset({Fate.FAILED, Fate.REPAIRED})
# What the rebuilding engine could not do, and statements about rows that a fresh database lacks.
_NOT_THEIRS = ("58P01", "57014", "53", "XX", "22P04", "23", "P0001")
_ROWS = ("auth user",)  # repairs of rows, not of the schema


class BrokenMigrationHistory(
    Control,
    id="broken-migration-history",
    title="Migrations that cannot rebuild the database",
    consequence="No second database can be made: no staging, no test run, no recovery from the code.",
    severity=Severity.HIGH,
    satisfies=("A25", "P13", "P30"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof, history = prototype.database, prototype.database_history
        if proof is None or history is None:
            yield self.not_applicable("no PostgreSQL schema is defined here")
            return
        if not history.migrations:
            yield self.not_applicable("the schema stands in scripts, not in migrations")
            return
        yield from self._files(history, proof)

    def _files(self, history: History, proof: DatabaseProof) -> Iterator[Finding]:
        order = {file.path: number for number, file in enumerate(history.migrations)}
        failures: dict[str, list[Failure]] = {}
        for failure in proof.replay.failures:
            if failure.fate in _BROKEN and failure.location.path in order:
                failures.setdefault(failure.location.path, []).append(failure)
        for path in sorted(failures, key=order.__getitem__):
            yield self._judge(path, failures[path])
        lacking = [r for r in proof.replay.repairs if not r.target.startswith(_ROWS)]
        if lacking:
            yield self._lacking(lacking)
        elif not failures:
            text = f"All migrations ({len(order)}) apply to an empty database"
            yield self.satisfied(_WHOLE, text)

    def _judge(self, path: str, failures: list[Failure]) -> Finding:
        shown = [Evidence("migrations", f"{f.statement} → {f.error}", f.location) for f in failures]
        theirs = [f for f in failures if not f.error.startswith(_NOT_THEIRS)]
        if not theirs:
            reason = f"could not be replayed here: {failures[0].error}"
            return self.unknown(path, reason, *shown[:5])
        return self.gap(path, f"Fails on an empty database: {_why(theirs[0])}", *shown[:5])

    def _lacking(self, repairs: list[Repair]) -> Finding:
        shown = [Evidence("migrations", f"{r.target}: {r.how}", r.location) for r in repairs[:5]]
        names = spoken(dict.fromkeys(r.target for r in repairs))
        message = f"The migrations use what no migration before them makes: {names}"
        return self.gap(_WHOLE, message, *shown)


def _why(failure: Failure) -> str:
    """The error in its own words, without its code."""
    return failure.error.partition(": ")[2] or failure.error
