"""Roles of one organisation that rules believe in all: asked for by a lookup, or by a function."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from stated_rules import passed, read

TABLES = """
create table public.companies (id uuid primary key default gen_random_uuid(), name text);
create table public.people (id uuid primary key references auth.users (id), role text, status text,
  company_id uuid references public.companies (id));
create table public.users (id uuid primary key references auth.users (id), role text,
  company_id uuid references public.companies (id));
create table public.deals (id uuid primary key, company_id uuid, person_id uuid);
create table public.calls (id uuid primary key, company_id uuid, person_id uuid);
create table public.notes (id uuid primary key, call_id uuid references public.calls (id), body text);
alter table public.deals enable row level security;
alter table public.calls enable row level security;
alter table public.notes enable row level security;
create function public.my_role() returns text language sql security definer as
  $$ select role from public.people where id = auth.uid() $$;
create function public.my_company_id() returns uuid language sql security definer as
  $$ select company_id from public.people where id = auth.uid() $$;
create function public.runs_it(_user_id uuid) returns boolean language sql security definer as
  $$ select exists (select 1 from public.people where id = _user_id and role in ('chief', 'owner')) $$;
"""
HELD = "company_id = my_company_id() and my_role() in ('chief', 'clerk')"
LOOK_UP = "exists (select 1 from people p where p.id = auth.uid() and p.role {})"


def is_across(held: str, rule: str, *, table: str = "calls", more: str = "") -> bool:
    sql = f"""
    create policy h on public.deals for all using ({held});
    create policy o on public.{table} for all using ({rule});
    {more}
    """
    verbs = {verb for _, verb in passed(read(TABLES, sql), f"public.{table}")}
    return Verb.JOIN in verbs


@pytest.mark.parametrize(
    ("rule", "across"),
    [
        (LOOK_UP.format("= 'chief'"), True),
        (LOOK_UP.format("in ('owner', 'chief')"), True),
        (LOOK_UP.format("= 'chief' and p.status = 'active'"), True),
        ("person_id = auth.uid() or " + LOOK_UP.format("= 'chief'"), True),
        ("auth.uid() in (select id from people where role in ('chief'))", True),
        ("(select role from people where id = auth.uid()) = 'chief'", True),
        ("my_role() = 'chief'", True),
        ("runs_it(auth.uid())", True),
        (LOOK_UP.format("= 'owner'"), False),
        (LOOK_UP.format("= 'chief' and p.company_id = calls.company_id"), False),
        ("company_id = my_company_id() and " + LOOK_UP.format("= 'chief'"), False),
        ("exists (select 1 from people p where p.id = calls.person_id and p.role = 'chief')", False),
        ("exists (select 1 from users u where u.id = auth.uid() and u.role = 'chief')", False),
    ],
)  # fmt: skip
def test_a_role_that_is_looked_up_and_believed_in_all_organisations(
    rule: str, across: bool
) -> None:
    assert is_across(HELD, rule) is across


def test_rows_of_what_belongs_to_an_organisation_are_its_rows_too() -> None:
    assert is_across(HELD, "my_role() = 'chief'", table="notes")


def test_a_role_that_most_rules_believe_everywhere_may_be_of_who_runs_the_app() -> None:
    more = "create policy n on public.notes for all using (my_role() = 'chief');"
    assert not is_across(HELD, "my_role() = 'chief'", more=more)
    above = "create policy s on public.notes for select using (is_super_admin());"
    assert is_across(HELD, "my_role() = 'chief'", more=f"{more} {above}")


def test_the_role_of_whoever_founds_an_organisation_is_of_that_one() -> None:
    founded = """create function public.found_company(_name text) returns void language plpgsql
    security definer as $$ begin
      insert into public.companies (name) values (_name);
      insert into public.people (id, role) values (auth.uid(), 'owner'); end $$;"""
    rule = LOOK_UP.format("= 'owner'")
    assert is_across("person_id = auth.uid()", rule, more=founded)
    assert not is_across("person_id = auth.uid()", rule)
