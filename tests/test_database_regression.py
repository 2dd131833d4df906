"""The tests that a user keeps: they pass on the database they were made of, and fail once it opens."""

from __future__ import annotations

import re

import pytest

from fixtures_of import PROVER
from shipworthy.database.engine import Server
from shipworthy.database.history import History, SqlFile
from shipworthy.database.proof import Era
from shipworthy.database.regression import regression_tests
from shipworthy.database.replay import replay

CLOSED = """
create table public.notes (id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users, "Body" text not null, tags text[] default '{a,b}',
  length int generated always as (length("Body")) stored);
alter table public.notes enable row level security;
create policy own on public.notes for all using (auth.uid() = user_id);
create table public.posts (id bigint generated always as identity primary key, title text);
alter table public.posts enable row level security;
create policy all_read on public.posts for select using (true);
"""
# What the tests need of pgTAP, which the embedded server does not bring.
PGTAP = """
create schema tap;
create function tap.plan(n int) returns text language sql as $$ select '1..' || n $$;
create function tap."is"(a bigint, b bigint, said text) returns text language sql as
  $$ select case when a = b then 'ok ' else 'not ok ' end || said $$;
create function tap.finish() returns setof text language sql as $$ select ''::text where false $$;
"""


@pytest.fixture(scope="module")
def written() -> str:
    text = regression_tests(PROVER(_history(CLOSED)))
    assert text
    return text


def test_the_tests_pass_on_the_database_that_they_were_made_of(
    server: Server, written: str
) -> None:
    results = _run(server, CLOSED, written)
    assert len(results) == int(re.search(r"plan\((\d+)\)", written)[1])  # type: ignore[index]
    assert all(line.startswith("ok ") for line in results), results
    assert any("a visitor may not read public.notes" in line for line in results)


def test_what_is_open_on_purpose_is_not_tested(written: str) -> None:
    assert "may not read public.posts" not in written
    assert "another user may not delete public.posts" in written


def test_a_test_fails_once_its_table_opens(server: Server, written: str) -> None:
    opened = CLOSED + "create policy oops on public.notes for select using (true);"
    failed = [line for line in _run(server, opened, written) if line.startswith("not ok")]
    assert failed == [
        "not ok a visitor may not read public.notes",
        "not ok another user may not read public.notes",
    ]


def _history(sql: str) -> History:
    return History((SqlFile("supabase/migrations/20250101000000_a.sql", sql),))


def _run(server: Server, sql: str, tests: str) -> list[str]:
    """The lines that the tests print; pgTAP itself is stood in for."""
    database = server.database(Era.LEGACY)
    replay(database, _history(sql))
    script = re.sub(r"create extension .*pgtap.*", "set local search_path = public, tap;", tests)
    lines: list[str] = []
    with database.connect("postgres") as connection:
        connection.execute(PGTAP)
        connection.commit()
        cursor = connection.execute(script.replace("begin;", "", 1))
        while True:
            if cursor.description:
                lines += [str(row[0]) for row in cursor.fetchall()]
            if not cursor.nextset():
                break
    database.drop()
    return [line for line in lines if line.startswith(("ok ", "not ok "))]
