"""The session of the attacks: one login, one transaction per attempt, and nothing of it stays."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shipworthy.database.attack.persona import Persona
from shipworthy.database.attack.watch import Watch
from shipworthy.database.seed.values import quoted

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.pq.abc import PGresult

    from shipworthy.database.engine import Database

SECONDS = 1.0  # for one statement
_GRACE = 3.0  # seconds until a session that ignores the limit is disconnected
_LONGEST = 200  # characters of an error
_MOST = 500  # rows that are looked at
_LOST = "57P01"  # the SQLSTATE of a session that was ended from outside


class Answer(Struct, frozen=True):
    """What a statement gave. `state` is the SQLSTATE of its error, "" for none."""

    rows: tuple[tuple[str | None, ...], ...] = ()
    columns: tuple[str, ...] = ()
    count: int = 0
    state: str = ""
    error: str = ""
    table: str = ""  # whose constraint objected

    @property
    def passed(self) -> bool:
        """True where there was no error."""
        return not self.state

    def mappings(self) -> list[dict[str, str | None]]:
        """The rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Turn:
    """One attempt: statements of one persona, in a transaction that ends with a rollback."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, statement: str) -> Answer:
        """Run one statement; after an error nothing else runs."""
        return self._session.execute(statement)

    def attempt(self, statement: str) -> Answer:
        """Run one statement so that others may follow an error."""
        self._session.execute("savepoint attempt")
        answer = self._session.execute(statement)
        if not answer.passed:
            self._session.execute("rollback to savepoint attempt")
        return answer

    def become(self, persona: Persona) -> None:
        """Go on as this persona."""
        self._session.execute(f"reset role; {persona.preamble}")

    def rows(self, target: str, condition: str) -> list[dict[str, Any]]:
        """Rows as the tables' owner sees them at this moment, whatever the rules say."""
        asked = f"shipworthy.rows({quoted(target)}, {quoted(condition)})"
        answer = self._session.execute(f"reset role; select * from {asked}")
        return [json.loads(row[0] or "{}") for row in answer.rows]


class Session:
    """A login that may become anon or authenticated, as the platform's REST interface does it."""

    def __init__(self, db: Database, watch: Watch, login: str = "authenticator") -> None:
        self._db = db
        self._watch = watch
        self._login = login
        self._connection: Connection[Any] | None = None

    @contextmanager
    def turn(self, persona: Persona | None) -> Iterator[Turn]:
        """A transaction as this persona (or as the login itself), rolled back at the end."""
        limit = f"set local statement_timeout = {int(SECONDS * 1000)}"
        start = f"begin; {limit}" + (f"; {persona.preamble}" if persona else "")
        with self._watch.over(self._process(), _GRACE):
            self.execute(start)
            try:
                yield Turn(self)
            finally:
                self.execute("rollback")

    def execute(self, statement: str, most: int = _MOST) -> Answer:
        """Run statements; errors are answers. A lost connection is one, and is made anew.

        Values stay the text that the server sends: what a prototype made must not trip a converter.
        """
        from psycopg.pq import ConnStatus, ExecStatus

        wire = self._open().pgconn
        result = wire.exec_(statement.replace("\x00", "").encode())
        if wire.status != ConnStatus.OK:
            self._connection = None
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return _failed(result)
        return Answer(
            rows=tuple(
                tuple(_text(result.get_value(row, column)) for column in range(result.nfields))
                for row in range(min(result.ntuples, most))
            ),
            columns=tuple((result.fname(n) or b"?").decode() for n in range(result.nfields)),
            count=result.command_tuples or 0,
        )

    def every(self, statement: str) -> tuple[tuple[str | None, ...], ...]:
        """All rows of a query of ours."""
        return self.execute(statement, sys.maxsize).rows

    def close(self) -> None:
        """End the session."""
        if self._connection is not None:
            self._connection.close()

    def _open(self) -> Connection[Any]:
        if self._connection is None:
            self._connection = self._db.connect(self._login)
            self._connection.autocommit = True  # transactions are begun by hand
            self._connection.prepare_threshold = None
        return self._connection

    def _process(self) -> int:
        return self._open().info.backend_pid


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="replace")


def _failed(result: PGresult) -> Answer:
    from psycopg.pq import DiagnosticField

    def said(about: DiagnosticField) -> str:
        return (result.error_field(about) or b"").decode(errors="replace")

    state = said(DiagnosticField.SQLSTATE) or _LOST
    message = " ".join((said(DiagnosticField.MESSAGE_PRIMARY) or "the connection was lost").split())
    return Answer(
        state=state,
        error=f"{state}: {message[:_LONGEST]}",
        table=said(DiagnosticField.TABLE_NAME),
    )


def look_sql() -> bytes:
    """The functions through which an attempt is looked at from inside."""
    return files(__package__).joinpath("look.sql").read_bytes()
