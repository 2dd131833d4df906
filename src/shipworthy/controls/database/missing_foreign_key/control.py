"""Columns that name a row of another table without a foreign key that keeps them true."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.control import Control
from shipworthy.database.rules.judged import own_tables, shown
from shipworthy.database.rules.names import quoted, short_name, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Column, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_KEYS = ("uuid", "bigint", "integer")
_FOREIGN = regex(
    r"stripe|paypal|external|google|facebook|twilio|whatsapp|telegram|openai|provider|ext_|remote"
    r"|session_id|device_id|request_id|correlation|trace|legacy|old_|original_",
    re.IGNORECASE,
)
_RECORDS = regex(
    r"(^|_)(logs?|audit|history|events?|archive|backup|analytics|metrics|snapshots?)(_|$)", re.I
)


class MissingForeignKey(
    Control,
    id="missing-foreign-key",
    title="Reference that nothing keeps true",
    consequence="Rows point to customers, orders or projects that were deleted or never existed.",
    severity=Severity.MEDIUM,
    satisfies=("A25", "D15"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None:
            yield self.not_applicable("no PostgreSQL schema is defined here")
            return
        tables = list(own_tables(proof.schema))
        found = False
        for table in tables:
            for column, target in _references(table, tables):
                found = True
                yield self._judge(prototype, table, column, target)
        if not found:
            yield self.not_applicable("no column is called like a reference to another table")

    def _judge(self, prototype: Prototype, table: Table, column: Column, target: Table) -> Finding:
        subject = f"{table.qualified}.{column.name}"
        line = shown(
            prototype.evidence, column.source or table.source, f"{column.name} {column.type}"
        )
        if any(column.name in key.columns for key in table.foreign_keys):
            return self.satisfied(subject, "A foreign key keeps it true", line)
        message = (
            f"{subject} names a row of {target.qualified}, but nothing makes sure that it exists"
        )
        return self.gap(subject, message, line)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Add the foreign key for new rows; the old ones are checked by hand, later."""
        proof = prototype.database
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or path is None:
            return None
        tables = list(own_tables(proof.schema))
        for table in tables:
            for column, target in _references(table, tables):
                if f"{table.qualified}.{column.name}" == finding.subject:
                    return _remedy(table, column, target, path)
        return None


def _references(table: Table, tables: list[Table]) -> Iterator[tuple[Column, Table]]:
    """Columns called like the key of another table, with that table."""
    if _RECORDS.search(table.name):
        return  # a record of what was must outlive what it names
    by_name = {t.name: t for t in tables if t.schema == table.schema}
    for column in table.columns:
        base, _, end = column.name.rpartition("_")
        if (
            end != "id"
            or not base
            or column.name in table.primary_key
            or _FOREIGN.search(column.name)
        ):
            continue
        if table.column(f"{base}_type") is not None:
            continue  # which table it names depends on the row
        if base == "user":
            continue  # as likely a user of the platform as a row of one's own table
        target = _target(base, by_name)
        if target is not None and target is not table and _fits(column, target):
            yield column, target


def _target(base: str, by_name: Mapping[str, Table]) -> Table | None:
    plurals = (f"{base}s", f"{base}es", f"{base[:-1]}ies" if base.endswith("y") else base)
    found = [by_name[name] for name in dict.fromkeys((base, *plurals)) if name in by_name]
    return found[0] if len(found) == 1 else None


def _fits(column: Column, target: Table) -> bool:
    key = target.column(target.primary_key[0]) if len(target.primary_key) == 1 else None
    return key is not None and key.type == column.type and column.type in _KEYS


def _remedy(table: Table, column: Column, target: Table, path: str) -> Remedy:
    name = quoted(short_name(table.name, column.name, "fkey"))
    key = quoted(target.primary_key[0])
    index = quoted(short_name(table.name, column.name, "idx"))
    served = any(i.columns[:1] == (column.name,) and not i.predicate for i in table.indexes)
    then = "set null" if column.nullable else "cascade"
    text = (
        f"-- New rows must name a row of {sql_name(target)} that exists. Check the old ones, then:\n"
        f"-- alter table {sql_name(table)} validate constraint {name};\n"
        f"alter table {sql_name(table)}\n"
        f"  add constraint {name} foreign key ({quoted(column.name)})\n"
        f"    references {sql_name(target)} ({key}) on delete {then} not valid;\n"
    )
    if not served:
        text += (
            f"create index if not exists {index} on {sql_name(table)} ({quoted(column.name)});\n"
        )
    summary = f"Keep {table.qualified}.{column.name} true with a foreign key"
    return Remedy(summary, Review.CAREFUL, (Write(path, text),))
