"""Rows of the prototype's own seed files, entered once its tables stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipworthy.database.history import History, SqlFile
from shipworthy.database.statements import Kind, split

if TYPE_CHECKING:
    from psycopg import Connection

    from shipworthy.database.engine import Database

_OWNER = "postgres"
_NOT_RUN = (Kind.TRANSACTION, Kind.COPY, Kind.META, Kind.OUTSIDE)
_SECONDS = 10


def run_seeds(database: Database, history: History) -> list[str]:
    """Run each seed file as the owner of the tables; what a person should know of it.

    A statement that fails is left out and the others stay: a seed that names a user who has not signed
    up here should not cost the rest.
    """
    if not history.seeds:
        return ["no seed file was found: the tables hold what the migrations entered"]
    with database.connect(_OWNER) as connection:
        connection.execute(f"SET statement_timeout = '{_SECONDS}s'")
        connection.commit()
        return [_run(connection, file) for file in history.seeds]


def _run(connection: Connection[Any], file: SqlFile) -> str:
    import psycopg

    done, failed, first = 0, 0, ""
    for statement in split(file.text):
        if statement.kind in _NOT_RUN:
            continue
        try:
            with connection.transaction():
                connection.execute(statement.runnable.encode(), prepare=False)
            done += 1
        except psycopg.Error as error:
            failed += 1
            first = first or f"line {statement.line}: {str(error).partition(chr(10))[0]}"
    connection.commit()
    lost = f"; {failed} failed, first at {first}" if failed else ""
    return f"{file.path}: {done} statements run{lost}"
