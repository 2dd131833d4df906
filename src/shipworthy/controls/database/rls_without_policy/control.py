"""Tables that the app asks from the browser although no policy lets it see a single row."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.judged import BROWSER_ROLES, exposed_tables, shown
from shipworthy.database.schema import Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.queries.query import Query

_OPERATIONS = frozenset({"select", "insert", "update", "upsert", "delete"})


class RlsWithoutPolicy(
    Control,
    id="rls-without-policy",
    title="Table that the app cannot see",
    consequence="The page stays empty or its form fails, for every user, without an error that says why.",
    severity=Severity.MEDIUM,
    satisfies=("A08", "A37"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        asked = _asked(prototype)
        tables = [t for t in exposed_tables(proof.schema) if t.row_security]
        for table in tables:
            queries = asked.get(table.name, [])
            line = shown(
                prototype.evidence,
                table.row_security_source or table.source,
                f"row security of {table.qualified}",
            )
            if _has_policy(table):
                yield self.satisfied(table.qualified, "Policies say who may do what", line)
            elif queries:
                lines = [prototype.evidence("code", q.location) for q in queries[:4]]
                verb = "reads" if queries[0].operation == "select" else "writes"
                message = (
                    f"The app {verb} {table.qualified} from the browser, but no policy lets anyone"
                )
                yield self.gap(table.qualified, message, line, *lines)
            else:
                yield self.satisfied(table.qualified, "Closed, and only the server uses it", line)
        if not tables:
            yield self.not_applicable("no table of the migrations has row security on")


def _asked(prototype: Prototype) -> dict[str, list[Query]]:
    """The queries that run in a browser, by table."""
    where = sides(prototype)
    found: dict[str, list[Query]] = {}
    for query in prototype.queries:
        plain = query.library == "supabase" and query.operation in _OPERATIONS
        if plain and query.table and where.get(query.location.path) is Side.BROWSER:
            found.setdefault(query.table, []).append(query)
    return found


def _has_policy(table: Table) -> bool:
    return any(policy.permissive and set(policy.roles) & BROWSER_ROLES for policy in table.policies)
