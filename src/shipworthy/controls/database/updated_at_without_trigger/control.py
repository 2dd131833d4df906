"""Times of the last change that do not change with the row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.judged import exposed_tables, shown
from shipworthy.database.rules.names import sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Schema, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.query import Query
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_COLUMN = "updated_at"
_SETS = regex(r"new\s*\.\s*\"?updated_at\"?\s*:?=", re.IGNORECASE)
_FUNCTION = "set_updated_at"
_BODY = """create or replace function public.set_updated_at() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.updated_at = now();
  return new;
end $$;

"""


class UpdatedAtWithoutTrigger(
    Control,
    id="updated-at-without-trigger",
    title="Time of change that never changes",
    consequence="Lists sorted by the last change and copies made since then silently miss rows.",
    severity=Severity.LOW,
    satisfies=("A25",),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("the code changes no table by its name")
            return
        updates: dict[str, list[Query]] = {}
        for query in prototype.queries:
            if query.library == "supabase" and query.operation == "update" and query.written:
                updates.setdefault(query.table or "", []).append(query)
        found = False
        for table in exposed_tables(proof.schema):
            queries = updates.get(table.name, [])
            if queries and table.column(_COLUMN) is not None:
                found = True
                yield self._judge(prototype, proof.schema, table, queries)
        if not found:
            yield self.not_applicable("no update in the code concerns a table with updated_at")

    def _judge(
        self, prototype: Prototype, schema: Schema, table: Table, queries: list[Query]
    ) -> Finding:
        if _is_kept(schema, table):
            return self.satisfied(table.qualified, "A trigger sets the time of each change")
        silent = [q for q in queries if _COLUMN not in (q.written or ())]
        lines = [prototype.evidence("code", q.location) for q in (silent or queries)[:4]]
        if not silent:
            return self.satisfied(table.qualified, "The code sets the time of each change", *lines)
        line = shown(prototype.evidence, table.source, f"table {table.qualified}")
        message = f"The app changes {table.qualified}, and updated_at stays as it was"
        return self.gap(table.qualified, message, *lines, line)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Set the time in a trigger."""
        proof = prototype.database
        table = proof.schema.tables.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or table is None or path is None:
            return None
        ours = proof.schema.functions.get(f"public.{_FUNCTION}()")
        if ours is not None and not (ours.is_trigger and _SETS.search(ours.body)):
            return None  # the name is taken by something else
        text = (
            f"-- Each change of a row of {sql_name(table)} sets its time.\n"
            f"{'' if ours else _BODY}"
            f"create trigger set_updated_at before update on {sql_name(table)}\n"
            f"  for each row execute function public.{_FUNCTION}();\n"
        )
        summary = f"Set updated_at of {table.qualified} with each change"
        return Remedy(summary, Review.SAFE, (Write(path, text),))


def _is_kept(schema: Schema, table: Table) -> bool:
    """True where a trigger before updates sets the column, or may do so out of our sight."""
    for trigger in table.triggers:
        if trigger.timing != "BEFORE" or "UPDATE" not in trigger.events:
            continue
        bodies = [
            f.body for f in schema.functions.values() if _named(f.qualified, trigger.function)
        ]
        if not bodies or any(_SETS.search(body) for body in bodies):
            return True
    return False


def _named(qualified: str, name: str) -> bool:
    return qualified.partition("(")[0] == name
