"""Rules that the database refuses, and those that ask for one's own company, let nobody in."""

# ruff: noqa: S608 - the values are our own

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Actor, Verb
from stated_rules import passed, read

_NOTES = """
create table public.notes (id uuid primary key, user_id uuid references auth.users (id), body text);
alter table public.notes enable row level security;
"""


@pytest.mark.parametrize(
    ("rule", "added"),
    [
        ("for insert to authenticated with check (true)", True),
        ("for insert to authenticated using (true)", False),  # ERROR: only WITH CHECK is allowed
        ("for all to authenticated using (true)", True),
    ],
)
def test_a_rule_for_new_rows_that_looks_at_old_ones_is_refused(rule: str, added: bool) -> None:
    proof = read(_NOTES, f'create policy "Add" on public.notes {rule};')
    assert ((Actor.STRANGER, Verb.INSERT) in passed(proof)) is added


_REPORTS = """
create table public.companies (id uuid primary key, name text);
alter table public.companies enable row level security;
create table public.staff (user_id uuid primary key, company_id uuid references public.companies (id));
alter table public.staff enable row level security;
create table public.reports (id uuid primary key, user_id uuid references auth.users (id),
  company_id uuid references public.companies (id), body text);
alter table public.reports enable row level security;
create table public.photos (id uuid primary key, report_id uuid references public.reports (id), url text);
alter table public.photos enable row level security;
create function public.company_of(who uuid) returns uuid language sql stable security definer
  as $$ select company_id from public.staff where user_id = who $$;
create policy mine on public.reports for insert to authenticated with check (auth.uid() = user_id);
"""


@pytest.mark.parametrize(
    ("held", "joined"),
    [
        ("r.company_id = public.company_of(auth.uid())", False),
        ("r.company_id = (select public.company_of(auth.uid()))", False),
        ("r.user_id = auth.uid() and r.company_id = photos.company_id", True),
    ],
)
def test_rows_of_the_own_company_are_no_membership(held: str, joined: bool) -> None:
    sql = (
        "alter table public.photos add column company_id uuid;\n"
        "create policy theirs on public.photos for select to authenticated using (exists ("
        f"select 1 from public.reports r where r.id = photos.report_id and {held}));"
    )
    found = passed(read(_REPORTS, sql), "public.reports")
    assert ((Actor.STRANGER, Verb.JOIN) in found) is joined
