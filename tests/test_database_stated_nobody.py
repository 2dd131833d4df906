"""Rules and functions that take a caller without a login for the server's own."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Actor, Verb
from stated_rules import passed, read

TABLES = """
create type public.app_role as enum ('admin', 'customer');
create table public.user_roles (user_id uuid references auth.users (id), role public.app_role);
alter table public.user_roles enable row level security;
create table public.notes (id uuid primary key, user_id uuid references auth.users (id), body text);
alter table public.notes enable row level security;
create policy own on public.notes for select to authenticated using (auth.uid() = user_id);
"""
HELD = "exists (select 1 from public.user_roles where user_id = _user_id and role = _role)"
HAS_ROLE = """create function public.has_role(_user_id uuid, _role public.app_role) returns boolean
  language sql stable security definer as $$ select {} $$;"""
ADMINS = """create policy admins on public.notes for all using (has_role(auth.uid(), 'admin'::app_role));"""
MAY = """create function public.may_edit() returns boolean language plpgsql security definer as $$
declare v_role text;
begin {} end $$;
create policy edits on public.notes for all using ((select public.may_edit()));"""
CHANGES = {(Actor.ANYBODY, verb) for verb in Verb if verb.name in ("UPDATE", "DELETE")}


@pytest.mark.parametrize(
    "expression",
    [
        f"{HELD} or (_user_id is null and _role = 'admin'::public.app_role)",
        f"_user_id is null or {HELD}",
        f"(select auth.uid()) is null or {HELD}",
        "coalesce((select role = _role from public.user_roles where user_id = auth.uid()), true)",
    ],
)
def test_a_role_that_a_missing_id_has_opens_the_table_to_visitors(expression: str) -> None:
    found = passed(read(TABLES, HAS_ROLE.format(expression), ADMINS))
    assert found >= CHANGES
    assert not any(actor is Actor.STRANGER for actor, _ in found)


@pytest.mark.parametrize(
    "steps",
    [
        "if auth.uid() is null then return true; end if; return is_admin();",
        "if auth.role() = 'service_role' then return true; end if;"
        " if auth.uid() is null then return true; end if; return false;",
        "select role into v_role from user_roles where user_id = auth.uid();"
        " return auth.uid() is null or v_role = 'admin';",
    ],
)
def test_a_function_that_says_yes_to_a_missing_id_is_asked_in_vain(steps: str) -> None:
    assert passed(read(TABLES, MAY.format(steps))) >= CHANGES


@pytest.mark.parametrize(
    ("rule", "opened"),
    [
        ("to public using (auth.uid() is null or auth.uid() = user_id)", True),
        ("to public using ((select auth.uid()) is null)", True),
        ("to authenticated using (auth.uid() is null or auth.uid() = user_id)", False),
        ("to service_role using (auth.uid() is null)", False),
    ],
)
def test_a_rule_for_who_has_no_id_is_one_for_visitors(rule: str, opened: bool) -> None:
    seen = "create policy seen on public.notes for delete "
    read_too = "create policy read on public.notes for select "
    found = passed(read(TABLES, seen + rule + ";", read_too + rule + ";"))
    assert ((Actor.ANYBODY, Verb.DELETE) in found) is opened
    assert (Actor.STRANGER, Verb.DELETE) not in found


@pytest.mark.parametrize(
    "rule",
    [
        "body = 'open' and (auth.uid() is null or body is not null)",
        "(auth.uid() is null) or body = 'open'",
        "((select auth.uid()) is null or body = 'open')",
    ],
)
def test_what_else_such_a_rule_shows_is_open_to_users(rule: str) -> None:
    policy = f"create policy seen on public.notes for all using ({rule});"
    assert (Actor.STRANGER, Verb.DELETE) in passed(read(TABLES, policy))


def test_a_rule_that_is_not_closed_is_read_to_its_end() -> None:
    broken = ADMINS.replace("'admin'::app_role));", "'admin';")
    opens = HAS_ROLE.format(f"_user_id is null or {HELD}")
    assert passed(read(TABLES, opens, broken)) >= CHANGES


@pytest.mark.parametrize(
    "expression",
    [
        HELD,
        f"_user_id is not null and {HELD}",
        f"{HELD} or (_user_id is null and _role = 'customer'::public.app_role)",
        "coalesce((select role = _role from public.user_roles where user_id = auth.uid()), false)",
        "_role is null or false",
    ],
)
def test_a_role_that_only_its_holders_have_opens_nothing(expression: str) -> None:
    assert not passed(read(TABLES, HAS_ROLE.format(expression), ADMINS))


@pytest.mark.parametrize(
    "steps",
    [
        "if auth.uid() is null then return false; end if; return true;",
        "if v_role is null then return true; end if; return false;",
        "return is_admin();",
    ],
)
def test_a_function_that_sends_a_missing_id_away_opens_nothing_to_visitors(steps: str) -> None:
    assert not {actor for actor, _ in passed(read(TABLES, MAY.format(steps)))} & {Actor.ANYBODY}


ROLES = """
create table public.people (id uuid primary key references auth.users (id), role text default 'user');
alter table public.people enable row level security;
create function public.enter() returns trigger language plpgsql security definer as $$
begin insert into public.people (id, role) values (new.id, 'user'); return new; end $$;
create trigger entered after insert on auth.users for each row execute function public.enter();"""
EITHER = """create policy either on public.notes for all using (has_role(auth.uid(), 'admin') or
  exists (select 1 from people where id = auth.uid() and role = 'user'));"""


def test_a_rule_that_is_open_in_two_ways_is_told_in_its_own_words() -> None:
    opens = HAS_ROLE.format(f"_user_id is null or {HELD}")
    found = [a for a in read(TABLES, ROLES, opens, EITHER).attempts if a.target == "public.notes"]
    assert {a.actor for a in found} == {Actor.ANYBODY, Actor.STRANGER}
    assert all("has_role(auth.uid(), 'admin')" in rule.text for a in found for rule in a.rules)


GUARDED = """create table public.wallets (user_id uuid primary key references auth.users (id), balance int);
alter table public.wallets enable row level security;
create function public.pay(p_user_id uuid, p_amount int) returns void language plpgsql security definer as $$
begin if {} then raise exception 'no'; end if;
update public.wallets set balance = balance + p_amount where user_id = p_user_id; end $$;"""


@pytest.mark.parametrize(
    ("condition", "opened"),
    [
        ("auth.uid() is not null and not is_admin(auth.uid())", True),
        ("(select auth.uid()) is not null and p_user_id <> auth.uid()", True),
        ("auth.uid() is null or not is_admin(auth.uid())", False),
        ("not is_admin(auth.uid())", False),
    ],
)
def test_a_check_for_who_has_an_id_alone_lets_visitors_call(condition: str, opened: bool) -> None:
    found = {a.actor for a in read(GUARDED.format(condition)).attempts if a.verb is Verb.CALL}
    assert (Actor.ANYBODY in found) is opened
