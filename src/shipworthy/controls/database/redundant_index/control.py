"""Indexes that another index already does the work of."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.judged import own_tables, shown
from shipworthy.database.rules.names import sql_target
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Index, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_KEYS = regex(r"USING btree \((.*)\)(?: NULLS NOT DISTINCT)?$")


class RedundantIndex(
    Control,
    id="redundant-index",
    title="Index that another one makes superfluous",
    consequence="Each write pays for an index that no query needs.",
    severity=Severity.LOW,
    satisfies=("A18",),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        tables = [t for t in own_tables(proof.schema) if t.indexes] if proof else []
        for table in tables:
            doubles = list(_redundant(table))
            for index, better in doubles:
                line = shown(prototype.evidence, index.source or table.source, index.definition)
                message = (
                    f"{index.name} on {table.qualified} does nothing that {better.name} does not"
                )
                yield self.gap(f"{table.qualified}.{index.name}", message, line)
            if not doubles:
                yield self.satisfied(table.qualified, "Each index has work of its own")
        if not tables:
            yield self.not_applicable("no table has an index")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Drop it."""
        proof = prototype.database
        table_name, _, name = finding.subject.rpartition(".")
        table = proof.schema.tables.get(table_name) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        double = next((d for d in _redundant(table) if d[0].name == name), None) if table else None
        if table is None or double is None or path is None:
            return None
        text = (
            f"-- {double[1].name} serves every query that used it.\n"
            f"drop index if exists {sql_target(f'{table.schema}.{name}')};\n"
        )
        return Remedy(f"Drop the index {name}", Review.SAFE, (Write(path, text),))


def _redundant(table: Table) -> Iterator[tuple[Index, Index]]:
    """Plain indexes whose keys another index begins with, each with that index."""
    plain = [(index, keys) for index in table.indexes if (keys := _keys(index))]
    for index, keys in plain:
        if index.unique or index.constraint:
            continue
        for other, others in plain:
            longer = len(others) > len(keys) or other.unique or other.name < index.name
            if other is not index and longer and others[: len(keys)] == keys:
                yield index, other
                break


def _keys(index: Index) -> tuple[str, ...]:
    """The keys of a whole B-tree, as they are defined; () for every other index."""
    match = _KEYS.search(index.definition)
    if index.predicate or "" in index.columns or match is None or "INCLUDE" in index.definition:
        return ()
    return tuple(key.strip() for key in match[1].split(","))
