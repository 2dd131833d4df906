"""Functions that give rights to whoever calls, and what is told of calls by their text alone."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.generated_types import read_types
from shipworthy.database.history import History, SqlFile
from shipworthy.database.stated.raising import RAISES
from shipworthy.database.stated.stating import stated
from stated_rules import read

TABLES = """
create table public.user_roles (user_id uuid references auth.users (id), role text
  check (role in ('admin', 'member')));
alter table public.user_roles enable row level security;
create table public.profiles (id uuid primary key references auth.users (id), name text, role text
  check (role in ('admin', 'member')));
alter table public.profiles enable row level security;
create table public.wallets (user_id uuid primary key references auth.users (id), balance numeric);
alter table public.wallets enable row level security;
create table public.fees (id uuid primary key, house_id uuid, status text);
alter table public.fees enable row level security;
create table public.codes (email text, otp_hash text, used_at timestamptz);
alter table public.codes enable row level security;
"""
CALL = """create function public.act({}) returns void language plpgsql security definer as $$
begin {} end $$;"""


def calls(arguments: str, steps: str, more: str = "") -> dict[Actor, str]:
    """Who may call the function, and why that is a gap."""
    proof = read(TABLES, CALL.format(arguments, steps) + more)
    return {a.actor: a.reason for a in proof.attempts if a.verb is Verb.CALL}


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        ("", "insert into user_roles (user_id, role) values (auth.uid(), 'admin');"),
        (
            "",
            "insert into user_roles (user_id, role) values (auth.uid(), 'admin') on conflict do nothing;"
            " raise notice 'done for %', auth.uid();",
        ),
        (
            "",
            "if auth.uid() is null then raise exception 'sign in'; end if;"
            " update profiles set role = 'admin' where id = auth.uid();",
        ),
        ("new_role text", "update profiles set role = new_role where id = (select auth.uid());"),
        (
            "p_name text, p_role text",
            "update profiles set name = p_name, role = p_role where id = auth.uid();",
        ),
        (
            "amount numeric",
            "update wallets set balance = balance + amount where user_id = auth.uid();",
        ),
    ],
)
def test_whoever_calls_is_given_power(arguments: str, steps: str) -> None:
    found = calls(arguments, steps)
    assert list(found) == [Actor.STRANGER]
    assert found[Actor.STRANGER].startswith(RAISES)


@pytest.mark.parametrize(
    ("arguments", "steps", "more"),
    [
        ("", "insert into user_roles (user_id, role) values (auth.uid(), 'member');", ""),
        ("p_name text", "update profiles set name = p_name where id = auth.uid();", ""),
        (
            "",
            "if not exists (select 1 from user_roles where role = 'admin') then"
            " insert into user_roles (user_id, role) values (auth.uid(), 'admin'); end if;",
            "",
        ),
        (
            "new_role text",
            "if new_role not in ('member') then raise exception 'no'; end if;"
            " update profiles set role = new_role where id = auth.uid();",
            "",
        ),
        ("", "assert is_admin(); update profiles set role = 'admin' where id = auth.uid();", ""),
        (
            "amount numeric",
            "update wallets set balance = balance - amount where user_id = auth.uid();",
            "",
        ),
        (
            "",
            "insert into user_roles (user_id, role) values (auth.uid(), 'admin');",
            "revoke execute on function public.act() from public, anon, authenticated;",
        ),
    ],
)
def test_what_is_asked_or_harmless_gives_no_power(arguments: str, steps: str, more: str) -> None:
    assert not calls(arguments, steps, more)


def test_a_fee_is_marked_as_paid_for_whoever_calls() -> None:
    assert Actor.ANYBODY in calls(
        "fee uuid", "update fees set status = 'paid', paid_on = now() where id = fee;"
    )
    assert not calls("fee uuid", "update fees set status = 'seen' where id = fee;")


@pytest.mark.parametrize(
    ("arguments", "steps", "gap"),
    [
        ("p_table text", "execute format('truncate table %I', p_table);", True),
        (
            "p_t text, p_on boolean",
            "execute format('ALTER TABLE %I DISABLE TRIGGER ALL', p_t);",
            True,
        ),
        ("p_table text", "execute 'delete from ' || quote_ident(p_table);", True),
        ("p_sql text", "execute format('%s', p_sql);", True),
        ("p_sql text", "execute p_sql;", True),
        ("p_t text", "execute format('drop table %2$I; select %1$L', 'x', p_t);", True),
        ("p_days int", "execute format('delete from old where age > %s', p_days);", False),
        (
            "p_kind text, p_days int",
            "execute format('delete from old where age > %2$s and kind = %1$L', p_kind, p_days);",
            False,
        ),
        ("p_table text", "execute format('analyze %I', p_table);", False),
        (
            "p_table text",
            "if p_table not in ('a', 'b') then raise exception 'no'; end if;"
            " execute format('truncate table %I', p_table);",
            False,
        ),
    ],
)
def test_a_caller_decides_which_statement_runs(arguments: str, steps: str, gap: bool) -> None:
    assert bool(calls(arguments, steps)) is gap


def test_a_code_is_proved_by_its_hash() -> None:
    hashed = "v_hash := encode(digest(p_otp, 'sha256'), 'hex');"
    used = "update codes set used_at = now() where email = p_email"
    assert not calls("p_email text, p_otp text", f"{hashed} {used} and otp_hash = v_hash;")
    assert calls("p_email text, p_otp text", f"{hashed} {used};")


ASKED = """create function public.ask(p_email text) returns json language plpgsql security definer as $$
declare v_otp text; begin insert into public.email_otps (email, otp_hash)
  values (p_email, encode(digest(v_otp, 'sha256'), 'hex')) on conflict (email) do update set used = false;
  return json_build_object({}); end $$;
