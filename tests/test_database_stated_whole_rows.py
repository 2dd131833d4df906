"""Functions that answer with whole rows of others, where no column of the answer is named."""
# ruff: noqa: S608 - nothing of this is run

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from stated_rules import read

PATIENTS = """
create table patients (id uuid primary key, user_id uuid references auth.users (id), phone text,
  diagnosis text);
alter table patients enable row level security;
create policy "own" on patients for select using (auth.uid() = user_id);
"""
WHOSE = "create function of_one(p_user_id uuid) returns"
ALL = "create function of_all() returns"


def called(function: str, tables: str = PATIENTS) -> tuple[str, ...]:
    proof = read(tables + function)
    return next((a.columns for a in proof.attempts if a.verb is Verb.CALL), ())


@pytest.mark.parametrize(
    "function",
    [
        f"{WHOSE} setof patients language sql security definer as $$"
        " select * from patients where user_id = p_user_id $$;",
        f"{WHOSE} setof public.patients language plpgsql security definer as $$"
        " begin if auth.uid() is null then raise exception 'no'; end if;"
        " return query select * from patients where user_id = p_user_id; end $$;",
        f"{WHOSE} json language sql security definer as $$"
        " select json_agg(p) from patients p where p.user_id = p_user_id $$;",
        f"{WHOSE} jsonb language sql security definer as $$"
        " select jsonb_agg(to_jsonb(p.*)) from patients as p where p.user_id = p_user_id $$;",
        f"{ALL} json language sql security definer as $$ select json_agg(row_to_json(p)) from patients p $$;",
    ],
)
def test_whole_rows_of_others_are_handed_out(function: str) -> None:
    assert called(function) == ("phone", "diagnosis")


@pytest.mark.parametrize(
    "function",
    [
        f"{WHOSE} setof patients language sql security definer as $$"
        " select * from patients where user_id = p_user_id and user_id = auth.uid() $$;",
        f"{WHOSE} setof patients language sql as $$ select * from patients where user_id = p_user_id $$;",
        f"{WHOSE} json language sql security definer as $$"
        " select json_agg(x) from (select count(*) from patients where user_id = p_user_id) x $$;",
    ],
)
def test_what_is_one_s_own_or_a_count_is_not(function: str) -> None:
    assert not called(function)


def test_what_everybody_may_read_anyway_gives_nothing_away() -> None:
    shown = PATIENTS.replace("auth.uid() = user_id", "true")
    function = (
        f"{WHOSE} setof patients language sql security definer as $$"
        " select * from patients where user_id = p_user_id $$;"
    )
    assert not called(function, shown)
