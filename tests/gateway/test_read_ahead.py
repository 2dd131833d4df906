"""Money set aside ahead: busy calls share a transaction, and no limit is ever too late for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from shipworthy.gateway.accounts import LEDGER, Account
from shipworthy.gateway.ledger import Ledger
from shipworthy.gateway.problem import Problem
from shipworthy.gateway.store.seam import Session, T
from shipworthy.gateway.store.sqlite import SqliteStore

LIMIT = 10_000


class Counted(SqliteStore):
    """Counts its transactions."""

    transactions = 0

    def transaction(self, work: Callable[[Session], T]) -> T:
        self.transactions += 1
        return super().transaction(work)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def opened(file: Path, now: list[float] | None = None) -> Ledger:
    clock = now if now is not None else [1_000_000.0]
    return Ledger(Counted(file, LEDGER), lambda: clock[0])


def accounts(limit: int = LIMIT, soft: int | None = None) -> list[Account]:
    return [
        Account("prototype:app", limit, limit if soft is None else soft),
        Account("key:a", LIMIT * 10, LIMIT * 10),
    ]


def at(ledger: Ledger) -> tuple[int, int]:
    """What is spent and set aside, as everybody sees it."""
    return ledger.spent(ledger.today())["prototype:app"]


def test_calls_that_follow_closely_share_one_transaction(file: Path) -> None:
    async def run() -> None:
        ledger = opened(file)
        made = [await ledger.reserve(accounts(), 1, 60) for _ in range(100)]
        store = ledger._store
        assert isinstance(store, Counted)
        assert store.transactions <= 4
        assert at(ledger)[1] >= 100, "all of it lies in the store"
        for one in made:
            ledger.settle(one, 1)
        ledger.close()
        again = opened(file)
        assert at(again) == (100, 0)
        again.close()

    asyncio.run(run())


def test_what_nobody_draws_on_goes_back(file: Path) -> None:
    async def run() -> None:
        ledger = opened(file)
        made = [await ledger.reserve(accounts(), 1, 60) for _ in range(3)]
        assert at(ledger)[1] > 3
        await ledger.keep_up(False)
        await ledger.keep_up(False)
        assert at(ledger) == (0, 3)
        for one in made:
            ledger.settle(one, 2)
        await ledger.keep_up(False)
        assert at(ledger) == (6, 0)
        assert ledger._store.rows("SELECT count(*) FROM reservations") == [(0,)]
        ledger.close()

    asyncio.run(run())


def test_the_last_of_a_limit_is_there_for_who_asks(file: Path) -> None:
    """Two processes, both of which set aside ahead, spend all of a limit and no more."""

    async def run() -> None:
        now = [1_000_000.0]
        first, second = opened(file, now), opened(file, now)
        done, refused = 0, 0
        while refused < 20:
            for ledger in (first, second):
                try:
                    ledger.settle(await ledger.reserve(accounts(500), 1, 60), 1)
                    done += 1
                except Problem:
                    refused += 1
                    await first.keep_up(False)
                    await second.keep_up(False)
        assert done == 500
        assert at(first) == (500, 0)
        first.close()
        second.close()

    asyncio.run(run())


def test_near_a_limit_and_beyond_a_soft_one_nothing_is_set_aside_ahead(file: Path) -> None:
    async def run() -> None:
        ledger = opened(file)
        for _ in range(5):
            await ledger.reserve(accounts(40), 1, 60)
        assert at(ledger) == (0, 5)
        ledger.close()
        other = opened(file.with_name("soft.sqlite"))
        notes = [(await other.reserve(accounts(LIMIT, soft=3), 1, 60)).near for _ in range(5)]
        assert notes == [(), (), *[("prototype:app",)] * 3]
        assert at(other) == (0, 5)
        other.close()

    asyncio.run(run())


def test_what_a_dead_process_had_set_aside_ahead_counts_as_spent(file: Path) -> None:
    async def run() -> None:
        now = [1_000_000.0]
        dead = opened(file, now)
        made = [await dead.reserve(accounts(), 1, 60) for _ in range(10)]
        dead.settle(made[0], 1)
        dead.flush()
        spent, held = at(dead)
        dead._store.close()
        now[0] += 100
        alive = opened(file, now)
        assert at(alive) == (spent + held, 0)
        alive.close()

    asyncio.run(run())


def test_what_was_counted_as_spent_already_is_not_counted_again(file: Path) -> None:
    async def run() -> None:
        now = [1_000_000.0]
        slow, other = opened(file, now), opened(file, now)
        made = [await slow.reserve(accounts(), 1, 60) for _ in range(10)]
        held = at(slow)[1]
        now[0] += 100
        other.sweep()
        for one in made:
            slow.settle(one, 1)
        slow.close()
        assert at(other) == (held, 0)
        other.close()

    asyncio.run(run())


def test_a_call_that_would_outlive_it_and_a_new_day_get_their_own(file: Path) -> None:
    async def run() -> None:
        now = [1_763_700_000.0]
        ledger = opened(file, now)
        for _ in range(3):
            await ledger.reserve(accounts(), 1, 60)
        longer = await ledger.reserve(accounts(), 1, 600)
        assert not longer.is_part
        for _ in range(2):
            await ledger.reserve(accounts(), 1, 60)
        now[0] += 86_400
        tomorrow = await ledger.reserve(accounts(), 1, 60)
        assert tomorrow.day == ledger.today()
        ledger.close()

    asyncio.run(run())


def test_each_user_has_a_limit_of_their_own(file: Path) -> None:
    async def run() -> None:
        ledger = opened(file)
        for user in ("ann", "bob"):
            for _ in range(3):
                await ledger.reserve([*accounts(), Account(f"user:{user}", 5, 5)], 1, 60)
        with pytest.raises(Problem):
            await ledger.reserve([*accounts(), Account("user:ann", 5, 5)], 3, 60)
        held = ledger.spent(ledger.today())
        assert (held["user:ann"], held["user:bob"]) == ((0, 3), (0, 3))
        ledger.close()

    asyncio.run(run())
