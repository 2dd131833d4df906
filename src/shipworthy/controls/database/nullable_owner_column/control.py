"""Owner columns that may stay empty, although the policies show a row to its owner alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.expressions import compares_owner, expressions, owner_columns
from shipworthy.database.rules.judged import exposed_tables, shown
from shipworthy.database.rules.names import quoted, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Column, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.remedy import Remedy, Review, Write


class NullableOwnerColumn(
    Control,
    id="nullable-owner-column",
    title="Rows that may belong to nobody",
    consequence="A row saved without its owner vanishes: no user can ever see, change or delete it.",
    severity=Severity.MEDIUM,
    satisfies=("A25", "A08"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        found = False
        for table in exposed_tables(proof.schema):
            owners = owner_columns(table) if table.row_security else ()
            column = table.column(owners[0]) if len(owners) == 1 else None
            if column is not None:
                found = True
                yield self._judge(prototype, table, column)
        if not found:
            yield self.not_applicable("no policy compares one column with the user who asks")

    def _judge(self, prototype: Prototype, table: Table, column: Column) -> Finding:
        subject = f"{table.qualified}.{column.name}"
        line = shown(
            prototype.evidence, column.source or table.source, f"{column.name} {column.type}"
        )
        right = _why_right(table, column)
        if right:
            return self.satisfied(subject, right, line)
        checked = _is_checked(table, column)
        message = f"{subject} may be empty, and a row without it is shown to nobody"
        return self.gap(subject, message, line, severity=Severity.LOW if checked else None)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Require the owner."""
        proof = prototype.database
        table_name, _, name = finding.subject.rpartition(".")
        table = proof.schema.tables.get(table_name) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if table is None or path is None:
            return None
        text = (
            f"-- Fails while rows without {quoted(name)} are left: decide first whose they are.\n"
            f"alter table {sql_name(table)} alter column {quoted(name)} set not null;\n"
        )
        return Remedy(f"Require {finding.subject}", Review.CAREFUL, (Write(path, text),))


def _why_right(table: Table, column: Column) -> str:
    """Why an empty owner does no harm; "" where it does."""
    if not column.nullable:
        return "Always filled in"
    if any(k.columns == (column.name,) and k.on_delete == "SET NULL" for k in table.foreign_keys):
        return "Emptied on purpose when the user is deleted"
    word = re.compile(rf"\b{re.escape(column.name)}\"? IS (NOT )?NULL", re.IGNORECASE)
    if any(word.search(text) for policy in table.policies for text in expressions(policy)):
        return "The policies have a rule for rows without owner"
    reading = [p for p in table.policies if p.permissive and p.command in ("SELECT", "ALL")]
    others = [p for p in reading if not compares_owner(table, p) or _has_other_way(p.using or "")]
    if not reading or others:
        return "Rows without owner are seen by other rules"
    return ""


def _has_other_way(expression: str) -> bool:
    return re.search(r"\bOR\b", expression) is not None


def _is_checked(table: Table, column: Column) -> bool:
    """True where nobody but the server can save a row without owner."""
    word = re.compile(rf"\b{re.escape(column.name)}\b")
    inserting = [p for p in table.policies if p.permissive and p.command in ("INSERT", "ALL")]
    return all(word.search(p.check or p.using or "") for p in inserting)
