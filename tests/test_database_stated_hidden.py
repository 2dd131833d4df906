"""Rows that stay hidden until somebody approves them, and whose owner may approve them himself."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from stated_rules import read

STAFF = """
create table profiles (id uuid primary key references auth.users (id), role text);
create function is_staff() returns boolean language sql security definer as $$
  select exists (select 1 from profiles where id = auth.uid() and role = 'admin') $$;
"""
LISTINGS = """
create table listings (id uuid primary key, user_id uuid references auth.users (id), title text,
  is_approved boolean not null default false);
alter table listings enable row level security;
create policy "own" on listings for all using (auth.uid() = user_id);
"""
SHOWN = 'create policy "shown" on listings for select using (is_approved = true);'
DECIDES = 'create policy "decide" on listings for update using (is_staff());'


def approved(sql: str) -> set[str]:
    found = (a for a in read(STAFF + sql).attempts if a.verb is Verb.PROMOTE)
    return {column for a in found if a.target == "public.listings" for column in a.columns}


@pytest.mark.parametrize("name", ["is_approved", "verified"])
def test_an_owner_lets_his_own_row_be_seen(name: str) -> None:
    assert approved((LISTINGS + SHOWN + DECIDES).replace("is_approved", name)) == {name}


@pytest.mark.parametrize(
    "sql",
    [
        LISTINGS + SHOWN,  # nobody else decides
        LISTINGS + DECIDES,  # it hides nothing
        LISTINGS.replace("default false", "default true") + SHOWN + DECIDES,
        (LISTINGS + SHOWN + DECIDES).replace("is_approved", "is_published"),  # his own to say
        LISTINGS.replace("(auth.uid() = user_id)", "(auth.uid() = user_id and not is_approved)")
        + SHOWN
        + DECIDES,
    ],
)
def test_what_hides_nothing_or_is_his_own_to_say(sql: str) -> None:
    assert not approved(sql)
