"""Which tables of a schema a control may judge, and who of the browser's roles reaches them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shipworthy.database.platform_schemas import PLATFORM_SCHEMAS
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.schema import Schema, Source, Table
from shipworthy.finding import Evidence, Location

BROWSER_ROLES = frozenset({"anon", "authenticated", "public"})
"""The roles that requests of a browser run as; every role is a member of public."""


def own_tables(schema: Schema) -> Iterator[Table]:
    """The judged tables, without views and without those of the platform, by name."""
    for _, table in sorted(schema.tables.items()):
        stored = table.kind in ("table", "partitioned")
        if table.judged and stored and table.schema not in PLATFORM_SCHEMAS:
            yield table


def exposed_tables(schema: Schema) -> Iterator[Table]:
    """Those of them that the platform's REST interface serves."""
    return (table for table in own_tables(schema) if table.schema in schema.exposed)


def mended_tables(proof: DatabaseProof) -> frozenset[str]:
    """Tables that the history used before it made them: production may have them in another form."""
    targets = (repair.target.partition(" ") for repair in proof.replay.repairs)
    return frozenset(name for kind, _, name in targets if kind == "table")


def browser_privileges(table: Table) -> frozenset[str]:
    """What anybody or a signed-in user is granted on a table or on some of its columns."""
    found: set[str] = set()
    for role, privileges in table.grants.items():
        if role in BROWSER_ROLES:
            found |= privileges
    for (role, privilege), columns in table.column_grants.items():
        if role in BROWSER_ROLES and columns:
            found.add(privilege)
    return frozenset(found & {"SELECT", "INSERT", "UPDATE", "DELETE"})


def shown(
    read: Callable[[str, Location], Evidence], source: Source | None, otherwise: str
) -> Evidence:
    """The line that made an object; what it is in words where no line is known.

    `read` is `prototype.evidence`.
    """
    if source is None or source.location is None:
        return Evidence("migrations", otherwise)
    found = read("migrations", source.location)
    return found if found.excerpt else Evidence("migrations", otherwise, source.location)
