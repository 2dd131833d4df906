"""Rights that a trigger of the sign-up gives: to everybody, or to whoever asks for them by their name."""

# ruff: noqa: S608 - the values are our own

from __future__ import annotations

from time import process_time

import pytest

from shipworthy.database.attempts import Verb
from stated_rules import read

PEOPLE = """
create table public.people (id uuid primary key references auth.users (id), name text,
  role text not null default 'guest' check (role in ('guest', 'editor', 'owner', 'admin')));
create table public.admin_users (id uuid primary key, email text unique);
create table public.staff (id uuid primary key, company_id uuid, role text
  check (role in ('owner', 'clerk')));
alter table public.members enable row level security;
create table public.companies (id uuid primary key default gen_random_uuid(), name text);
"""
ADMIN = "insert into public.people (id, name, role) values (new.id, '', 'admin');"
SENT = "new.raw_user_meta_data ->> 'role'"


def gives(statements: str, declared: str = "") -> bool:
    sql = f"""
    create function public.newcomer() returns trigger language plpgsql security definer as $$
    declare {declared} begin {statements} return new; end $$;
    create trigger made after insert on auth.users for each row execute function public.newcomer();
    """
    return any(attempt.verb is Verb.SIGN_UP for attempt in read(PEOPLE, sql).attempts)


def added(value: str) -> str:
    return f"insert into public.people (id, name, role) values (new.id, '', {value}) on conflict do nothing;"


@pytest.mark.parametrize(
    ("statements", "given"),
    [
        (added("'owner'"), True),
        (added("'admin'::text"), True),
        ("insert into admin_users (email) values (new.email) on conflict (email) do nothing;", True),
        (added("'guest'"), False),
        (added("'editor'"), False),
        (f"if new.email = 'me@example.com' then {ADMIN} end if;", False),
        (f"perform 1 from invited i where i.email = new.email; {ADMIN}", False),
        ("insert into admin_users (email) select new.email where new.email like '%@example.com';", False),
        (f"insert into companies (name) values ('Mine'); {ADMIN}", False),
        ("insert into staff (id, company_id, role) values (new.id, null, 'owner');", False),
    ],
)  # fmt: skip
def test_whether_the_sign_up_gives_everybody_rights_over_others(
    statements: str, given: bool
) -> None:
    assert gives(statements) is given


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (f"case when {SENT} = 'admin' then 'admin' else 'guest' end", True),
        (f"case {SENT} when 'editor' then 'editor' when 'admin' then 'admin' else 'guest' end", True),
        (f"case when {SENT} in ('editor', 'admin') then {SENT} else 'guest' end", True),
        (f"case when {SENT} = 'editor' then 'editor' else 'guest' end", False),
        (f"case when {SENT} in ('guest', 'editor') then {SENT} else 'guest' end", False),
        (f"case when {SENT} = 'admin' then 'guest' else 'editor' end", False),
        (f"case when {SENT} = 'admin' and new.email = 'me@example.com' then 'admin' else 'guest' end", False),
        ("case when new.raw_user_meta_data ->> 'admin_code' = 'ADMIN7' then 'admin' else 'guest' end", False),
    ],
)  # fmt: skip
def test_whether_rights_are_given_to_whoever_asks_for_them_by_name(value: str, given: bool) -> None:
    assert gives(added(value)) is given


@pytest.mark.parametrize(
    ("listed", "given"), [("'guest', 'editor', 'admin'", True), ("'guest', 'editor'", False)]
)
def test_a_list_of_what_may_be_asked_for_tames_no_word_in_it(listed: str, given: bool) -> None:
    check = f"r := {SENT}; if r is null or r not in ({listed}) then r := 'guest'; end if;"
    assert gives(f"{check} {added('r')}", "r text;") is given


PUT = added("r")


@pytest.mark.parametrize(
    ("statements", "given"),
    [
        (f"r := coalesce({SENT}, 'guest'); {PUT}", True),
        (f"select coalesce({SENT}, 'guest') into r; {PUT}", True),
        (f"if {SENT} is not null then r := ({SENT})::text; else r := 'guest'::text; end if; {PUT}", True),
        (f"r := 'guest'; if {SENT} is not null and {SENT} <> '' then r := {SENT}; end if; {PUT}", True),
        (f"if {SENT} = 'admin' then r := 'admin'; elsif {SENT} = 'editor' then r := 'editor'; "
         f"else r := 'guest'; end if; {PUT}", True),
        (f"if {SENT} in ('guest', 'admin') then r := {SENT}; else r := 'guest'; end if; {PUT}", True),
        (f"begin r := ({SENT})::text; exception when others then r := 'guest'; end; {PUT}", True),
        (f"r := coalesce({SENT}, 'guest'); {PUT} if r = 'editor' then perform 1; end if;", True),
        (f"if {SENT} in ('guest', 'editor') then r := {SENT}; else r := 'guest'; end if; {PUT}", False),
        (f"if {SENT} = 'editor' then r := 'editor'; else r := 'guest'; end if; {PUT}", False),
        (f"if {SENT} = 'admin' then r := 'guest'; else r := {SENT}; end if; {PUT}", False),
        (f"r := coalesce({SENT}, 'guest'); if r = 'admin' then r := 'guest'; end if; {PUT}", False),
        (f"r := coalesce({SENT}, 'guest'); if lower(r) <> 'editor' then r := 'guest'; end if; {PUT}", False),
        (f"r := {SENT}; r := 'guest'; {PUT}", False),
        (f"r := 'guest'; if invited(new.email) then r := {SENT}; end if; {PUT}", False),
        (f"if invited(new.email) then if {SENT} is not null then r := {SENT}; end if; "
         f"else r := 'guest'; end if; {PUT}", False),
        (f"r := coalesce({SENT}, 'guest'); {PUT} if r = 'admin' then raise exception 'no'; end if;", False),
        (f"if {SENT} = 'admin' then raise exception; end if; r := coalesce({SENT}, 'guest'); {PUT}", False),
        (f"if {SENT} not in ('guest') then raise exception 'no'; end if; r := {SENT}; {PUT}", False),
        (f"r := coalesce({SENT}, 'guest'); {PUT} update people set role = 'guest' where r = 'admin';", False),
    ],
)  # fmt: skip
def test_a_role_that_is_sent_is_taken_over_by_way_of_a_variable(
    statements: str, given: bool
) -> None:
    assert gives(statements, "r text;") is given


def test_a_tenant_that_is_sent_is_taken_over_where_no_sql_makes_the_table() -> None:
    sent = "nullif(new.raw_user_meta_data ->> 'tenant_id', '')::uuid"
    assert gives("insert into members (id, tenant_id) values (new.id, t);", f"t uuid := {sent};")
    tamed = "insert into members (id, tenant_id) values (new.id, null);"
    assert not gives(tamed, f"t uuid := {sent};")


def test_many_branches_are_read_in_no_time() -> None:
    arms = "".join(f"if {SENT} = 'word{n}' then r := 'guest'; els" for n in range(21))
    started = process_time()
    assert not gives(f"{arms}e r := 'guest'; perform 1; end if; {PUT}", "r text;")
    assert process_time() - started < 2
