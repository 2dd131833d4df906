"""The store in PostgreSQL: for replicas on several machines.

All work of a part goes over one connection in one thread, which is opened again when it broke. Calls that
come while it works share its next run: one look at the switches, one transaction for all reservations.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import RLock, Timer
from typing import TYPE_CHECKING, Any

from shipworthy.errors import MissingExtra
from shipworthy.gateway.store.runs import Runs
from shipworthy.gateway.store.seam import PATIENCE, BrokenStore, Part, Session, StoreBusy, T, Types

if TYPE_CHECKING:
    import psycopg

SCHEMA = "shipworthy_gateway"
_TYPES = Types("BIGINT", "DOUBLE PRECISION", "BYTEA", 'TEXT COLLATE "C"', "")
_LOCK = 0x5347_5753  # the advisory lock of who makes or changes the schema: any number of our own
_TIMES = "-c statement_timeout=2000 -c lock_timeout=500 -c idle_in_transaction_session_timeout=5000"
_AGAIN = 3  # attempts at a transaction that others have locked out
_PARTS = """
CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, version BIGINT NOT NULL, changes BIGINT NOT NULL)
"""


class PostgresStore:
    """A part in the schema `shipworthy_gateway`. Raises BrokenStore where it cannot be used."""

    def __init__(self, address: str, part: Part) -> None:
        self._options = _options(address)
        self._part = part
        self._one_at_a_time = RLock()
        self._line: psycopg.Connection[Any] | None = None
        self._runs = Runs(f"store of {part.name}", self._hang_up)
        self.transaction(lambda _: None)

    def transaction(self, work: Callable[[Session], T]) -> T:
        """What `work` returns, once all that it wrote is kept.

        A connection that broke meanwhile is no failure as long as nothing was to be kept yet. Where it
        breaks while it is kept, nobody knows: that is a failure, and what was reserved then counts as
        spent once it expires.
        """
        return self._with_line(lambda line: self._kept(line, work))

    def rows(self, statement: str, row: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a SELECT gives."""
        query = statement.replace("?", "%s").encode()
        return self._with_line(lambda line: line.execute(query, row).fetchall())

    def version(self) -> object:
        """The number of changes by anybody."""
        return self.rows("SELECT changes FROM parts WHERE name = ?", (self._part.name,))

    async def soon(self, job: Callable[[], object]) -> None:
        """Run a job in the thread of this store, once for all who ask while it is under way."""
        await self._runs.soon(job)

    def close(self) -> None:
        """Let go of the connection."""
        late = Timer(PATIENCE, self._hang_up)
        late.start()
        self._runs.close()
        with self._one_at_a_time, suppress(Exception):
            if self._line is not None:
                self._line.close()
        late.cancel()

    def _kept(self, line: psycopg.Connection[Any], work: Callable[[Session], T]) -> T:
        session = _Session(line)
        line.execute("BEGIN")
        try:
            done = work(session)
            if self._part.watched and session.wrote:
                line.execute(
                    "UPDATE parts SET changes = changes + 1 WHERE name = %s", (self._part.name,)
                )
        except BaseException:
            if not line.broken:
                line.execute("ROLLBACK")
            raise
        try:
            line.execute("COMMIT")
        except Exception as error:
            line.close()
            raise BrokenStore("PostgreSQL went away while something was being kept") from error
        return done

    def _with_line(self, use: Callable[[psycopg.Connection[Any]], T]) -> T:
        import psycopg

        locked = (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable)
        with self._one_at_a_time:
            for attempt in range(_AGAIN):
                old = self._line is not None
                try:
                    return use(self._opened())
                except locked as error:
                    if attempt == _AGAIN - 1:
                        raise StoreBusy("PostgreSQL: others have locked the rows") from error
                except psycopg.Error as error:
                    broken = self._line is None or self._line.broken or self._line.closed
                    if not (broken and old):
                        raise BrokenStore(f"PostgreSQL: {self._told(error)}") from error
        raise BrokenStore("PostgreSQL: each connection breaks at once")

    def _told(self, error: Exception) -> str:
        """The first line of an error, without the password: an address with a slip may repeat it."""
        first = str(error).strip().split("\n")[0] or type(error).__name__
        password = self._options.get("password")
        return first.replace(password, "***") if password else first

    def _hang_up(self) -> None:
        """Wake a thread that waits for a server which says nothing; from any other thread."""
        with suppress(Exception):
            if self._line is not None:
                with socket.socket(fileno=os.dup(self._line.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)

    def _opened(self) -> psycopg.Connection[Any]:
        """The connection; another one where it broke."""
        import psycopg

        if self._line is None or self._line.closed or self._line.broken:
            self._line = None
            line = psycopg.connect(**self._options, autocommit=True)
            try:
                self._migrate(line)
            except BaseException:
                line.close()
                raise
            self._line = line
        return self._line

    def _migrate(self, line: psycopg.Connection[Any]) -> None:
        """Bring the schema up to date; replicas that start together take turns."""
        name, steps = self._part.name, self._part.steps
        line.execute(f"SET search_path = {SCHEMA}")
        with suppress(*_no_table()):
            at = line.execute("SELECT version FROM parts WHERE name = %s", (name,)).fetchone()
            if at == (len(steps),):
                return
        with line.transaction():
            line.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            line.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            line.execute(_PARTS)
            line.execute("INSERT INTO parts VALUES (%s, 0, 0) ON CONFLICT DO NOTHING", (name,))
            row = line.execute("SELECT version FROM parts WHERE name = %s", (name,)).fetchone()
            version: int = row[0] if row else 0
            if version > len(steps):
                raise BrokenStore(f"the schema {SCHEMA} is of a newer version of shipworthy")
            for step in steps[version:]:
                for statement in _TYPES.statements(step):
                    line.execute(statement.encode())
            line.execute("UPDATE parts SET version = %s WHERE name = %s", (len(steps), name))


class _Session:
    """A transaction on a connection."""

    for_update = " FOR UPDATE"

    def __init__(self, line: psycopg.Connection[Any]) -> None:
        self._line = line
        self.wrote = False

    def execute(self, statement: str, row: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.wrote = self.wrote or not statement.startswith("SELECT")
        cursor = self._line.execute(statement.replace("?", "%s").encode(), row)
        return cursor.fetchall() if cursor.description else []

    def many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self.wrote = True
        with self._line.cursor() as cursor:
            cursor.executemany(statement.replace("?", "%s").encode(), rows)


def _options(address: str) -> dict[str, Any]:
    """How to connect. Raises BrokenStore without a word of the address: it may hold a password."""
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise MissingExtra("PostgreSQL as the gateway's store", "gateway-postgresql") from error
    try:
        options = dict(conninfo_to_dict(address))
    except (psycopg.Error, ValueError) as error:
        raise BrokenStore("the address of the store is none that PostgreSQL understands") from error
    if not options.get("sslmode") and not _is_here(str(options.get("host") or "")):
        options["sslmode"] = "require"
    options["options"] = f"{options.get('options') or ''} {_TIMES}".strip()
    return {
        "connect_timeout": 2,
        "keepalives_idle": 30,
        "tcp_user_timeout": 3000,
        "application_name": "shipworthy gateway",
        **options,
    }


def _is_here(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _no_table() -> tuple[type[Exception], ...]:
    import psycopg

    return (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)
