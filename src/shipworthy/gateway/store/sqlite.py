"""The store in an SQLite file: for all replicas on one machine, and fast enough to be asked within a call."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from shipworthy.gateway.private_folder import private_folder
from shipworthy.gateway.store.seam import PATIENCE, BrokenStore, Part, Session, StoreBusy, T, Types

_TYPES = Types("INTEGER", "REAL", "BLOB", "TEXT", "STRICT, WITHOUT ROWID")
_PATIENT = 5_000  # milliseconds that commands wait; calls wait without blocking others
_SHORT, _LONG = 0.001, 0.02  # seconds between two attempts at a locked file


class SqliteStore:
    """A part in a file of its own. Belongs to one thread. Raises BrokenStore where it cannot be used."""

    def __init__(self, file: Path, part: Part) -> None:
        self._file = file
        self._within_call = False
        self._patience = _PATIENT
        try:
            private_folder(file.parent)
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=_PATIENT / 1000)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._session = _Session(self._connection)
            self._migrate(part)
            file.chmod(0o600)
        except (sqlite3.Error, OSError) as error:
            raise BrokenStore(f"{file} cannot be opened: {error}") from error

    def transaction(self, work: Callable[[Session], T]) -> T:
        """What `work` returns, once all that it wrote is kept."""
        execute = self._connection.execute
        try:
            self._wait_at_most(0 if self._within_call else _PATIENT)
            execute("BEGIN IMMEDIATE")
            try:
                done = work(self._session)
                execute("COMMIT")
                return done
            except BaseException:
                if self._connection.in_transaction:
                    execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._failed(error, "written") from error

    def rows(self, statement: str, row: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a SELECT gives."""
        try:
            return self._connection.execute(statement, row).fetchall()
        except sqlite3.Error as error:
            raise self._failed(error, "read") from error

    def version(self) -> object:
        """Whether another connection has written since, in two microseconds.

        (https://sqlite.org/pragma.html#pragma_data_version)
        """
        try:
            return self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as error:
            raise self._failed(error, "read") from error

    async def soon(self, job: Callable[[], object]) -> None:
        """Run a job at once; where the file is locked, later."""
        wait, until = _SHORT, 0.0
        while True:
            try:
                self._within_call = True
                job()
                return
            except StoreBusy:
                until = until or time.monotonic() + PATIENCE
                if time.monotonic() > until:
                    raise
            finally:
                self._within_call = False
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, _LONG)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _migrate(self, part: Part) -> None:
        def write(session: Session) -> None:
            [[at]] = session.execute("PRAGMA user_version")
            if at > len(part.steps):
                raise BrokenStore(f"{self._file} was written by a newer version of shipworthy")
            for step in part.steps[at:]:
                for statement in _TYPES.statements(step):
                    session.execute(statement)
            session.execute(f"PRAGMA user_version={len(part.steps)}")

        if self._connection.execute("PRAGMA user_version").fetchone() != (len(part.steps),):
            self.transaction(write)

    def _wait_at_most(self, milliseconds: int) -> None:
        if milliseconds != self._patience:
            self._patience = milliseconds
            self._connection.execute(f"PRAGMA busy_timeout={milliseconds}")

    def _failed(self, error: sqlite3.Error, what: str) -> BrokenStore | StoreBusy:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusy(f"{self._file} is locked by others")
        return BrokenStore(f"{self._file} cannot be {what}: {error}")


class _Session:
    """BEGIN IMMEDIATE has locked the file: rows need no locks."""

    for_update = ""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, row: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, row).fetchall()

    def many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self._connection.executemany(statement, rows)
