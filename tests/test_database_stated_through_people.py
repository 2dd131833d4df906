"""Rows that name a person of another table, whose row names the user who signs in."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from shipworthy.database.history import History, SqlFile
from shipworthy.database.stated.stating import stated

PEOPLE = """
create table profiles (id uuid primary key references auth.users (id), role text);
create table employees (id uuid primary key, user_id uuid references auth.users (id), name text);
alter table employees enable row level security;
create policy "me" on employees for select using (user_id = auth.uid());
create function is_staff() returns boolean language sql security definer as $$
  select exists (select 1 from profiles where id = auth.uid() and role = 'admin') $$;
create function employee_of(_user uuid) returns uuid language sql stable security definer as $$
  select id from public.employees where user_id = _user limit 1 $$;
create function my_employee() returns uuid language plpgsql security definer as $$
  begin return (select e.id from employees e where e.user_id = auth.uid()); end $$;
create function some_employee(_user uuid) returns uuid language sql security definer as $$
  select id from employees where name = 'first' $$;
"""
CLAIMS = """
create table claims (id uuid primary key, employee_id uuid references employees (id), amount numeric,
  status text default 'pending', approved_by uuid, org_id uuid);
alter table claims enable row level security;
create policy "see" on claims for select using (HELD);
create policy "add" on claims for insert with check (HELD);
create policy "decide" on claims for update using (is_staff());
"""
LISTED = "employee_id in (select id from employees where user_id = auth.uid())"
EXISTS = """exists (select 1 from public.employees e
  where e.id = claims.employee_id and e.user_id = (select auth.uid()))"""


def raised(held: str, people: str = PEOPLE, table: str = CLAIMS) -> set[tuple[str, str]]:
    sql = people + table.replace("HELD", held)
    migrations = (SqlFile("supabase/migrations/0001_start.sql", sql),)
    attempts = stated(History(migrations)).attempts
    found = (a for a in attempts if a.verb is Verb.PROMOTE)
    return {(a.target, column) for a in found for column in a.columns}


@pytest.mark.parametrize(
    "held",
    [
        LISTED,
        "employee_id = (select id from employees where user_id = auth.uid())",
        "employee_id = (select e.id from employees e where e.user_id = auth.uid() limit 1)",
        EXISTS,
        EXISTS.replace("claims.employee_id", "employee_id"),
        "employee_id = employee_of(auth.uid())",
        "employee_id = public.my_employee()",
        f"is_staff() or ({LISTED})",
        f"{LISTED} and org_id = get_user_org_id(auth.uid())",
    ],
)
def test_who_is_named_through_his_own_row_may_approve_his_claim(held: str) -> None:
    assert raised(held) == {("public.claims", "status")}


@pytest.mark.parametrize(
    "held",
    [
        f"{LISTED} and status = 'pending'",
        f"{LISTED} and amount < 100",
        "employee_id = some_employee(auth.uid())",
        "employee_id in (select id from employees where user_id = auth.uid() and name = 'head')",
        "approved_by in (select id from employees where user_id = auth.uid())",
        "exists (select 1 from employees e where e.user_id = auth.uid())",
    ],
)
def test_a_rule_that_asks_for_more_or_for_somebody_else_tells_nothing(held: str) -> None:
    assert not raised(held)


def test_who_serves_a_customer_settles_what_is_asked_of_him() -> None:
    assert not raised(LISTED, table=CLAIMS.replace("org_id uuid", "user_id uuid"))


def test_an_organisation_is_nobody() -> None:
    people = PEOPLE.replace("employees", "companies")
    assert not raised(
        LISTED.replace("employees", "companies"), people, CLAIMS.replace("employees", "companies")
    )


def test_who_cannot_read_his_own_row_is_not_found_by_a_rule() -> None:
    closed = PEOPLE.replace("using (user_id = auth.uid())", "using (is_staff())")
    assert not raised(LISTED, closed)
    assert raised("employee_id = employee_of(auth.uid())", closed) == {("public.claims", "status")}


def test_the_credit_on_a_row_that_a_function_finds_is_power() -> None:
    wallets = """
    create table wallets (id uuid primary key, employee_id uuid unique references employees (id),
      credits integer default 0);
    alter table wallets enable row level security;
    create policy "see" on wallets for select using (HELD);
    create policy "change" on wallets for update using (HELD);
    """
    assert raised(LISTED, table=wallets) == {("public.wallets", "credits")}
