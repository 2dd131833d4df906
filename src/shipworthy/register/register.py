"""The register of a prototype: append what was decided, read what was."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from shipworthy.errors import ShipworthyError
from shipworthy.register import file as stored
from shipworthy.register.chain import Chain, chain_of, sound
from shipworthy.register.entry import BEGINNING, BrokenRegister, Entry, NotAnEntry
from shipworthy.register.memory import Seen, config_folder, recall, remember

FILE = ".shipworthy/register.db"
OPENED = "opened"


class NoRegister(ShipworthyError):
    """The prototype has no register yet."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Register:
    """The register of the prototype at `folder`. Holds nothing open: any thread or process may use it.

    `home` is the user's folder for settings, where this computer's memory and signing key lie.
    """

    folder: Path
    home: Path = field(default_factory=config_folder)
    clock: Callable[[], datetime] = _now

    @property
    def file(self) -> Path:
        """Where it lies."""
        return self.folder / FILE

    @property
    def exists(self) -> bool:
        """True where there is one, sound or not."""
        return self.file.exists() or self.file.is_symlink()

    def open(self, owner: str, *, solo: bool = False, again: bool = False) -> Entry:
        """Make the register, with the person who owns the prototype and decides about it.

        In solo mode the one who asks may approve; it is written down and shown. Raises BrokenRegister
        where there is a register already, or this computer knows of one that is gone; `again` begins
        anew there.
        """
        if not again:
            self._refuse_where_one_is_gone()
        if self.file.parent.is_symlink():
            raise BrokenRegister(f"{self.file.parent} is a link: it is not followed")
        name = uuid4().hex
        body = {"register": name, "owner": _named(owner), "solo": solo}
        now = self.now()
        first = Entry(1, BEGINNING, now, now, OPENED, _named(owner), body)
        if not stored.create(self.file, lambda: (1, first.document, first.hash)):
            raise BrokenRegister(f"{self.file} exists already; nothing was changed")
        self.remember(first, name, "")
        return first

    def append(self, kind: str, by: str, body: Mapping[str, Any]) -> Entry:
        """Write one entry down, after all that others wrote; returns it once it is on the disk.

        `body` is plain JSON without fractions. Raises NoRegister, NotAnEntry, CannotWrite, or
        BrokenRegister where the register is no longer what this computer last saw: then nothing is
        written, so that what happened can still be found out.
        """
        return self.append_after(kind, by, lambda _: body)

    def append_after(
        self, kind: str, by: str, body_of: Callable[[Entry], Mapping[str, Any]]
    ) -> Entry:
        """`append` with a body that is made from the entry which it follows, while others wait."""
        self._must_exist()
        seen = recall(self.home, self.path)
        with stored.writing(self.file) as connection:
            last = _last(connection)
            if seen is not None:
                _compare(connection, seen)
            entry = self._next(last, kind, by, body_of(last))
            connection.execute(
                "INSERT INTO entry VALUES (?, ?, ?)", (entry.number, entry.document, entry.hash)
            )
            named = _name_of(connection)
        known = seen.key if seen is not None and seen.register == named else ""
        self.remember(entry, named, known)
        return entry

    def entries(self) -> tuple[Entry, ...]:
        """All entries, oldest first. Raises NoRegister, and BrokenRegister with the first break."""
        chain = self.chain()
        if chain.breaks:
            raise BrokenRegister(
                f"{self.file}: {chain.breaks[0]}. Next: shipworthy register verify {self.folder}"
            )
        return chain.entries

    def chain(self) -> Chain:
        """What stands there, sound or not. Raises NoRegister, and BrokenRegister for what is none."""
        self._must_exist()
        return chain_of(stored.rows(self.file))

    def _must_exist(self) -> None:
        if not self.exists:
            self._refuse_where_one_is_gone()
            raise NoRegister(f"no register here: shipworthy register init {self.folder}")

    def _refuse_where_one_is_gone(self) -> None:
        seen = recall(self.home, self.path)
        if seen is not None and not self.exists:
            raise BrokenRegister(
                f"{self.file} is gone: this computer saw one with {seen.count} entries there. Put it "
                f"back, or begin anew: shipworthy register init {self.folder} --again"
            )

    def _next(self, last: Entry, kind: str, by: str, body: Mapping[str, Any]) -> Entry:
        if not kind or kind == OPENED:
            raise NotAnEntry(f"{kind!r} is no kind of entry that can be appended")
        clock = self.now()
        time = max(clock, last.time)
        return Entry(last.number + 1, last.hash, time, clock, kind, _named(by), dict(body))

    def now(self) -> datetime:
        """What the clock says, in UTC and whole seconds."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    @property
    def path(self) -> str:
        """The prototype's folder, without links: what this computer remembers it by."""
        return str(self.folder.resolve())

    def remember(self, entry: Entry, register: str, key: str) -> None:
        """Keep on this computer that the register named so had this last entry and first key."""
        remember(self.home, Seen(self.path, register, entry.number, entry.hash, key))


def _named(name: str) -> str:
    """The name without needless spaces. Raises NotAnEntry where nobody is named."""
    clean = " ".join(name.split())
    if not clean:
        raise NotAnEntry("the register needs a name: who says so?")
    return clean


def _last(connection: sqlite3.Connection) -> Entry:
    """The entry that the next one follows; the chain before it is checked by reading, not here."""
    row = connection.execute(
        "SELECT number, document, hash FROM entry ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise BrokenRegister("all entries of the register are gone; nothing was written")
    return sound(row)


def _compare(connection: sqlite3.Connection, seen: Seen) -> None:
    """Raises BrokenRegister where what this computer saw is not there any more."""
    row = connection.execute("SELECT hash FROM entry WHERE number = ?", (seen.count,)).fetchone()
    if row is None or row[0] != seen.head:
        raise BrokenRegister(
            f"the register is not the one that this computer last saw (entry {seen.count} is "
            f"{'gone' if row is None else 'another'}); nothing was written. "
            "Next: shipworthy register verify"
        )


def _name_of(connection: sqlite3.Connection) -> str:
    """The register's own name, from its first entry."""
    row = connection.execute("SELECT number, document, hash FROM entry WHERE number = 1").fetchone()
    if row is None:
        raise BrokenRegister("entry 1 of the register is missing; nothing was written")
    return str(sound(row).body.get("register", ""))
