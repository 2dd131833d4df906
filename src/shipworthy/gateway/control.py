"""Virtual keys and the kill switch: a small SQLite file that every replica reads at every request.

`PRAGMA data_version` says in two microseconds whether another connection has changed the file since, so a
flip counts from the very next request on. (https://sqlite.org/pragma.html#pragma_data_version)
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipworthy.errors import ShipworthyError

PREFIX = "sw_"  # so that scanners for secrets can know a virtual key
_TABLES = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, hash BLOB UNIQUE NOT NULL, prototype TEXT NOT NULL, feature TEXT NOT NULL,
    name TEXT NOT NULL, made REAL NOT NULL, revoked REAL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS switched_off (
    scope TEXT PRIMARY KEY, by TEXT NOT NULL, reason TEXT NOT NULL, at REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""


class BrokenStore(ShipworthyError):
    """The store cannot be opened or written."""


@dataclass(frozen=True, slots=True)
class VirtualKey:
    """A key that a prototype uses in place of a provider's; only its hash is kept."""

    id: str
    prototype: str
    feature: str
    name: str  # whom or what it is for
    made: float
    revoked: float | None


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that is off: everything, a prototype, a feature (`prototype/feature`) or a model."""

    scope: str
    by: str
    reason: str
    at: float


class Control:
    """Keys and switches in one file. Raises BrokenStore where the file cannot be used."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            private_folder(file.parent)
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=5.0)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.executescript(_TABLES)
            file.chmod(0o600)
        except (sqlite3.Error, OSError) as error:
            raise BrokenStore(f"{file} cannot be opened: {error}") from error
        self._version = -1
        self._keys: dict[bytes, VirtualKey] = {}
        self._off: dict[str, Switch] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    # Read at every request.

    def refresh(self) -> None:
        """Take over what has changed since the last time; at every request. Raises BrokenStore."""
        try:
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if version != self._version:
                self._load()
                self._version = version
        except sqlite3.Error as error:
            raise BrokenStore(f"{self._file} cannot be read: {error}") from error

    def key(self, presented: str) -> VirtualKey | None:
        """The virtual key, where it is one that is in force."""
        return self._keys.get(hashed(presented))

    def off(self, *scopes: str) -> Switch | None:
        """The first of the scopes that is switched off."""
        if not self._off:
            return None
        return next((self._off[s] for s in scopes if s in self._off), None)

    # Changed by commands.

    def add_key(self, prototype: str, feature: str, name: str) -> tuple[VirtualKey, str]:
        """A new key, and the text of it, which is not kept and can never be shown again."""
        text = PREFIX + secrets.token_urlsafe(32)
        key = VirtualKey(secrets.token_hex(4), prototype, feature, name, time.time(), None)
        row = (key.id, hashed(text), prototype, feature, name, key.made)
        self._write("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL)", row)
        return key, text

    def revoke_key(self, id: str) -> bool:
        """Put a key out of force; whether there was one."""
        return self._write(
            "UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL", (time.time(), id)
        )

    def keys(self) -> list[VirtualKey]:
        """All keys that were ever made, oldest first."""
        rows = self._read(
            "SELECT id, prototype, feature, name, made, revoked FROM keys ORDER BY made"
        )
        return [VirtualKey(*row) for row in rows]

    def switch_off(self, scope: str, by: str, reason: str) -> None:
        """From the next request on nothing of this scope reaches a model."""
        row = (scope, by, reason, time.time())
        self._write("INSERT OR REPLACE INTO switched_off VALUES (?, ?, ?, ?)", row)

    def switch_on(self, scope: str) -> bool:
        """Take that back; whether it was off."""
        return self._write("DELETE FROM switched_off WHERE scope = ?", (scope,))

    def switches(self) -> list[Switch]:
        """Everything that is off."""
        rows = self._read("SELECT scope, by, reason, at FROM switched_off ORDER BY scope")
        return [Switch(*row) for row in rows]

    def _load(self) -> None:
        select = "SELECT hash, id, prototype, feature, name, made, revoked FROM keys"
        rows = self._connection.execute(f"{select} WHERE revoked IS NULL")
        self._keys = {row[0]: VirtualKey(*row[1:]) for row in rows}
        self._off = {switch.scope: switch for switch in self.switches()}

    def _read(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()

    def _write(self, statement: str, row: tuple[object, ...]) -> bool:
        try:
            changed = self._connection.execute(statement, row).rowcount > 0
        except sqlite3.Error as error:
            raise BrokenStore(f"{self._file} cannot be written: {error}") from error
        self._version = -1  # our own writes do not count as a change by others
        return changed


def hashed(key: str) -> bytes:
    """SHA-256 is enough: a key has 256 random bits, so there is nothing to guess from its hash."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, and that git leaves alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        with os.fdopen(os.open(ignore, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write("*\n")
