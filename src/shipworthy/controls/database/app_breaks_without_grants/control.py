"""Tables that the app could not use in a new project of the platform, where nothing is granted by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipworthy.control import Control
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.granting import grants, is_guarded, needed
from shipworthy.database.rules.names import spoken
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.queries.query import Query
from shipworthy.remedy import Remedy, Review, Write

_OPERATIONS = frozenset({"select", "insert", "update", "upsert", "delete"})


class AppBreaksWithoutGrants(
    Control,
    id="app-breaks-without-grants",
    title="App that breaks in a new project",
    consequence="In a new production project every request for these tables is refused.",
    severity=Severity.HIGH,
    satisfies=("P13", "P30", "A08"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no platform grants or refuses anything here")
            return
        used = _used(prototype, proof)
        if not used:
            yield self.not_applicable("the code queries no table of the migrations by itself")
            return
        schemas = sorted({table.partition(".")[0] for table in used})
        closed = frozenset(proof.unreachable.tables)
        for schema in schemas:
            mine = {
                name: queries for name, queries in used.items() if name.startswith(f"{schema}.")
            }
            refused = {
                name: queries
                for name, queries in mine.items()
                if name in closed and _can_help(prototype, proof, name, queries)
            }
            if refused:
                yield self._gap(prototype, schema, refused, len(mine))
            else:
                yield self.satisfied(schema, "What the app uses is granted by the migrations")

    def _gap(
        self, prototype: Prototype, schema: str, refused: Mapping[str, list[Query]], used: int
    ) -> Finding:
        lines = [prototype.evidence("code", queries[0].location) for queries in refused.values()]
        names = spoken(name.partition(".")[2] for name in refused)
        many = "the one table" if used == 1 else f"{len(refused)} of the {used} tables"
        message = f"A new project refuses {many} that the app uses; no migration grants it: {names}"
        return self.gap(
            schema,
            message,
            *lines[:5],
        )

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Grant what the app does with each table, to those whom its policies let through."""
        proof = prototype.database
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or path is None:
            return None
        closed = [t for t in proof.unreachable.tables if t.startswith(f"{finding.subject}.")]
        used = {
            name: queries
            for name, queries in _used(prototype, proof).items()
            if name in closed and _can_help(prototype, proof, name, queries)
        }
        open_ones = [n for n in used if not is_guarded(proof.schema.tables[n])]
        if open_ones:
            first = f"Switch row security on for {spoken(open_ones)}, then grant what the app needs"
            return Remedy(first, Review.BY_HAND)
        statements = list(_statements(prototype, proof, used))
        text = (
            "-- What the app does with each table, for those whom its policies let through.\n"
            "-- A new project grants nothing by itself; row security still decides on each row.\n"
            + "\n".join(statements)
            + "\n"
        )
        summary = f"Grant what the app uses in schema {finding.subject}"
        return Remedy(summary, Review.CAREFUL, (Write(path, text),))


def _used(prototype: Prototype, proof: DatabaseProof) -> dict[str, list[Query]]:
    """The queries of each judged table that the code names, by table."""
    by_name: dict[str, Table] = {}
    for table in proof.schema.tables.values():
        if table.judged and table.schema in proof.schema.exposed:
            by_name.setdefault(table.name, table)
    found: dict[str, list[Query]] = {}
    for query in prototype.queries:
        table_asked = by_name.get(query.table or "")
        if query.library == "supabase" and query.operation in _OPERATIONS and table_asked:
            found.setdefault(table_asked.qualified, []).append(query)
    return dict(sorted(found.items()))


def _serves(prototype: Prototype, proof: DatabaseProof, name: str, queries: list[Query]) -> bool:
    """True where only servers ask for a table, and are granted it."""
    where = sides(prototype)
    on_server = all(where.get(query.location.path) is Side.SERVER for query in queries)
    return on_server and name not in proof.unreachable.to_servers


def _can_help(prototype: Prototype, proof: DatabaseProof, name: str, queries: list[Query]) -> bool:
    """True where a grant is what is missing: without a policy, a table answers nobody all the same."""
    if _serves(prototype, proof, name, queries):
        return False
    unguarded = not is_guarded(proof.schema.tables[name])
    return unguarded or any(_statements(prototype, proof, {name: queries}))


def _statements(
    prototype: Prototype, proof: DatabaseProof, used: Mapping[str, list[Query]]
) -> Iterator[str]:
    where = sides(prototype)
    for name, queries in used.items():
        server = [q for q in queries if where.get(q.location.path) is Side.SERVER]
        browser = [q for q in queries if q not in server]
        yield from grants(proof.schema.tables[name], _needed(browser), _needed(server))


def _needed(queries: list[Query]) -> frozenset[str]:
    returning = {"select"} if any(q.columns for q in queries) else set()
    return needed(q.operation for q in queries) | returning
