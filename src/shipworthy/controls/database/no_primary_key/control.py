"""Tables whose rows nothing tells apart."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.judged import own_tables, shown
from shipworthy.database.rules.names import sql_list, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Index, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.remedy import Remedy, Review, Write


class NoPrimaryKey(
    Control,
    id="no-primary-key",
    title="Table without a primary key",
    consequence="The same row can be saved twice, and one of the two cannot be changed or deleted alone.",
    severity=Severity.MEDIUM,
    satisfies=("A25",),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        tables = list(own_tables(proof.schema)) if proof else []
        for table in tables:
            line = shown(prototype.evidence, table.source, f"table {table.qualified}")
            if table.primary_key:
                yield self.satisfied(table.qualified, "Has a primary key", line)
            elif _key(table) is not None:
                yield self.satisfied(table.qualified, "A unique index tells its rows apart", line)
            else:
                yield self.gap(
                    table.qualified, f"Nothing tells the rows of {table.qualified} apart", line
                )
        if not tables:
            yield self.not_applicable("no table is defined in PostgreSQL here")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Make `id` or the pair of references the key; add an `id` where there is neither."""
        proof = prototype.database
        table = proof.schema.tables.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if table is None or path is None:
            return None
        if table.column("id") is not None:
            change, review = "add primary key (id)", Review.CAREFUL
        elif columns := _pair(table):
            change, review = f"add primary key ({sql_list(columns)})", Review.CAREFUL
        else:
            change = "add column id uuid primary key default gen_random_uuid()"
            review = Review.SAFE
        text = (
            f"-- Each row of {sql_name(table)} can be named, so it can be changed and deleted alone.\n"
            f"alter table {sql_name(table)} {change};\n"
        )
        return Remedy(f"Give {table.qualified} a primary key", review, (Write(path, text),))


def _key(table: Table) -> Index | None:
    """A unique index over columns that are never empty, or over expressions that fill them."""
    required = {column.name for column in table.columns if not column.nullable} | {""}
    return next(
        (i for i in table.indexes if i.unique and not i.predicate and set(i.columns) <= required),
        None,
    )


def _pair(table: Table) -> tuple[str, ...]:
    """The two references of a table that joins two others."""
    columns = tuple(k.columns[0] for k in table.foreign_keys if len(k.columns) == 1)
    few = len(table.columns) <= len(columns) + 2
    return columns if len(set(columns)) == 2 == len(columns) and few else ()
