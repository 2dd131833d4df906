"""Orders and payments that their payer may write down as settled, told from the text of the rules."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from shipworthy.database.history import History, SqlFile
from shipworthy.database.stated.stating import stated

STAFF = """
create table profiles (id uuid primary key references auth.users (id), role text);
create function is_staff() returns boolean language sql security definer as $$
  select exists (select 1 from profiles where id = auth.uid() and role = 'admin') $$;
"""
ORDERS = """
create table orders (id uuid primary key, user_id uuid references auth.users (id), total numeric,
  status text default 'pending');
alter table orders enable row level security;
create policy "see" on orders for select using (auth.uid() = user_id);
"""
ADDS = 'create policy "add" on orders for insert with check (auth.uid() = user_id);'
CHANGES = 'create policy "change" on orders for update using (auth.uid() = user_id);'
DECIDES = 'create policy "decide" on orders for update using (is_staff());'
BY_SERVER = 'create policy "settle" on orders for update to service_role using (true);'
TRIGGER = """
create function keep() returns trigger language plpgsql as $$
  begin if new.status <> 'pending' then raise exception 'no'; end if; return new; end $$;
create trigger keep before insert or update on orders for each row execute function keep();
"""


def settled(sql: str, *kept: str) -> set[str]:
    migrations = (SqlFile("supabase/migrations/0001_start.sql", STAFF + sql),)
    proof = stated(History(migrations, kept=frozenset(kept)))
    found = (a for a in proof.attempts if a.verb is Verb.PROMOTE and a.target == "public.orders")
    return {column for attempt in found for column in attempt.columns}


@pytest.mark.parametrize("rule", [ADDS, CHANGES])
@pytest.mark.parametrize("by", [DECIDES, BY_SERVER])
def test_who_pays_may_call_it_settled(rule: str, by: str) -> None:
    assert settled(ORDERS + rule + by) == {"status"}


def test_the_server_that_changes_the_rows_settles_them() -> None:
    assert settled(ORDERS + ADDS, "orders") == {"status"}
    assert not settled(ORDERS + ADDS, "profiles")


def test_a_flag_is_a_state_too() -> None:
    flag = ORDERS.replace("status text default 'pending'", "is_paid boolean default false")
    assert settled(flag + CHANGES + DECIDES) == {"is_paid"}


@pytest.mark.parametrize(
    "sql",
    [
        ORDERS + ADDS,  # nobody else settles anything: a list of one's own
        ORDERS + ADDS.replace("= user_id", "= user_id and status = 'pending'") + DECIDES,
        ORDERS + ADDS + DECIDES + TRIGGER,
        ORDERS.replace("total numeric", "title text") + ADDS + DECIDES,  # it is about no money
        ORDERS.replace("'pending'", "'draft'") + ADDS + DECIDES,
        ORDERS.replace("total numeric", "total numeric, customer_name text") + ADDS + DECIDES,
        ORDERS.replace("'pending'", "'pending' check (status in ('pending', 'cancelled'))")
        + ADDS
        + DECIDES,
        (ORDERS + CHANGES + DECIDES).replace("user_id", "seller_id"),  # who is paid says so
    ],
)
def test_what_settles_nothing_is_none(sql: str) -> None:
    assert not settled(sql)


BOTH = 'create policy "both" on orders for {} (auth.uid() = user_id or public.is_staff());'


def test_one_rule_for_the_owner_and_for_who_decides_is_two() -> None:
    adds, changes = BOTH.format("insert with check"), BOTH.format("update using")
    assert settled(ORDERS + adds + changes) == {"status"}
    assert settled(ORDERS + changes) == {"status"}
    assert not settled(ORDERS + adds)  # nobody changes what has been added
    others = 'create policy "both" on orders for update using (auth.uid() = user_id or auth.uid() = team_id);'
    assert not settled(ORDERS + ADDS + others)


QUOTES = """
create table quotes (id uuid primary key, {} uuid references auth.users (id), client_name text, total numeric,
  deposit_paid boolean default false);
alter table quotes enable row level security;
create policy "see" on quotes for select using (auth.uid() = {});
create policy "change" on quotes for update using (auth.uid() = {} or is_staff());
"""


@pytest.mark.parametrize(("owner", "found"), [("client_id", True), ("user_id", False)])
def test_an_offer_is_settled_by_whom_it_was_made_to(owner: str, found: bool) -> None:
    files = (SqlFile("supabase/migrations/0001.sql", STAFF + QUOTES.format(owner, owner, owner)),)
    promoted = {
        c for a in stated(History(files)).attempts if a.verb is Verb.PROMOTE for c in a.columns
    }
    assert promoted == ({"deposit_paid"} if found else set())
