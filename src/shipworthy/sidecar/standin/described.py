"""Tables that no migration makes but the generated types describe: most were made in a dashboard.

The types tell columns, keys and relationships, not the policies: who may see such a table on the hosted
project is not known here, so on the stand-in anybody may, and that is said.
"""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, Any

from shipworthy.database.generated_types import GeneratedTypes, TypedReference, read_types
from shipworthy.database.history import SqlFile
from shipworthy.database.names import quoted, quoted_part
from shipworthy.database.replay.definitions import Thing
from shipworthy.database.replay.missing import Missing
from shipworthy.database.replay.rebuilt import from_types

if TYPE_CHECKING:
    from psycopg import Connection

    from shipworthy.database.engine import Database

_OWNER = "postgres"
_SERVED = "public."
_SHOWN = 5  # names in what is said


def add_described(database: Database, file: SqlFile, known: Set[str]) -> list[str]:
    """Make the tables of a file of generated types that are not among those known; what to know of it."""
    types = read_types(file.path, file.text)
    waiting = [
        name
        for name, table in types.tables.items()
        if name.startswith(_SERVED) and not table.view and name not in known
    ]
    if not waiting:
        return []
    with database.connect(_OWNER) as connection:
        made = [name for name in waiting if _run(connection, _statements(types, name))]
        for name in made:
            for reference in types.tables[name].references:
                _run(connection, [_foreign_key(name, reference)])
    return _told(file.path, made, len(waiting) - len(made))


def _statements(types: GeneratedTypes, name: str) -> list[str]:
    return from_types(types, Missing(Thing.RELATION, name))


def _foreign_key(table: str, reference: TypedReference) -> str:
    """What relates a table to another, without which no rows of it can be asked for within others."""
    here, there = (
        ", ".join(map(quoted_part, columns))
        for columns in (reference.columns, reference.target_columns)
    )
    return (
        f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted_part(reference.name)}"
        f" FOREIGN KEY ({here}) REFERENCES {quoted(_SERVED + reference.target)} ({there})"
    )


def _run(connection: Connection[Any], statements: list[str]) -> bool:
    """True where every statement went through; otherwise nothing of it stays."""
    import psycopg

    try:
        with connection.transaction():
            for statement in statements:
                connection.execute(statement.encode(), prepare=False)
    except psycopg.Error:
        return False
    return True


def _told(path: str, made: list[str], lost: int) -> list[str]:
    said = []
    if made:
        names = ", ".join(name.removeprefix(_SERVED) for name in sorted(made)[:_SHOWN])
        more = f" and {len(made) - _SHOWN} more" if len(made) > _SHOWN else ""
        said.append(
            f"no migration makes {names}{more}: made from {path}, whose policies nobody knows, so"
            " everybody may read and change them here"
        )
    if lost:
        said.append(f"{lost} tables of {path} could not be made")
    return said
