"""What an ordinary sign-up gives: the role and plan that users A and B are given too."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shipworthy.database.attempts import Ownership
from shipworthy.database.names import quoted_part
from shipworthy.database.schema import Schema
from shipworthy.database.seed.people import NEWCOMER
from shipworthy.database.seed.power import power_of
from shipworthy.database.seed.values import qualified, quoted

if TYPE_CHECKING:
    from psycopg import Connection


def ordinary_words(
    connection: Connection[Any], schema: Schema, ownership: Mapping[str, Ownership]
) -> Mapping[tuple[str, str], str]:
    """The values of columns that carry power after the second sign-up, by table and column."""
    import psycopg

    found = {}
    for name, table in schema.tables.items():
        powers = [c.name for c in table.columns if power_of(c.name)]
        users = ownership[name].user_columns
        if not powers or not users or table.kind not in ("table", "partitioned"):
            continue
        where = " or ".join(f"{quoted_part(c)}::text = {quoted(NEWCOMER.id)}" for c in users)
        columns = ", ".join(f"{quoted_part(c)}::text" for c in powers)
        statement = f"select {columns} from {qualified(name)} where {where} limit 1"
        connection.execute("savepoint newcomer")
        try:
            row = connection.execute(statement.encode()).fetchone() or ()
        except psycopg.Error:
            connection.execute("rollback to newcomer")
            continue
        found.update({(name, c): v for c, v in zip(powers, row, strict=False) if v is not None})
    return found
