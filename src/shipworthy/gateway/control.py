"""Virtual keys and the kill switch: a small part of the store that every replica looks at at every request.

A store can say cheaply whether another connection has changed it since, so a flip counts from the very next
request on.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

from shipworthy.gateway.store import Part, Store

PREFIX = "sw_"  # so that scanners for secrets can know a virtual key
CONTROL = Part(
    "control",
    (
        """
        CREATE TABLE IF NOT EXISTS keys (
            id TEXT PRIMARY KEY, hash {bytes} UNIQUE NOT NULL, prototype TEXT NOT NULL,
            feature TEXT NOT NULL, name TEXT NOT NULL, made {real} NOT NULL, revoked {real}
        ) {ending};
        CREATE TABLE IF NOT EXISTS switched_off (
            scope TEXT PRIMARY KEY, by TEXT NOT NULL, reason TEXT NOT NULL, at {real} NOT NULL
        ) {ending}
        """,
    ),
    watched=True,
)
_KEYS = "SELECT id, prototype, feature, name, made, revoked FROM keys ORDER BY made"
_IN_FORCE = (
    "SELECT hash, id, prototype, feature, name, made, revoked FROM keys WHERE revoked IS NULL"
)
_OFF = "SELECT scope, by, reason, at FROM switched_off ORDER BY scope"
_SWITCH_OFF = (
    "INSERT INTO switched_off VALUES (?, ?, ?, ?) ON CONFLICT (scope) DO UPDATE"
    " SET by = excluded.by, reason = excluded.reason, at = excluded.at RETURNING scope"
)


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
    """Keys and switches. Raises BrokenStore where the store cannot be used."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version: object = None
        self._keys: dict[bytes, VirtualKey] = {}
        self._off: dict[str, Switch] = {}

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    # Read at every request.

    async def refresh(self) -> None:
        """Take over what has changed since the last time; at every request. Raises BrokenStore."""
        await self._store.soon(self._look)

    def key(self, presented: str) -> VirtualKey | None:
        """The virtual key, where it is one that is in force."""
        return self._keys.get(hashed(presented))

    def off(self, *scopes: str) -> Switch | None:
        """The first of the scopes that is switched off."""
        if not self._off:
            return None
        return next((self._off[s] for s in scopes if s in self._off), None)

    @property
    def now_off(self) -> frozenset[str]:
        """What was off at the last `refresh`."""
        return frozenset(self._off)

    # Changed by commands.

    def add_key(self, prototype: str, feature: str, name: str) -> tuple[VirtualKey, str]:
        """A new key, and the text of it, which is not kept and can never be shown again."""
        text = PREFIX + secrets.token_urlsafe(32)
        key = VirtualKey(secrets.token_hex(4), prototype, feature, name, time.time(), None)
        row = (key.id, hashed(text), prototype, feature, name, key.made)
        self._write("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL) RETURNING id", row)
        return key, text

    def revoke_key(self, id: str) -> bool:
        """Put a key out of force; whether there was one."""
        statement = "UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL RETURNING id"
        return self._write(statement, (time.time(), id))

    def keys(self) -> list[VirtualKey]:
        """All keys that were ever made, oldest first."""
        return [VirtualKey(*row) for row in self._store.rows(_KEYS)]

    def switch_off(self, scope: str, by: str, reason: str) -> None:
        """From the next request on nothing of this scope reaches a model."""
        self._write(_SWITCH_OFF, (scope, by, reason, time.time()))

    def switch_on(self, scope: str) -> bool:
        """Take that back; whether it was off."""
        return self._write("DELETE FROM switched_off WHERE scope = ? RETURNING scope", (scope,))

    def switches(self) -> list[Switch]:
        """Everything that is off."""
        return [Switch(*row) for row in self._store.rows(_OFF)]

    def _look(self) -> None:
        version = self._store.version()
        if version != self._version:
            keys = self._store.rows(_IN_FORCE)
            self._keys = {bytes(row[0]): VirtualKey(*row[1:]) for row in keys}
            self._off = {switch.scope: switch for switch in self.switches()}
            self._version = version

    def _write(self, statement: str, row: tuple[object, ...]) -> bool:
        """Whether a statement has changed a row."""
        changed = self._store.transaction(lambda session: session.execute(statement, row))
        self._version = None  # our own writes do not count as a change by others
        return bool(changed)


def hashed(key: str) -> bytes:
    """SHA-256 is enough: a key has 256 random bits, so there is nothing to guess from its hash."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