create table public.email_otps (email text primary key, otp_hash text, used boolean);
alter table public.email_otps enable row level security;"""


@pytest.mark.parametrize(
    ("answer", "gap"),
    [("'sent', true", False), ("'otp', v_otp", True), ("'code', v_otp::text", True)],
)
def test_a_code_is_asked_for_without_a_login_and_is_not_told(answer: str, gap: bool) -> None:
    assert any(a.verb is Verb.CALL for a in read(ASKED.format(answer)).attempts) is gap


TYPES = """export type Database = { public: { Tables: {
  purses: { Row: { id: string; user_id: string; sum: number }
    Insert: { id?: string } Update: { id?: string } Relationships: [] } }
  Views: {} Functions: {} Enums: {} } }"""


def test_a_table_that_only_the_generated_types_tell_of_is_one_that_is_changed() -> None:
    steps = "update purses set sum = sum - amount where user_id = sender_id;"
    script = SqlFile(
        "supabase/migrations/0001.sql", CALL.format("sender_id uuid, amount int", steps)
    )
    types = SqlFile("src/integrations/supabase/types.ts", TYPES)
    assert read_types(types.path, types.text).tables
    told = stated(History((script,), (), generated=types))
    assert [a.written for a in told.attempts] == [{"public.purses": 1}]
    assert not stated(History((script,), ())).attempts


SIGN_UP = """
create function public.handle_new_user() returns trigger language plpgsql security definer as $$
begin insert into public.profiles (id, role) values (new.id, {}); return new; end $$;
"""
TRIGGER = (
    "create trigger made after insert on auth.users for each row execute function public.{}();"
)


@pytest.mark.parametrize(
    ("role", "more", "gap"),
    [
        ("new.raw_user_meta_data->>'role'", "", True),
        ("coalesce(new.raw_user_meta_data->>'role', 'member')", "", True),
        ("'member'", "", False),
        ("new.raw_user_meta_data->>'role'", TRIGGER.format("other"), False),
    ],
)
def test_a_function_that_reads_what_a_new_user_sends_runs_at_the_sign_up(
    role: str, more: str, gap: bool
) -> None:
    found = [
        a for a in read(TABLES, SIGN_UP.format(role) + more).attempts if a.verb is Verb.SIGN_UP
    ]
    assert bool(found) is gap
    assert all(attempt.rules for attempt in found)


SHOWN = """
create table public.houses (id uuid primary key, owner_id uuid references auth.users (id),
  status text default 'pending');
alter table public.houses enable row level security;
create policy shown on public.houses for select using ({} or auth.uid() = owner_id);
create policy own on public.houses for update using (auth.uid() = owner_id);
create policy staff on public.houses for update using (is_admin(auth.uid()));
"""


@pytest.mark.parametrize(
    ("shown", "gap"), [("status = 'approved'", True), ("status = 'open'", False), ("true", False)]
)
def test_who_waits_to_be_shown_may_not_approve_himself(shown: str, gap: bool) -> None:
    found = [a for a in read(SHOWN.format(shown)).attempts if a.verb is Verb.PROMOTE]
    assert bool(found) is gap
