"""Policies that ask for the caller once per row instead of once per query."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.expressions import (
    asked_once,
    asks_per_row,
    expressions,
    in_parentheses,
)
from shipworthy.database.rules.judged import exposed_tables, shown
from shipworthy.database.rules.names import sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Policy, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.remedy import Remedy, Review, Write


class PolicyReevaluatesAuth(
    Control,
    id="policy-reevaluates-auth",
    title="Policy that asks for the user once per row",
    consequence="Every list costs a function call per row of the table and gets slower as it grows.",
    severity=Severity.LOW,
    satisfies=("A18", "H18"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        tables = [t for t in exposed_tables(proof.schema) if t.policies and t.row_security]
        for table in tables:
            slow = list(_slow(table))
            policies = slow or list(table.policies)
            lines = [
                shown(prototype.evidence, policy.source, f'policy "{policy.name}"')
                for policy in policies[:5]
            ]
            if slow:
                count = "A policy" if len(slow) == 1 else f"{len(slow)} policies"
                ask = "asks" if len(slow) == 1 else "ask"
                message = f"{count} of {table.qualified} {ask} who is calling for each row anew"
                yield self.gap(table.qualified, message, *lines)
            else:
                yield self.satisfied(
                    table.qualified, "Asks who is calling once per query", *lines[:1]
                )
        if not tables:
            yield self.not_applicable("no table has policies")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Ask in a subquery, which PostgreSQL evaluates once."""
        proof = prototype.database
        table = proof.schema.tables.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if table is None or path is None:
            return None
        slow = list(_slow(table))
        text = "-- The same rules, with the question for the caller asked once per query.\n"
        text += "".join(_alteration(table, policy) for policy in slow)
        summary = f"Ask once per query in the policies of {table.qualified}"
        return Remedy(summary, Review.SAFE, (Write(path, text),))


def _slow(table: Table) -> Iterator[Policy]:
    return (p for p in table.policies if any(asks_per_row(text) for text in expressions(p)))


def _alteration(table: Table, policy: Policy) -> str:
    name = '"' + policy.name.replace('"', '""') + '"'
    parts = [f"alter policy {name} on {sql_name(table)}"]
    if policy.using:
        parts.append(f"  using {in_parentheses(asked_once(policy.using))}")
    if policy.check:
        parts.append(f"  with check {in_parentheses(asked_once(policy.check))}")
    return "\n".join(parts) + ";\n"
