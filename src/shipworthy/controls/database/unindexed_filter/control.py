"""Lookups for which the database reads the whole table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.rules.judged import exposed_tables, shown
from shipworthy.database.rules.names import quoted, short_name, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.query import Query
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_OPERATIONS = frozenset({"select", "update", "delete"})
_FEW_ROWS = regex(
    r"(^|_)(settings?|configs?|configurations?|preferences|plans?|tiers|categor(y|ies)|roles?|types?|kinds"
    r"|templates?|features?|flags|countries|currencies|languages|translations|regions|statuses|stages"
    r"|permissions|levels|units|menus?|pages|faqs?|tax_rates|departments|branches|stores|locations)$",
    re.IGNORECASE,
)
_MANY_VALUES = regex(
    r"(^|_)(id|sid|uuid|e_?mail|phone|phone_number|mobile|telefone|telefono|token|code|slug|number|sku|username"
    r"|handle|reference|ref|hash|key|barcode|url|domain|subdomain|cpf|cnpj)$",
    re.IGNORECASE,
)
_INDEXABLE = ("uuid", "text", "character varying", "bigint", "integer", "citext", "date")


class UnindexedFilter(
    Control,
    id="unindexed-filter",
    title="Lookup without an index",
    consequence="The lookup takes longer with each customer, and all others wait for it.",
    severity=Severity.LOW,
    satisfies=("A18", "H18"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no query names its columns in a way that is read here")
            return
        asked = _asked(prototype, proof)
        for table, column, queries in asked:
            subject = f"{table.qualified}.{column}"
            lines = [prototype.evidence("code", q.location) for q in queries[:4]]
            if _is_served(table, column):
                yield self.satisfied(subject, "An index begins with it", lines[0])
                continue
            lines.append(shown(prototype.evidence, table.source, f"table {table.qualified}"))
            message = f"The app looks rows of {table.qualified} up by {column}, which has no index"
            yield self.gap(subject, message, *lines)
        if not asked:
            yield self.not_applicable("no query looks rows of a growing table up by a column alone")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Create the index."""
        proof = prototype.database
        table_name, _, column = finding.subject.rpartition(".")
        table = proof.schema.tables.get(table_name) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if table is None or path is None:
            return None
        index = quoted(short_name(table.name, column, "idx"))
        text = (
            f"-- Looking rows of {sql_name(table)} up by {quoted(column)} no longer reads all of them.\n"
            f"create index if not exists {index} on {sql_name(table)} ({quoted(column)});\n"
        )
        return Remedy(f"Index {finding.subject}", Review.SAFE, (Write(path, text),))


def _asked(prototype: Prototype, proof: DatabaseProof) -> list[tuple[Table, str, list[Query]]]:
    """The columns that decide how fast a query is, with the queries."""
    tables = {t.name: t for t in exposed_tables(proof.schema) if not _FEW_ROWS.search(t.name)}
    found: dict[tuple[str, str], list[Query]] = {}
    for query in prototype.queries:
        table = tables.get(query.table or "")
        if table is None or query.library != "supabase" or query.operation not in _OPERATIONS:
            continue
        column = _deciding(table, query)
        if column is not None:
            found.setdefault((table.name, column), []).append(query)
    return [(tables[name], column, queries) for (name, column), queries in sorted(found.items())]


def _deciding(table: Table, query: Query) -> str | None:
    """The column by which a query finds its rows; None where others or the policies narrow it down."""
    if any(_is_served(table, column) for column in query.equals):
        return next(
            (c for c in query.equals if _is_served(table, c) and _is_wanted(table, c)), None
        )
    if len(query.filters) != len(query.equals) or _is_narrowed(table):
        return None
    wanted = [column for column in query.equals if _is_wanted(table, column)]
    return wanted[0] if wanted else None


def _is_wanted(table: Table, name: str) -> bool:
    """True for columns of many values; foreign keys are judged by a control of their own."""
    column = table.column(name)
    if column is None or not column.type.startswith(_INDEXABLE) or column.type.endswith("[]"):
        return False
    return _MANY_VALUES.search(name) is not None and not any(
        name in k.columns for k in table.foreign_keys
    )


def _is_served(table: Table, name: str) -> bool:
    return any(
        index.columns[:1] == (name,) and index.method in ("btree", "hash")
        for index in table.indexes
    )


def _is_narrowed(table: Table) -> bool:
    """True where a policy compares an indexed column: that index finds one's own few rows first."""
    leading = {index.columns[0] for index in table.indexes if index.columns and index.columns[0]}
    leading -= set(table.primary_key) if len(table.primary_key) == 1 else set()
    texts = " ".join(text for policy in table.policies for text in expressions(policy))
    return any(re.search(rf"\b{re.escape(name)}\b", texts) for name in leading)
