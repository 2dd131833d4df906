"""A schema file beside the migrations that makes the tables on which they build."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.history import History, SqlFile
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.stated.stating import stated

SCHEMA = """
create table if not exists public.members (id uuid primary key, email text, full_name text);
create table if not exists public.rooms (id uuid primary key, title text);
alter table public.members enable row level security;
alter table public.rooms enable row level security;
create policy "all" on public.members for all using (true) with check (true);
create policy "all" on public.rooms for all using (true) with check (true);
"""
BOOKINGS = """
create table public.bookings (id uuid primary key, member_id uuid references public.members (id));
alter table public.bookings enable row level security;
"""
NOTES = """
create table public.notes (id uuid primary key, user_id uuid references auth.users);
alter table public.notes enable row level security;
"""
ADDS = "alter table public.members add column phone text;"


def read(migrations: str, **beside: str) -> DatabaseProof:
    loose = (SqlFile(f"{path.replace('__', '/')}.sql", text) for path, text in beside.items())
    numbered = (SqlFile("supabase/migrations/0001_start.sql", migrations),)
    return stated(History(numbered, tuple(loose)))


def opened(proof: DatabaseProof) -> set[str]:
    return {a.target for a in proof.attempts if (a.actor, a.verb) == (Actor.ANYBODY, Verb.UPDATE)}


@pytest.mark.parametrize("path", ["supabase__schema", "database__schema", "db__tables", "schema"])
@pytest.mark.parametrize("migration", [BOOKINGS, ADDS])
def test_a_schema_that_the_migrations_need_comes_before_them(path: str, migration: str) -> None:
    proof = read(migration, **{path: SCHEMA})
    assert opened(proof) == {"public.members", "public.rooms"}
    source = proof.schema.tables["public.rooms"].policies[0].source
    assert source
    assert source.location
    assert source.location.path == f"{path.replace('__', '/')}.sql"


@pytest.mark.parametrize(
    "migration",
    [
        BOOKINGS.replace("references public.members (id)", ""),  # which needs nothing of the file
        f"{SCHEMA.replace('using (true) with check (true)', 'using (auth.uid() = id)')}{BOOKINGS}",
    ],
)
def test_a_schema_that_no_migration_needs_tells_nothing(migration: str) -> None:
    assert not opened(read(migration, supabase__schema=SCHEMA))


def test_what_the_migrations_take_back_is_gone() -> None:
    taken = 'drop policy "all" on public.members; drop policy "all" on public.rooms;'
    assert not opened(read(BOOKINGS + taken, supabase__schema=SCHEMA))


def test_a_picture_without_rules_leaves_no_table_open() -> None:
    tables = "".join(line for line in SCHEMA.splitlines(keepends=True) if "create table" in line)
    proof = read(BOOKINGS, supabase__schema=tables)
    assert "public.rooms" not in proof.schema.tables


@pytest.mark.parametrize("path", ["notes__schema", "drafts__tables", "src__old"])
def test_a_file_that_lies_elsewhere_is_none(path: str) -> None:
    assert not opened(read(BOOKINGS, **{path: SCHEMA}))


def test_a_second_script_that_speaks_of_its_rules_leaves_it_open() -> None:
    closed = (
        'drop policy "all" on public.rooms; alter table public.rooms enable row level security;'
    )
    proof = read(BOOKINGS, supabase__schema=SCHEMA, scripts__close=closed)
    assert opened(proof) == {"public.members"}
    assert "no known order" in proof.schema.tables["public.rooms"].tainted


@pytest.mark.parametrize("path", ["supabase/schema.sql", "scripts/002_rooms.sql", "src/rooms.sql"])
def test_a_table_that_the_code_asks_for_is_made_wherever_it_is_made(path: str) -> None:
    migrations = (SqlFile("supabase/migrations/0001_start.sql", NOTES),)
    loose = (SqlFile(path, SCHEMA),)
    unasked = stated(History(migrations, loose, asked=frozenset({"notes", "other"})))
    assert not opened(unasked)
    asked = stated(History(migrations, loose, asked=frozenset({"notes", "rooms"})))
    assert opened(asked) == {"public.members", "public.rooms"}


def test_a_table_that_a_migration_makes_is_asked_of_no_other_script() -> None:
    migrations = (SqlFile("supabase/migrations/0001_start.sql", NOTES),)
    loose = (SqlFile("scripts/notes.sql", SCHEMA.replace("rooms", "notes")),)
    assert not opened(stated(History(migrations, loose, asked=frozenset({"notes"}))))
