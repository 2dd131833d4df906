"""Foreign keys whose columns have no index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shipworthy.control import Control
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.rules.judged import own_tables, shown
from shipworthy.database.rules.names import quoted, short_name, spoken, sql_list, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import ForeignKey, Index, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_NOT_NULL = regex(r"\(?\"?(\w+)\"? IS NOT NULL\)?", re.IGNORECASE)


class ForeignKeyWithoutIndex(
    Control,
    id="foreign-key-without-index",
    title="Foreign key without an index",
    consequence="Lists, policies and deletions read the whole table, and get slower with every row.",
    severity=Severity.LOW,
    satisfies=("A18", "H18"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None:
            yield self.not_applicable("no PostgreSQL schema is defined here")
            return
        filtered = {(q.table, column) for q in prototype.queries for column in q.filters}
        found = False
        for table in own_tables(proof.schema):
            if not table.foreign_keys:
                continue
            found = True
            if bare := list(_bare(table)):
                yield self._gap(prototype, table, bare, filtered)
            else:
                line = shown(prototype.evidence, table.source, f"table {table.qualified}")
                yield self.satisfied(table.qualified, "Each of its foreign keys has an index", line)
        if not found:
            yield self.not_applicable("no table has a foreign key")

    def _gap(
        self,
        prototype: Prototype,
        table: Table,
        bare: list[ForeignKey],
        filtered: set[tuple[str | None, str]],
    ) -> Finding:
        asked = [k for k in bare if any((table.name, column) in filtered for column in k.columns)]
        ruled = [k for k in bare if _is_ruled(table, k)]
        if asked:
            why = f"the app filters by {spoken(_columns(asked))}"
        elif ruled:
            why = f"policies compare {spoken(_columns(ruled))} for each row"
        else:
            why = f"each deletion from {spoken(dict.fromkeys(k.target for k in bare))} reads it all"
        lines = dict.fromkeys(
            shown(prototype.evidence, k.source or table.source, f"foreign key {k.name}")
            for k in (*asked, *ruled, *bare)
        )
        return self.gap(
            table.qualified,
            f"No index on {spoken(_columns(bare))} of {table.qualified}: {why}",
            *list(lines)[:5],
            severity=Severity.MEDIUM if asked or ruled else Severity.LOW,
        )

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Create the indexes."""
        proof = prototype.database
        table = proof.schema.tables.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if table is None or path is None:
            return None
        bare = list(_bare(table))
        text = f"-- Following references of {sql_name(table)} no longer reads the whole table.\n"
        text += "".join(_statement(table, key) for key in bare)
        summary = f"Index {spoken(_columns(bare))} of {table.qualified}"
        return Remedy(summary, Review.SAFE, (Write(path, text),))


def _bare(table: Table) -> Iterator[ForeignKey]:
    """Its foreign keys that no index begins with, each set of columns once."""
    seen: set[frozenset[str]] = set()
    for key in table.foreign_keys:
        columns = frozenset(key.columns)
        if columns not in seen and not any(_serves(index, columns) for index in table.indexes):
            seen.add(columns)
            yield key


def _serves(index: Index, columns: frozenset[str]) -> bool:
    if frozenset(index.columns[: len(columns)]) != columns:
        return False
    if index.method not in ("btree", "hash"):
        return False
    only = _NOT_NULL.fullmatch(index.predicate or "")
    return index.predicate is None or (only is not None and only[1] in columns)


def _is_ruled(table: Table, key: ForeignKey) -> bool:
    """True where a policy names its first column."""
    word = re.compile(rf"\b{re.escape(key.columns[0])}\b")
    return any(word.search(text) for policy in table.policies for text in expressions(policy))


def _columns(keys: Iterable[ForeignKey]) -> list[str]:
    return [" and ".join(key.columns) for key in keys]


def _statement(table: Table, key: ForeignKey) -> str:
    name = short_name(table.name, *key.columns, "idx")
    if any(index.name == name for index in table.indexes):
        name = short_name(table.name, *key.columns, "fkey_idx")
    on = f"{sql_name(table)} ({sql_list(key.columns)})"
    return f"create index if not exists {quoted(name)} on {on};\n"
