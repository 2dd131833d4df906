"""The session in which a stranger's statements run: one at a time, numbered, as the platform's role."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

    from shipworthy.database.engine import Database

MARK = (
    "shipworthy"  # a comment before each statement carries its number, where no SQL can change it
)
LOST = "08006"
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"


class Refusal(Struct, frozen=True):
    """Why the server did not run a statement."""

    code: str  # SQLSTATE
    message: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Session:
    """A connection as role postgres that knows only transactions, savepoints and single statements.

    Reconnects when the server ends it. Raises FactUnavailable once the database may not be used
    any more.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open()

    def close(self) -> None:
        """End it."""
        self._connection.close()

    def begin(self) -> None:
        """Start a transaction in the state of a fresh session, whatever was set before."""
        self._reset()
        self._do(_BEGIN)

    def end(self, *, keep: bool) -> Refusal | None:
        """Commit or roll back; says why a commit was refused (a deferred constraint)."""
        return self._do("COMMIT" if keep else "ROLLBACK")

    def run(self, number: int, text: str) -> Refusal | None:
        """Run one statement in a savepoint of its own; None when it went through."""
        if self._pg.transaction_status == 0:  # lost with its session: nothing may run outside of it
            return Refusal(LOST, "the session was ended")
        self._do("SAVEPOINT shipworthy")
        refusal = self._do(f"/*{MARK} {number}*/ {text}")
        if refusal is None:
            self._release()
        elif refusal.code != LOST:
            self._do("ROLLBACK TO SAVEPOINT shipworthy")
        return refusal

    def try_all(self) -> Attempt:
        """A group of statements that goes through as a whole or leaves nothing."""
        return Attempt(self)

    def _release(self) -> None:
        if self._pg.transaction_status == 0:  # the statement itself ended the transaction
            self._do(_BEGIN)
        else:
            self._do("RELEASE SAVEPOINT shipworthy")

    def _reset(self) -> None:
        if self._pg.transaction_status != 0:
            self._do("ROLLBACK")
        for text in ("RESET SESSION AUTHORIZATION", "RESET ALL", "SET client_min_messages = error"):
            self._do(text)

    def _wait(self) -> bool:
        """Wait for the next answer. libpq itself would wait with all of our threads held up, so that
        nothing could end a statement that runs for ever."""
        while self._pg.flush():
            select.select([self._pg.socket], [self._pg.socket], [])
            self._pg.consume_input()
        while self._pg.is_busy():
            select.select([self._pg.socket], [], [])
            self._pg.consume_input()
        return True

    def _open(self) -> None:
        self._connection = self._database.connect("postgres")
        self._connection.autocommit = True
        self._pg: PGconn = self._connection.pgconn

    def _do(self, text: str) -> Refusal | None:
        """Run exactly one statement; rows that it returns are thrown away one by one.

        The extended protocol refuses text that holds more than one statement.
        """
        import psycopg

        refusal: Refusal | None = None
        try:
            self._pg.send_query_params(text.encode("utf-8", "replace"), None)
            self._pg.set_single_row_mode()
            while self._wait() and (answer := self._pg.get_result()):
                refusal = _refusal(answer) or refusal
                if answer.status in _COPYING:
                    self._connection.close()
                # A session that was ended gives the same answer for ever.
                if self._pg.status != 0:
                    break
        except psycopg.Error as error:
            refusal = Refusal(LOST, str(error).partition("\n")[0])
        if self._pg.status != 0:
            self._connection.close()
            self._open()
            return Refusal(LOST, refusal.message if refusal else "the session was ended")
        return refusal


class Attempt:
    """Statements under one savepoint: `with session.try_all() as attempt: … attempt.keep()`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept = False

    def keep(self) -> None:
        """Keep what was run."""
        self._kept = True

    def __enter__(self) -> Attempt:
        self._session._do("SAVEPOINT shipworthy_group")
        return self

    def __exit__(self, *_: object) -> None:
        if not self._kept:
            self._session._do("ROLLBACK TO SAVEPOINT shipworthy_group")
        self._session._do("RELEASE SAVEPOINT shipworthy_group")


_COPYING = (3, 4, 8)  # PGRES_COPY_OUT, PGRES_COPY_IN, PGRES_COPY_BOTH
_FATAL = 7
_LONGEST = 2000  # characters of a message that are kept


def _refusal(answer: PGresult) -> Refusal | None:
    if answer.status != _FATAL:
        return None
    from psycopg.pq import DiagnosticField as Field

    code, message, detail = (
        (answer.error_field(field) or b"")[:_LONGEST].decode(errors="replace")
        for field in (Field.SQLSTATE, Field.MESSAGE_PRIMARY, Field.MESSAGE_DETAIL)
    )
    return Refusal(code or LOST, message, detail)
