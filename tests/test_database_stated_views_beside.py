"""Views of a script that the platform skips: without a date in its name, among the migrations."""

from __future__ import annotations

import pytest

from shipworthy.database.history import History, SqlFile
from shipworthy.database.schema import Trust
from shipworthy.database.stated.stating import stated

ORDERS = """
create table public.orders (id uuid primary key, user_id uuid references auth.users (id), phone text);
alter table public.orders enable row level security;
create policy own on public.orders for select using (user_id = auth.uid());
"""
VIEWS = """
create or replace view board_orders as select o.id, o.phone from orders o;
create or replace view board_phones as select phone from orders;
"""


def views(
    path: str = "supabase/migrations/board.sql",
    asked: str = "board_orders",
    migration: str = "",
    more: str = "",
) -> list[str]:
    loose = (SqlFile(path, VIEWS), SqlFile("supabase/later.sql", more))
    history = History(
        (SqlFile("supabase/migrations/20250101_a.sql", ORDERS + migration),),
        loose,
        asked=frozenset({asked}),
    )
    tables = stated(history).schema.tables.values()
    found = [t for t in tables if t.is_view and t.judged and not t.invoker]
    assert all(t.source.trust is Trust.LOOSE for t in found if not migration)
    return sorted(t.name for t in found)


def test_all_views_of_a_script_are_there_if_the_code_asks_for_one() -> None:
    assert views() == ["board_orders", "board_phones"]


@pytest.mark.parametrize(
    "case",
    [
        {"asked": "orders"},
        {"path": "scripts/board.sql"},
        {"path": "supabase/migrations/drop_board.sql"},
        {"migration": "drop view if exists board_orders;"},
        {"more": "drop view board_orders; drop view board_phones;"},
        {"more": "alter view board_orders set (security_invoker = on);"
                 "alter view board_phones set (security_invoker = on);"},
    ],
)  # fmt: skip
def test_a_script_that_may_not_have_been_run_makes_no_view(case: dict[str, str]) -> None:
    assert views(**case) == []


def test_a_view_of_a_migration_stays_as_it_is() -> None:
    made = "create view board_orders with (security_invoker = on) as select id from orders;"
    assert views(migration=made) == []
