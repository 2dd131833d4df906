"""What may still be spent: reserved before a call, settled after it, in one store for all replicas.

A call reserves the most that it can cost, in one transaction for all its accounts; only so can any number
of calls at the same time not spend more than a limit. Where calls on the same accounts follow each other
closely, that transaction sets aside for the next ones too (`ahead.py`). What a call has really cost is
settled in batches; until then the reservation counts, so a limit is never too late. A reservation whose
process has died is counted as spent in full when its time is over: what the provider has billed is not
known then.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex
from typing import TypeVar

from shipworthy.gateway.accounts import (
    SPENT,
    Account,
    Reservation,
    Spent,
    balances,
    day_of,
    expire,
    hold,
    release,
)
from shipworthy.gateway.ahead import Ahead, set_ahead
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.store import BrokenStore, Session, Store, StoreBusy

_AT_ONCE = 1_000  # of what waits, in one transaction

T = TypeVar("T")


@dataclass(slots=True)
class _Wish:
    """A call that waits for its reservation; `outcome` is that, or the account that has not enough."""

    accounts: Sequence[Account]
    amount: int
    expires: float
    looks_ahead: bool
    outcome: Reservation | Account | None = None
    ahead: list[Ahead] = field(default_factory=list)  # at most one, for the calls to come
    withdrawn: bool = False


class Ledger:
    """The accounts. Belongs to one event loop. Raises BrokenStore where the store cannot be used."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        # Filled in the event loop and emptied where the store works, which may be another thread.
        self._wishes: deque[_Wish] = deque()
        self._settled: deque[tuple[Reservation, int]] = deque()
        self._spent: deque[Spent] = deque()
        self._aheads: dict[tuple[str, ...], Ahead] = {}  # by the names of their accounts
        self._asked: set[tuple[str, ...]] = set()  # since the last time that `keep_up` was called
        store.transaction(partial(expire, now=clock()))

    def close(self) -> None:
        """Settle what is left, and let go of the store."""
        try:
            self._give_back(list(self._aheads))
            self.flush()
        finally:
            self._store.close()

    def today(self) -> str:
        """The day (UTC) that spending counts for."""
        return day_of(self._clock())

    async def reserve(
        self, accounts: Sequence[Account], amount: int, seconds: float
    ) -> Reservation:
        """Set the amount aside on all accounts, or on none; it expires after some seconds.

        Raises Problem where a limit is reached, or the store is locked for too long or cannot be written.
        """
        names = tuple([account.name for account in accounts])
        expires = self._clock() + seconds
        ahead = self._aheads.get(names)
        if ahead is not None:
            drawn = ahead.draw(amount, expires, self.today())
            if drawn is not None:
                return drawn
            self._give_back([names])
        outcome = await self._outcome(_Wish(accounts, amount, expires, names in self._asked))
        if isinstance(outcome, Account) and self._aheads:
            self._give_back(list(self._aheads))
            outcome = await self._outcome(_Wish(accounts, amount, expires, looks_ahead=False))
        self._asked.add(names)
        if isinstance(outcome, Account):
            raise _exceeded(outcome, self.today())
        return outcome

    async def _outcome(self, wish: _Wish) -> Reservation | Account:
        self._wishes.append(wish)
        try:
            await asyncio.sleep(0)  # who asks in the same turn of the loop shares the transaction
            await self._store.soon(self._decide)
        except BaseException as error:
            wish.withdrawn = True
            self._take_back(wish)
            if isinstance(error, BrokenStore):
                raise _unusable(error) from error
            raise
        while wish.ahead:
            ahead = wish.ahead.pop()
            self._give_back([ahead.whole.accounts])
            self._aheads[ahead.whole.accounts] = ahead
        assert wish.outcome is not None  # noqa: S101 - each run decides on all who waited before it
        return wish.outcome

    def settle(self, reservation: Reservation, cost: int) -> None:
        """A call has ended and has cost this much."""
        self._settled.append((reservation, cost))

    def spend(self, account: str, cost: int) -> None:
        """Note what was spent on something without a limit."""
        self._spent.append(Spent(account, self.today(), cost))

    async def keep_up(self, sweeps: bool) -> None:
        """Write what waits, within an event loop; `sweeps` says whether to look for dead processes too."""
        self._asked.clear()
        self._give_back([names for names, ahead in self._aheads.items() if not ahead.drawn])
        for ahead in self._aheads.values():
            ahead.drawn = False
        with suppress(BrokenStore):
            if self._settled or self._spent:
                await self._store.soon(self.flush)
            if sweeps:
                await self._store.soon(self.sweep)

    def flush(self) -> bool:
        """Write what was settled and spent; False where that must wait. Nothing is lost by waiting."""
        while self._settled or self._spent:
            settled, spent = _taken(self._settled), _taken(self._spent)
            try:
                self._store.transaction(partial(release, settled=settled, spent=spent))
            except BaseException as error:
                self._settled.extendleft(reversed(settled))
                self._spent.extendleft(reversed(spent))
                if isinstance(error, BrokenStore):
                    return False
                raise
        return True

    def sweep(self) -> None:
        """Count what is left of processes that have died; does nothing while the store is locked."""
        with suppress(BrokenStore):
            self._store.transaction(partial(expire, now=self._clock()))

    def spent(self, day: str) -> dict[str, tuple[int, int]]:
        """What each account has spent on a day, and what is set aside."""
        return {account: (spent, held) for account, spent, held in self._store.rows(SPENT, (day,))}

    def _decide(self) -> None:
        """Decide on all who wait; what was settled makes room for who would be refused."""
        wishes = [wish for wish in _taken(self._wishes) if not wish.withdrawn]
        if not wishes:
            return
        try:
            self._grant(wishes)
        except BaseException:
            self._wishes.extendleft(reversed(wishes))
            raise
        refused = [wish for wish in wishes if isinstance(wish.outcome, Account)]
        if refused and self._settled and self.flush():
            with suppress(BrokenStore):
                self._grant(refused)

    def _grant(self, wishes: Sequence[_Wish]) -> None:
        day = self.today()
        granted = self._store.transaction(partial(_granted, wishes=wishes, day=day))
        for wish, (outcome, ahead) in zip(wishes, granted, strict=True):
            wish.outcome = outcome
            if ahead is not None:
                wish.ahead.append(ahead)
            if wish.withdrawn:
                self._take_back(wish)

    def _take_back(self, wish: _Wish) -> None:
        """Who waited has gone: nothing was spent. Doing it twice does no harm."""
        if isinstance(wish.outcome, Reservation):
            self.settle(wish.outcome, 0)
        with suppress(IndexError):
            self.settle(wish.ahead.pop().rest(), 0)

    def _give_back(self, aheads: Sequence[tuple[str, ...]]) -> None:
        """What nobody has drawn on these accounts is for everybody again, once that is written."""
        for names in aheads:
            ahead = self._aheads.pop(names, None)
            if ahead is not None:
                self.settle(ahead.rest(), 0)


