"""What may still be spent: reserved before a call, settled after it, in one SQLite file for all replicas.

A call reserves the most that it can cost, in one transaction for all its accounts; only so can any number
of calls at the same time not spend more than a limit. What it has really cost is settled in batches;
until then the reservation counts, so a limit is never too late. A reservation whose process has died is
counted as spent in full when its time is over: what the provider has billed is not known then.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from secrets import token_hex

from shipworthy.gateway.control import BrokenStore, private_folder
from shipworthy.gateway.problem import Kind, Problem

PATIENCE = 2.0  # seconds that a call waits for a store that another process has locked
KEPT_DAYS = 400
_TABLES = """
CREATE TABLE IF NOT EXISTS accounts (
    account TEXT NOT NULL, day TEXT NOT NULL, spent INTEGER NOT NULL DEFAULT 0,
    reserved INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reservations (
    id TEXT PRIMARY KEY, day TEXT NOT NULL, amount INTEGER NOT NULL, accounts TEXT NOT NULL,
    expires REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""
_RESERVE = (
    "UPDATE accounts SET reserved = reserved + ?1 WHERE account = ?2 AND day = ?3"
    " AND spent + reserved + ?1 <= ?4 RETURNING spent + reserved"
)
_SETTLE = (
    "UPDATE accounts SET reserved = reserved - ?, spent = spent + ? WHERE account = ? AND day = ?"
)


@dataclass(frozen=True, slots=True)
class Account:
    """Something with a limit for a day, in billionths of a US dollar; `soft` is where warnings begin."""

    name: str
    limit: int
    soft: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a call has set aside; `near` are the accounts that are beyond their soft limit."""

    id: str
    day: str
    amount: int
    accounts: tuple[str, ...]
    near: tuple[str, ...] = ()


class Ledger:
    """The accounts. Belongs to one event loop. Raises BrokenStore where the file cannot be used."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._known: set[tuple[str, str]] = set()  # accounts that have a row
        self._settled: list[tuple[Reservation, int]] = []
        self._spent: dict[tuple[str, str], int] = {}  # of accounts without a limit
        try:
            private_folder(file.parent)
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=0)
            self._connection.execute("PRAGMA busy_timeout=5000")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(_TABLES)
            file.chmod(0o600)
            self._sweep(self._clock())
            self._connection.execute("PRAGMA busy_timeout=0")  # calls wait without blocking others
        except (sqlite3.Error, OSError) as error:
            raise BrokenStore(f"{file} cannot be opened: {error}") from error

    def close(self) -> None:
        """Settle what is left, and let go of the file."""
        try:
            self._connection.execute("PRAGMA busy_timeout=5000")
            self.flush()
        finally:
            self._connection.close()

    def today(self) -> str:
        """The day (UTC) that spending counts for."""
        return _day(self._clock())

    async def reserve(
        self, accounts: Sequence[Account], amount: int, seconds: float
    ) -> Reservation:
        """Set the amount aside on all accounts, or on none; it expires after some seconds.

        Raises Problem where a limit is reached, or the store is locked for too long or cannot be written.
        """
        until = time.monotonic() + PATIENCE
        wait = 0.001
        while True:
            try:
                return self._reserve(accounts, amount, seconds)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (
                    sqlite3.SQLITE_BUSY,
                    sqlite3.SQLITE_LOCKED,
                ):
                    raise _unwritable() from error
                if time.monotonic() > until:
                    raise _locked() from error
            except sqlite3.Error as error:
                raise _unwritable() from error
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, 0.02)

    def settle(self, reservation: Reservation, cost: int) -> None:
        """A call has ended and has cost this much."""
        self._settled.append((reservation, cost))

    def spend(self, account: str, cost: int) -> None:
        """Note what was spent on something without a limit."""
        key = (account, self.today())
        self._spent[key] = self._spent.get(key, 0) + cost

    def flush(self) -> bool:
        """Write what was settled and spent; False where that must wait. Nothing is lost by waiting."""
        if not self._settled and not self._spent:
            return True
        try:
            self._in_transaction(self._write_settled)
        except sqlite3.Error:
            return False
        self._settled, self._spent = [], {}
        return True

    def sweep(self) -> None:
        """Count what is left of processes that have died; does nothing while the store is locked."""
        try:
            self._sweep(self._clock())
        except sqlite3.Error:
            return

    def spent(self, day: str) -> dict[str, tuple[int, int]]:
        """What each account has spent on a day, and what is set aside."""
        rows = self._connection.execute(
            "SELECT account, spent, reserved FROM accounts WHERE day = ? ORDER BY account", (day,)
        )
        return {account: (spent, reserved) for account, spent, reserved in rows}

    def _reserve(self, accounts: Sequence[Account], amount: int, seconds: float) -> Reservation:
        refused = self._attempt(accounts, amount, seconds)
        if isinstance(refused, Account) and self._settled and self.flush():
            refused = self._attempt(accounts, amount, seconds)
        if isinstance(refused, Account):
            raise _exceeded(refused, self.today())
        return refused

    def _attempt(
        self, accounts: Sequence[Account], amount: int, seconds: float
    ) -> Reservation | Account:
        """The reservation, or the account that has not enough left."""
        day, execute = self.today(), self._connection.execute
        near: list[str] = []
        execute("BEGIN IMMEDIATE")
        try:
            for account in accounts:
                if (account.name, day) not in self._known:
                    execute(
                        "INSERT OR IGNORE INTO accounts (account, day) VALUES (?, ?)",
                        (account.name, day),
                    )
                row = execute(_RESERVE, (amount, account.name, day, account.limit)).fetchone()
                if row is None:
                    execute("ROLLBACK")
                    return account
                if row[0] >= account.soft:
                    near.append(account.name)
            names = tuple(account.name for account in accounts)
            made = Reservation(token_hex(8), day, amount, names, tuple(near))
            expires = self._clock() + seconds
            execute(
                "INSERT INTO reservations VALUES (?, ?, ?, ?, ?)",
                (made.id, day, amount, json.dumps(names), expires),
            )
            execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            raise
        self._known.update((name, day) for name in names)
        return made

    def _write_settled(self) -> None:
        execute = self._connection.execute
        for made, cost in self._settled:
            # A reservation that another process swept is spent in full already.
            if execute("DELETE FROM reservations WHERE id = ?", (made.id,)).rowcount:
                for account in made.accounts:
                    execute(_SETTLE, (made.amount, cost, account, made.day))
        for (account, day), cost in self._spent.items():
            execute("INSERT OR IGNORE INTO accounts (account, day) VALUES (?, ?)", (account, day))
            execute(_SETTLE, (0, cost, account, day))

    def _sweep(self, now: float) -> None:
        def write() -> None:
            execute = self._connection.execute
            rows = execute(
                "SELECT id, day, amount, accounts FROM reservations WHERE expires < ?", (now,)
            )
            for id, day, amount, accounts in rows.fetchall():
                for account in json.loads(accounts):
                    execute(_SETTLE, (amount, amount, account, day))
                execute("DELETE FROM reservations WHERE id = ?", (id,))
            oldest = _day(now - timedelta(days=KEPT_DAYS).total_seconds())
            execute("DELETE FROM accounts WHERE day < ?", (oldest,))
            # Whose it was is needed for the limit of the day alone, and by calls that began before midnight.
            yesterday = _day(now - timedelta(days=1).total_seconds())
            execute("DELETE FROM accounts WHERE account LIKE 'user:%' AND day < ?", (yesterday,))

        self._in_transaction(write)
        self._known.clear()

    def _in_transaction(self, write: Callable[[], None]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            write()
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _day(at: float) -> str:
    return _date(int(at // 86_400))


@lru_cache(maxsize=8)
def _date(days: int) -> str:
    return (date(1970, 1, 1) + timedelta(days)).isoformat()


def _exceeded(account: Account, day: str) -> Problem:
    what = account.name.partition(":")[0]
    message = f"The budget of this {what} for {day} is used up, or set aside by calls under way."
    return Problem(Kind.BUDGET, "budget_exceeded", message)


def _locked() -> Problem:
    return Problem(Kind.STORE, "store_locked", "The gateway's store is locked; nothing was spent.")


def _unwritable() -> Problem:
    return Problem(
        Kind.STORE, "store_unavailable", "The gateway's store cannot be written; nothing was spent."
    )
