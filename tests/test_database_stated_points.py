"""Points on one's own row, which give something only where something costs points."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from stated_rules import read

CARD = """
create table loyalty_accounts (id uuid primary key, user_id uuid unique references auth.users (id),
  points_balance integer default 0);
alter table loyalty_accounts enable row level security;
create policy "own" on loyalty_accounts for all using (auth.uid() = user_id);
"""
REWARDS = "create table rewards (id uuid primary key, title text, points_required integer);"


def raised(sql: str) -> set[str]:
    found = (a for a in read(sql).attempts if a.verb is Verb.PROMOTE)
    return {column for attempt in found for column in attempt.columns}


@pytest.mark.parametrize("name", ["points", "loyalty_points", "total_points"])
def test_points_that_are_spent_can_be_set(name: str) -> None:
    assert raised(CARD.replace("points_balance", name) + REWARDS) == {name}


@pytest.mark.parametrize(
    "sql",
    [
        CARD.replace("points_balance", "points"),  # a score that buys nothing
        CARD.replace("points_balance", "points") + REWARDS.replace("points_required", "rank"),
        CARD.replace("points_balance", "data_points") + REWARDS,
        CARD.replace("points_balance", "points").replace("for all", "for select") + REWARDS,
    ],
)
def test_points_that_buy_nothing_or_stay_as_they_are(sql: str) -> None:
    assert not raised(sql)
