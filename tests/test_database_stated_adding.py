"""Functions past row security that add rows for whomever a caller names, and not himself."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Actor, Attempt, Verb
from stated_rules import read

TABLES = """
create table public.branches (id uuid primary key, owner_id uuid references auth.users (id), name text,
  api_key text);
alter table public.branches enable row level security;
create table public.movements (id uuid primary key, branch_id uuid references public.branches,
  amount int, at date);
alter table public.movements enable row level security;
create policy mine on public.movements for all using
  (branch_id in (select id from branches where owner_id = auth.uid()));
create table public.appointments (id uuid primary key, at date, branch_id uuid references public.branches);
alter table public.appointments enable row level security;
create table public.chores (id uuid primary key, title text, created_by uuid references auth.users (id));
alter table public.chores enable row level security;
"""
LOOK_UP = "select id into b from branches where {} limit 1;"
ADD = "insert into movements (branch_id, amount) values ({}, {});"


def calls(head: str, body: str) -> list[Attempt]:
    made = f"""create function public.{head} returns void language plpgsql security definer
      set search_path = public as $$ declare b uuid; begin {body} end $$;"""
    return [a for a in read(TABLES, made).attempts if a.verb is Verb.CALL]


@pytest.mark.parametrize(
    ("head", "body", "found"),
    [
        ("pay_in(p_branch text, p_amount int)",
         LOOK_UP.format("name = p_branch") + ADD.format("b", "p_amount"), True),
        ("pay_in(_data jsonb)",
         ADD.format("(_data ->> 'branch_id')::uuid", "(_data ->> 'amount')::int"), True),
        ("pay_in(p_branch_id uuid, p_amount int)", ADD.format("p_branch_id", "p_amount"), True),
        ("pay_in(p_branch_id uuid)", ADD.format("p_branch_id", "7"), False),
        ("recalculate(p_branch_id uuid, p_amount int)", ADD.format("p_branch_id", "p_amount"), False),
        ("pay_in(p_key text, p_amount int)",
         LOOK_UP.format("api_key = p_key") + ADD.format("b", "p_amount"), False),
        ("pay_in(p_branch text, p_amount int)",
         LOOK_UP.format("name = p_branch and owner_id = auth.uid()") + ADD.format("b", "p_amount"), False),
        ("pay_in(p_branch_id uuid, p_amount int)",
         "if not can_pay(p_branch_id) then return; end if;" + ADD.format("p_branch_id", "p_amount"), False),
        ("book_visit(p_branch_id uuid, p_at date)",
         "insert into appointments (branch_id, at) values (p_branch_id, p_at);", False),
    ],
)  # fmt: skip
def test_functions_that_add_rows_for_whom_a_caller_names(head: str, body: str, found: bool) -> None:
    assert bool(calls(head, body)) is found


@pytest.mark.parametrize(
    ("who", "check", "by"),
    [
        ("coalesce(p_author, auth.uid())", "", Actor.ANYBODY),
        ("coalesce(p_author, (select auth.uid()))", "", Actor.ANYBODY),
        ("coalesce(p_author, auth.uid())",
         "if auth.uid() is null then raise exception 'no'; end if;", Actor.STRANGER),
        ("auth.uid()", "", None),
        ("coalesce(auth.uid(), p_author)", "", None),
        ("coalesce(p_author, auth.uid())",
         "if auth.uid() is null or p_author <> auth.uid() then raise exception 'no'; end if;", None),
    ],
)  # fmt: skip
def test_who_may_name_somebody_in_the_place_of_himself(
    who: str, check: str, by: Actor | None
) -> None:
    insert = "insert into chores (title, created_by) values (p_title, b);"
    found = calls("new_chore(p_title text, p_author uuid)", f"{check} b := {who}; {insert}")
    assert {a.actor for a in found} == ({by} if by else set())
