"""The rows of the ledger: what each account has spent and set aside on a day, and the reservations.

Money is in billionths of a US dollar. Each function works within a transaction of its caller.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from shipworthy.gateway.store import Part, Session
from shipworthy.gateway.store.seam import marks

KEPT_DAYS = 400
_DAY = 86_400
LEDGER = Part(
    "ledger",
    (
        """
        CREATE TABLE IF NOT EXISTS accounts (
            account {name} NOT NULL, day TEXT NOT NULL, spent {integer} NOT NULL DEFAULT 0,
            reserved {integer} NOT NULL DEFAULT 0, PRIMARY KEY (account, day)
        ) {ending};
        CREATE TABLE IF NOT EXISTS reservations (
            id TEXT PRIMARY KEY, day TEXT NOT NULL, amount {integer} NOT NULL, accounts TEXT NOT NULL,
            expires {real} NOT NULL
        ) {ending}
        """,
    ),
)
SPENT = "SELECT account, spent, reserved FROM accounts WHERE day = ? ORDER BY account"
_OPEN = "INSERT INTO accounts (account, day) VALUES (?, ?) ON CONFLICT DO NOTHING"
_CHANGE = (
    "UPDATE accounts SET reserved = reserved - ?, spent = spent + ? WHERE account = ? AND day = ?"
)

_TAKE_OFF = "UPDATE reservations SET amount = amount - ? WHERE id = ? RETURNING amount"


@dataclass(frozen=True, slots=True)
class Account:
    """Something with a limit for a day; `soft` is where warnings begin."""

    name: str
    limit: int
    soft: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a call has set aside; `near` are the accounts that are beyond their soft limit.

    `is_part`: the row of this `id` holds more, for other calls.
    """

    id: str
    day: str
    amount: int
    accounts: tuple[str, ...]
    near: tuple[str, ...] = ()
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent on an account without a limit."""

    account: str
    day: str
    cost: int


def balances(session: Session, names: Iterable[str], day: str) -> dict[str, int]:
    """What each account has spent and set aside; nobody else changes it until the transaction ends."""
    wanted = sorted(set(names))
    query = (
        f"SELECT account, spent + reserved FROM accounts WHERE day = ? AND account IN ({marks(len(wanted))})"  # noqa: S608 - question marks
        + (f" ORDER BY account{session.for_update}" if session.for_update else "")
    )
    found = dict(session.execute(query, (day, *wanted)))
    if len(found) < len(wanted):
        session.many(_OPEN, [(name, day) for name in wanted if name not in found])
        found = dict(session.execute(query, (day, *wanted)))
    return found


def hold(session: Session, made: Sequence[tuple[Reservation, float]]) -> None:
    """Set aside what was decided on; with the time at which each reservation expires."""
    sums: defaultdict[str, int] = defaultdict(int)
    for reservation, _ in made:
        for account in reservation.accounts:
            sums[account] += reservation.amount
    equal: defaultdict[int, list[str]] = defaultdict(list)
    for account, amount in sums.items():
        equal[amount].append(account)
    for amount, names in equal.items():
        session.execute(
            f"UPDATE accounts SET reserved = reserved + ? WHERE day = ? AND account IN ({marks(len(names))})",  # noqa: S608 - question marks
            (amount, made[0][0].day, *names),
        )
    session.many(
        "INSERT INTO reservations VALUES (?, ?, ?, ?, ?)",
        [(r.id, r.day, r.amount, json.dumps(r.accounts), expires) for r, expires in made],
    )


def release(
    session: Session, settled: Sequence[tuple[Reservation, int]], spent: Sequence[Spent]
) -> None:
    """Put what calls have cost in place of what they had set aside."""
    ids = [made.id for made, _ in settled if not made.is_part]
    # A reservation that another process swept is spent in full already.
    left = session.execute(
        f"DELETE FROM reservations WHERE id IN ({marks(len(ids))}) RETURNING id",  # noqa: S608 - question marks
        ids,
    )
    there = {id for (id,) in left} | _taken_off(session, settled)
    changes = [
        (account, made.day, made.amount, cost)
        for made, cost in settled
        if made.id in there
        for account in made.accounts
    ]
    session.many(_OPEN, sorted({(one.account, one.day) for one in spent}))
    _change(session, [*changes, *((one.account, one.day, 0, one.cost) for one in spent)])


def _taken_off(session: Session, settled: Sequence[tuple[Reservation, int]]) -> set[str]:
    """Make the rows smaller of which parts were settled; those that are still there."""
    parts: defaultdict[str, int] = defaultdict(int)
    for made, _ in settled:
        if made.is_part:
            parts[made.id] += made.amount
    there, empty = set(), []
    for id in sorted(parts):
        for (amount,) in session.execute(_TAKE_OFF, (parts[id], id)):
            there.add(id)
            if amount <= 0:
                empty.append((id,))
    if empty:
        session.many("DELETE FROM reservations WHERE id = ?", empty)
    return there


def expire(session: Session, now: float) -> None:
    """Count what is left of processes that have died, and forget what is old."""
    rows = session.execute(
        "DELETE FROM reservations WHERE expires < ? RETURNING day, amount, accounts", (now,)
    )
    _change(
        session,
        [
            (account, day, amount, amount)
            for day, amount, accounts in rows
            for account in json.loads(accounts)
        ],
    )
    session.execute("DELETE FROM accounts WHERE day < ?", (day_of(now - KEPT_DAYS * _DAY),))
    # Whose it was is needed for the limit of the day alone, and by calls that began before midnight.
    session.execute(
        "DELETE FROM accounts WHERE account >= 'user:' AND account < 'user;' AND day < ?",
        (day_of(now - _DAY),),
    )


def day_of(at: float) -> str:
    """The day (UTC) of a time."""
    return _date(int(at // _DAY))


@lru_cache(maxsize=8)
def _date(days: int) -> str:
    return (date(1970, 1, 1) + timedelta(days)).isoformat()


def _change(session: Session, changes: Iterable[tuple[str, str, int, int]]) -> None:
    """Take from what is set aside and add to what is spent, account by account in their order."""
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for account, day, reserved, spent in changes:
        of = sums[account, day]
        of[0] += reserved
        of[1] += spent
    session.many(_CHANGE, [(*sums[key], *key) for key in sorted(sums)])
