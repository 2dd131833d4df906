"""Columns that the code takes for unique and the database does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.judged import exposed_tables, mended_tables, shown
from shipworthy.database.rules.names import quoted, short_name, spoken, sql_list, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Index, Table
from shipworthy.finding import Evidence, Finding, Outcome, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.query import Query
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_NATURAL = regex(
    r"^(e_?mail|slug|username|handle|nickname|sku|subdomain|custom_domain|domain|isbn|ean|barcode"
    r"|(\w+_)?(code|slug|number)|invite_token|share_token|(stripe|paypal)_\w+_id)$",
    re.IGNORECASE,
)


class MissingUnique(
    Control,
    id="missing-unique",
    title="Doubles that the code does not expect",
    consequence="Two users get the same name or code, and the page of both fails or shows the other's data.",
    severity=Severity.MEDIUM,
    satisfies=("A25", "A28"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("the code asks no database by column names")
            return
        expected = _expected(prototype, proof)
        for (table_name, columns), queries in sorted(expected.items()):
            table = proof.schema.tables[table_name]
            found = self._judge(prototype, table, columns, queries)
            if found.outcome is Outcome.GAP and table.qualified in mended_tables(proof):
                reason = "No unique index in the migrations, but the table was first made elsewhere"
                found = self.unknown(found.subject, reason, *found.evidence)
            yield found
        if not expected:
            yield self.not_applicable("no query takes a column for unique")

    def _judge(
        self, prototype: Prototype, table: Table, columns: tuple[str, ...], queries: list[Query]
    ) -> Finding:
        subject = f"{table.qualified}.{','.join(columns)}"
        lines: list[Evidence] = [prototype.evidence("code", q.location) for q in queries[:4]]
        lines.append(shown(prototype.evidence, table.source, f"table {table.qualified}"))
        upserts = [q for q in queries if q.on_conflict]
        wanted = frozenset(columns)
        if upserts and not any(_decides(index, wanted) for index in table.indexes):
            message = (
                f"Each upsert into {table.qualified} fails: no unique index on {spoken(columns)}"
            )
            return self.gap(subject, message, *lines, severity=Severity.HIGH)
        if upserts or all(_at_most_one(table, q) for q in queries):
            return self.satisfied(subject, "A unique index keeps doubles out", *lines[:1])
        only = f"one row per {spoken(columns)} of {table.qualified}"
        message = f"The app expects {only}, but nothing keeps doubles out"
        return self.gap(subject, message, *lines)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Create the unique index; it fails where there are doubles already."""
        proof = prototype.database
        path = next_migration(prototype.database_history, self.id, finding.subject)
        schema, name, columns = finding.subject.split(".", 2)
        table = proof.schema.tables.get(f"{schema}.{name}") if proof else None
        if table is None or path is None:
            return None
        keys = columns.split(",")
        index = quoted(short_name(name, *keys, "unique_idx"))
        text = (
            f"-- Fails while {sql_name(table)} holds doubles: decide first which of them stays.\n"
            f"create unique index if not exists {index} on {sql_name(table)} ({sql_list(keys)});\n"
        )
        summary = f"Keep doubles of {spoken(keys)} out of {table.qualified}"
        return Remedy(summary, Review.CAREFUL, (Write(path, text),))


def _expected(
    prototype: Prototype, proof: DatabaseProof
) -> dict[tuple[str, tuple[str, ...]], list[Query]]:
    """The queries that take columns for unique, by table and columns."""
    tables = {table.name: table for table in exposed_tables(proof.schema)}
    found: dict[tuple[str, tuple[str, ...]], list[Query]] = {}
    for query in prototype.queries:
        table = tables.get(query.table or "") if query.library == "supabase" else None
        columns = _unique_columns(query) if table is not None else ()
        if table is not None and _is_account(table) and columns == ("email",):
            continue  # the sign-in service allows each address once
        if table is not None and columns and all(table.column(name) for name in columns):
            found.setdefault((table.qualified, columns), []).append(query)
    return found


def _is_account(table: Table) -> bool:
    """True where each row is an account of the platform's sign-in service."""
    return any(
        k.target == "auth.users" and k.columns == table.primary_key for k in table.foreign_keys
    )


def _unique_columns(query: Query) -> tuple[str, ...]:
    if query.on_conflict:
        return tuple(sorted(query.on_conflict))
    if query.operation == "select" and query.single and len(query.filters) == 1:
        return query.filters if _NATURAL.match(query.filters[0]) else ()
    return ()


def _decides(index: Index, wanted: frozenset[str]) -> bool:
    """True where an upsert can name the index by these columns."""
    return index.unique and index.predicate is None and frozenset(index.columns) == wanted


def _at_most_one(table: Table, query: Query) -> bool:
    """True where a unique index, also one of a part or over an expression, covers the filter."""
    column = query.filters[0]
    word = re.compile(rf"\b{re.escape(column)}\b")
    return any(
        index.unique
        and len(index.columns) == 1
        and (index.columns[0] == column or word.search(index.definition))
        for index in table.indexes
    )
