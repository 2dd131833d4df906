"""Moments kept without their time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.rules.judged import own_tables, shown
from shipworthy.database.rules.names import quoted, spoken, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Column, Schema, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_BARE = regex(r"timestamp(\(\d\))? without time zone")
_MOMENT = regex(r"(_at|_on|_time|timestamp|date|until|since)$", re.IGNORECASE)
_WALL_CLOCK = regex(r"local", re.IGNORECASE)


class TimestampWithoutTimeZone(
    Control,
    id="timestamp-without-time-zone",
    title="Moment without a time zone",
    consequence="Users in another country see appointments and deadlines hours off.",
    severity=Severity.LOW,
    satisfies=("A25",),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no browser reads moments from a database here")
            return
        found = False
        asked = {q.table for q in prototype.queries if q.library == "supabase"}
        for table in own_tables(proof.schema):
            if table.name not in asked:
                continue  # a driver on the server reads them as UTC
            moments = [c for c in table.columns if c.type.startswith("timestamp")]
            bare = [c for c in moments if _is_bare(c)]
            if bare:
                yield self._gap(prototype, table, bare)
            elif moments:
                yield self.satisfied(table.qualified, "Its moments have their time zone")
            found = found or bool(moments)
        if not found:
            yield self.not_applicable("no table that the app asks from the browser holds a moment")

    def _gap(self, prototype: Prototype, table: Table, bare: list[Column]) -> Finding:
        lines = dict.fromkeys(
            shown(prototype.evidence, c.source or table.source, f"{c.name} {c.type}") for c in bare
        )
        names = spoken(c.name for c in bare)
        verb = "has" if len(bare) == 1 else "have"
        message = (
            f"{names} of {table.qualified} {verb} no time zone: browsers take it for local time"
        )
        return self.gap(table.qualified, message, *list(lines)[:5])

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Read what is there as UTC, which the server wrote it in."""
        proof = prototype.database
        table = proof.schema.tables.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or table is None or path is None:
            return None
        bare = [c for c in table.columns if _is_bare(c)]
        if _is_used(proof.schema, table, bare):
            return None
        changes = ",\n".join(
            f"  alter column {quoted(c.name)} type timestamptz using {quoted(c.name)} at time zone 'UTC'"
            for c in bare
        )
        text = (
            f"-- What stands in {sql_name(table)} was written in UTC; from now on it says so.\n"
            f"alter table {sql_name(table)}\n{changes};\n"
        )
        summary = f"Give the moments of {table.qualified} their time zone"
        return Remedy(summary, Review.CAREFUL, (Write(path, text),))


def _is_bare(column: Column) -> bool:
    if _BARE.fullmatch(column.type) is None or _WALL_CLOCK.search(column.name):
        return False
    return _MOMENT.search(column.name) is not None


def _is_used(schema: Schema, table: Table, columns: list[Column]) -> bool:
    """True where a view or a policy reads one of them: PostgreSQL then refuses the change."""
    if any(table.qualified in other.depends_on for other in schema.tables.values()):
        return True
    words = re.compile("|".join(rf"\b{re.escape(column.name)}\b" for column in columns))
    texts = (text for policy in table.policies for text in expressions(policy))
    return any(words.search(text) for text in texts) or any(c.generated for c in table.columns)
