"""Rules whose names keep them for the system and whose texts let users write about themselves."""

from __future__ import annotations

import pytest

from shipworthy.database.stated.of_the_system import MEANT
from stated_rules import read


def open_to_users(table: str, policy: str, more: str = "") -> bool:
    sql = f"""
    create table public.{table} (id uuid primary key, user_id uuid references auth.users (id), worth int);
    alter table public.{table} enable row level security;
    create policy see on public.{table} for select to authenticated using (user_id = auth.uid());
    create policy {policy};{more}"""
    attempts = read(sql).attempts
    return any(a.reason == MEANT and a.target == f"public.{table}" for a in attempts)


@pytest.mark.parametrize(
    "policy",
    [
        '"System can insert rewards" on rewards for insert with check (auth.uid() = user_id)',
        '"Service role manages rewards" on rewards for all using (user_id = auth.uid()'
        " or auth.jwt() ->> 'role' = 'service_role')",
    ],
)
def test_a_name_keeps_nobody_from_rewarding_himself(policy: str) -> None:
    assert open_to_users("rewards", policy)


@pytest.mark.parametrize(
    ("table", "policy"),
    [
        ("rewards", '"Users can add rewards" on rewards for insert with check (auth.uid() = user_id)'),
        ("rewards", '"System can insert rewards" on rewards for insert to service_role with check (true)'),
        ("rewards", '"Service providers can add rewards" on rewards for insert'
         " with check (auth.uid() = user_id)"),
        ("rewards", '"System can insert rewards" on rewards for select using (auth.uid() = user_id)'),
        ("reward_notifications", '"System can insert notes" on reward_notifications for insert'
         " with check (auth.uid() = user_id)"),
        ("visits", '"System can insert visits" on visits for insert with check (auth.uid() = user_id)'),
    ],
)  # fmt: skip
def test_rows_of_no_worth_and_rules_for_the_server_are_no_gap(table: str, policy: str) -> None:
    assert not open_to_users(table, policy)


def test_a_trigger_that_refuses_keeps_users_out() -> None:
    policy = '"System can insert rewards" on rewards for insert with check (auth.uid() = user_id)'
    trigger = """
    create function refuse() returns trigger language plpgsql as $$ begin
      if current_user <> 'service_role' then raise exception 'no'; end if; return new; end $$;
    create trigger keep before insert on public.rewards for each row execute function refuse();"""
    assert not open_to_users("rewards", policy, trigger)
