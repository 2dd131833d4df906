"""Fill every table of a replayed database with rows of two owners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shipworthy.database.attempts import Ownership, Seeding
from shipworthy.database.schema import Schema, Table
from shipworthy.database.seed.catalogue import read_catalogue
from shipworthy.database.seed.newcomer import ordinary_words
from shipworthy.database.seed.ownership import ownerships
from shipworthy.database.seed.people import KEEPER, NEWCOMER, OTHER, OWNER, PIONEER
from shipworthy.database.seed.rows import Filled, Rows
from shipworthy.database.seed.sign_up import sign_up
from shipworthy.database.seed.storage import seed_buckets
from shipworthy.database.seed.values import qualified

if TYPE_CHECKING:
    from psycopg import Connection

    from shipworthy.database.engine import Database

_SECONDS = 5  # for one statement: defaults and CHECKs may call what never ends
_OWN = ("table", "partitioned")


def seed(db: Database, schema: Schema) -> Mapping[str, Seeding]:
    """Give every table a row of A and one of B, committed; what was done, by table.

    A user signs up first, through the prototype's triggers, because many make the first user an
    administrator. Rows are inserted by the owner of the tables, never by a superuser: defaults and
    CHECKs run the prototype's code.
    """
    ownership = ownerships(schema)
    with db.connect("supabase_auth_admin") as connection:
        connection.execute(f"set statement_timeout = '{_SECONDS}s'")
        connection.commit()
        for person in (PIONEER, NEWCOMER):  # a failure is seen again when the stranger signs up
            sign_up(connection, person, schema)
    with db.connect("postgres") as connection:
        connection.execute(f"set statement_timeout = '{_SECONDS}s'")
        connection.execute("set session_replication_role = replica")  # no triggers, no foreign keys
        connection.commit()
        for person in (OWNER, OTHER, KEEPER):
            sign_up(connection, person)
        ordinary = ordinary_words(connection, schema, ownership)
        rows = Rows(connection, schema, read_catalogue(connection), ownership, ordinary)
        seeded = {
            name: _seeding(table, rows.fill(table, rows.keys.people(table)), ownership[name])
            for name, table in schema.tables.items()
            if table.kind in _OWN and name not in ("auth.users", "storage.objects")
        }
        seed_buckets(connection, schema)
        _refresh(connection, schema)
        connection.commit()
    return seeded


def _seeding(table: Table, filled: Filled, ownership: Ownership) -> Seeding:
    return Seeding(
        table=table.qualified,
        rows=len(filled.rows),
        ownership=ownership,
        dropped=tuple(filled.dropped),
        error=filled.error,
        row_of=filled.rows,
    )


def _refresh(connection: Connection[Any], schema: Schema) -> None:
    """Materialized views show the new rows only after this."""
    import psycopg

    for table in schema.tables.values():
        if table.kind == "materialized view":
            connection.execute("savepoint view")
            try:
                statement = f"refresh materialized view {qualified(table.qualified)}"
                connection.execute(statement.encode())
            except psycopg.Error:
                connection.execute("rollback to view")
