"""A journal of calls: what is known about each, as long as the policy says, and users forgotten on demand.

Texts are kept only where the policy says so, and only as the provider saw them: with placeholders.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from shipworthy.gateway.call import Record
from shipworthy.gateway.private_folder import private_folder
from shipworthy.gateway.store import BrokenStore

FILE = "journal.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS calls (
    id TEXT PRIMARY KEY, at REAL NOT NULL, prototype TEXT NOT NULL, feature TEXT NOT NULL,
    key TEXT NOT NULL, user TEXT NOT NULL, dialect TEXT NOT NULL, asked TEXT NOT NULL,
    model TEXT NOT NULL, provider TEXT NOT NULL, outcome TEXT NOT NULL, error TEXT NOT NULL,
    status INTEGER NOT NULL, seconds REAL NOT NULL, first_token REAL, attempts INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost INTEGER NOT NULL, score REAL,
    more TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS calls_by_time ON calls (at);
CREATE INDEX IF NOT EXISTS calls_by_user ON calls (user);
CREATE TABLE IF NOT EXISTS texts (
    call TEXT PRIMARY KEY, at REAL NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS texts_by_time ON texts (at);
"""
_INSERT = """
INSERT OR REPLACE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_DAY = 86_400.0
_LONGEST_QUEUE = 10_000  # calls that wait while the disk does not take them; later ones are dropped
_TIDY_EVERY = 60.0  # seconds


class Journal:
    """The journal in one SQLite file. As an observer it queues, and writes when it is flushed."""

    def __init__(
        self,
        file: Path,
        calls_days: float = 90.0,
        texts_days: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises BrokenStore where the file cannot be used."""
        self.wants_texts = texts_days > 0
        self.dropped = 0  # calls that could not be written
        self._calls_days = calls_days
        self._texts_days = texts_days
        self._clock = clock
        self._queue: list[Record] = []
        self._tidied = 0.0
        try:
            private_folder(file.parent)
            self._connection = sqlite3.connect(
                file, isolation_level=None, timeout=1.0, check_same_thread=False
            )
            # Deleted rows are overwritten: what is forgotten must not be found in free pages.
            self._connection.executescript(
                f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON; {_TABLES}"
            )
            file.chmod(0o600)
        except (sqlite3.Error, OSError) as error:
            raise BrokenStore(f"{file} cannot be opened: {error}") from error

    def finished(self, record: Record) -> None:
        """Queue a call."""
        if len(self._queue) < _LONGEST_QUEUE:
            self._queue.append(record)
        else:
            self.dropped += 1

    def flush(self) -> None:
        """Write what is queued, and delete what is too old. A failing disk keeps the queue."""
        now = self._clock()
        if not self._queue and now - self._tidied < _TIDY_EVERY:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._write(self._queue)
            if now - self._tidied >= _TIDY_EVERY:
                self._delete_old(now)
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return
        self._queue = []
        if now - self._tidied >= _TIDY_EVERY:
            self._tidied = now

    def forget(self, user: str) -> tuple[int, int]:
        """Delete a user's texts and take the name off their calls; how many texts, how many calls.

        What a call cost stays, for the accounts; whose it was does not. Raises BrokenStore.
        """
        self.flush()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            texts = self._connection.execute(
                "DELETE FROM texts WHERE call IN (SELECT id FROM calls WHERE user = ?)", (user,)
            ).rowcount
            calls = self._connection.execute(
                "UPDATE calls SET user = '' WHERE user = ?", (user,)
            ).rowcount
            self._connection.execute("COMMIT")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise BrokenStore(f"the journal cannot be written: {error}") from error
        return texts, calls

    def close(self) -> None:
        """Write what is queued and let go of the file."""
        self.flush()
        self._connection.close()

    def _write(self, records: list[Record]) -> None:
        self._connection.executemany(_INSERT, map(_row, records))
        if self.wants_texts:
            self._connection.executemany(
                "INSERT OR REPLACE INTO texts VALUES (?, ?, ?, ?)",
                [
                    (r.id, r.at, _json(r.request_texts), _json(r.answer_texts))
                    for r in records
                    if r.request_texts or r.answer_texts
                ],
            )

    def _delete_old(self, now: float) -> None:
        self._connection.execute("DELETE FROM texts WHERE at < ?", (now - self._texts_days * _DAY,))
        self._connection.execute("DELETE FROM calls WHERE at < ?", (now - self._calls_days * _DAY,))


def _row(record: Record) -> tuple[object, ...]:
    more = {"redacted": dict(record.redacted), "screening": record.screening, "notes": record.notes}
    return (
        *(record.id, record.at, record.prototype, record.feature, record.key, record.user),
        *(record.dialect, record.asked, record.model, record.provider, record.outcome.value),
        *(record.error, record.status, record.seconds, record.first_token, record.attempts),
        *(record.usage.input, record.usage.output, record.cost, record.score, _json(more)),
    )


def _json(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except (
        orjson.JSONEncodeError
    ):  # half of a pair of surrogates, which the standard library writes
        return json.dumps(value)