def _granted(
    session: Session, wishes: Sequence[_Wish], day: str
) -> list[tuple[Reservation | Account, Ahead | None]]:
    """Reservations for all whose accounts have enough left, first come first served; then those ahead."""
    held = balances(session, (a.name for wish in wishes for a in wish.accounts), day)
    outcomes = [_decided(wish, held, day) for wish in wishes]
    made: list[tuple[Reservation, float]] = []
    aheads: list[Ahead | None] = []
    seen: set[tuple[str, ...]] = set()
    for wish, outcome in zip(wishes, outcomes, strict=True):
        ahead: Ahead | None = None
        if isinstance(outcome, Reservation):
            made.append((outcome, wish.expires))
            if wish.looks_ahead and outcome.accounts not in seen:
                seen.add(outcome.accounts)
                ahead = set_ahead(wish.accounts, wish.amount, wish.expires, held, day)
        if ahead is not None:
            made.append((ahead.whole, ahead.expires))
        aheads.append(ahead)
    if made:
        hold(session, made)
    return list(zip(outcomes, aheads, strict=True))


def _decided(wish: _Wish, held: dict[str, int], day: str) -> Reservation | Account:
    amount = wish.amount
    for account in wish.accounts:
        if held[account.name] + amount > account.limit:
            return account
    for account in wish.accounts:
        held[account.name] += amount
    names = tuple(account.name for account in wish.accounts)
    near = tuple(a.name for a in wish.accounts if held[a.name] >= a.soft)
    return Reservation(token_hex(8), day, amount, names, near)


def _taken(queue: deque[T]) -> list[T]:
    """The first of a queue; others may add to it meanwhile."""
    taken: list[T] = []
    while len(taken) < _AT_ONCE:
        try:
            taken.append(queue.popleft())
        except IndexError:
            break
    return taken


def _exceeded(account: Account, day: str) -> Problem:
    what = account.name.partition(":")[0]
    message = f"The budget of this {what} for {day} is used up, or set aside by calls under way."
    return Problem(Kind.BUDGET, "budget_exceeded", message)


def _unusable(error: BrokenStore) -> Problem:
    if isinstance(error, StoreBusy):
        code, what = "store_locked", "is locked"
    else:
        code, what = "store_unavailable", "cannot be written"
    return Problem(Kind.STORE, code, f"The gateway's store {what}; nothing was spent.")
