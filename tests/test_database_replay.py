"""A history is replayed as the platform does it, mended where it lacks something, and never trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from shipworthy.database.engine import Database, EngineOptions, Server, start
from shipworthy.database.history import History, SqlFile
from shipworthy.database.proof import Era, Fate, Replay
from shipworthy.database.replay import replay
from shipworthy.database.schema import Schema, Trust
from shipworthy.finding import Location

Replayed = tuple[Replay, Schema]
Run = Callable[..., Replayed]

TYPES = """export type Database = { public: {
  Tables: {
    clients: {
      Row: { id: string; email: string; level: Database["public"]["Enums"]["level"]; at: string }
      Insert: { id?: string; email: string; level?: Database["public"]["Enums"]["level"] }
      Relationships: []
    }
    notes: { Row: { id: string; body: string | null }; Insert: { id?: string }; Relationships: [] }
  }
  Enums: { level: "low" | "high" }
} }
"""


@pytest.fixture
def run(server: Server) -> Iterator[Run]:
    databases: list[Database] = []

    def one(
        *migrations: str, loose: tuple[str, ...] = (), types: str = "", **more: bool
    ) -> Replayed:
        history = History(
            tuple(SqlFile(f"migrations/{i}.sql", text) for i, text in enumerate(migrations, 1)),
            tuple(SqlFile(f"sql/{i}.sql", text) for i, text in enumerate(loose, 1)),
            SqlFile("types.ts", types) if types else None,
        )
        databases.append(server.database(Era.LEGACY))
        return replay(databases[-1], history, **more)

    yield one
    for database in databases:
        database.drop()


def at(path: str, line: int) -> Location:
    return Location(f"migrations/{path}.sql", line)


def test_every_object_knows_its_file_and_line(run: Run) -> None:
    _, schema = run(
        "create table notes (id uuid primary key);\n\nalter table notes\n enable row level security;\n"
        'create policy "own" on notes using (true);\ncreate index on notes (id);',
        "do $$ begin\n alter table notes add column body text; end $$;\n"
        "create function f() returns int language sql as 'select 1';\n"
        "create or replace function f() returns int language sql as 'select 2';\n"
        "revoke select on notes from anon;\n"
        "insert into storage.buckets (id, name, public) values ('files', 'files', true);",
    )
    notes = schema.tables["public.notes"]
    assert notes.source.location == at("1", 1)
    assert notes.row_security_source is not None
    assert notes.row_security_source.location == at("1", 3)
    assert notes.policies[0].source is not None
    assert notes.policies[0].source.location == at("1", 5)
    assert {i.name: i.source.location for i in notes.indexes if i.source} == {
        "notes_id_idx": at("1", 6),
        "notes_pkey": at("1", 1),
    }
    assert [(c.name, c.source and c.source.location) for c in notes.columns] == [
        ("id", None),
        ("body", at("2", 1)),
    ]
    assert {role: source.location for role, source in notes.grant_sources.items()} == {
        "anon": at("2", 5)
    }
    assert schema.functions["public.f()"].source.location == at("2", 4)
    assert schema.buckets["files"].source.location == at("2", 6)


def test_an_object_made_again_is_where_it_was_made_last(run: Run) -> None:
    _, schema = run(
        'create table t (id int);\ncreate policy "p" on t using (true);',
        'drop policy "p" on t;\ncreate policy "p" on t using (false);\ndrop table if exists u;',
    )
    policy = schema.tables["public.t"].policies[0]
    assert policy.source is not None
    assert policy.source.location == at("2", 2)


def test_a_file_that_fails_leaves_nothing(run: Run) -> None:
    result, schema = run(
        "create table a (id int);",
        "create table b (id int); create table a (id int);",
        "create table c ()",
    )
    assert set(schema.tables) == {"public.a", "public.c"}
    assert (result.files, result.clean_files) == (3, 2)
    assert result.statements == {Fate.APPLIED: 2, Fate.ROLLED_BACK: 1, Fate.FAILED: 1}
    assert [(f.location, f.error) for f in result.failures] == [
        (at("2", 1), '42P07: relation "a" already exists')
    ]


def test_a_statement_that_needs_production_rows_is_skipped(run: Run) -> None:
    result, schema = run(
        "create table a (id int primary key);\ncreate table b (a int references a);\n"
        "insert into b values (7);\ncreate table c ();"
    )
    assert "public.c" in schema.tables
    assert result.statements == {Fate.APPLIED: 3, Fate.SKIPPED: 1}
    assert result.clean_files == 1


def test_a_later_migration_supplies_what_is_missing(run: Run) -> None:
    result, schema = run(
        "create table tasks (owner uuid references people (id));",
        "create type kind as enum ('a');\ncreate table people (id uuid primary key, kind kind);\n"
        "alter table people enable row level security;",
    )
    people = schema.tables["public.people"]
    assert result.clean_files == 2
    assert people.source.trust is Trust.MIGRATION
    assert people.source.location == at("2", 2)
    assert people.row_security
    assert people.judged
    assert {repair.target for repair in result.repairs} == {
        "table public.people",
        "type public.kind",
    }


def test_a_loose_script_supplies_a_table_with_its_rules(run: Run) -> None:
    _, schema = run(
        "alter table people add column age int;",
        loose=(
            "create table people (id uuid primary key);",
            "alter table people enable row level security;\n"
            "create policy own on people using (auth.uid() = id);",
        ),
    )
    people = schema.tables["public.people"]
    assert people.source.trust is Trust.LOOSE
    assert people.row_security
    assert [policy.name for policy in people.policies] == ["own"]
    assert people.column("age")
    assert people.judged


def test_generated_types_supply_a_table_that_is_not_judged(run: Run) -> None:
    result, schema = run(
        "create table orders (client uuid references clients (id));\n"
        "create policy p on clients using (level = 'high');",
        "alter table clients add column email text;",
        types=TYPES,
    )
    clients = schema.tables["public.clients"]
    assert result.clean_files == 2
    assert clients.source.trust is Trust.GENERATED
    assert clients.source.location == Location("types.ts", 3)
    assert not clients.judged
    assert schema.enums["public.level"] == ("low", "high")
    assert result.fidelity is not None
    assert result.fidelity.missing == ("public.clients", "public.notes")


def test_a_stub_is_the_last_resort_and_allows_no_verdict(run: Run) -> None:
    result, schema = run(
        "create table notes (id uuid);\nalter table notes enable row level security;\n"
        "create policy p on notes using (is_admin(auth.uid()));\n"
        "alter table dashboards add column x int;"
    )
    assert result.clean_files == 1
    assert schema.tables["public.dashboards"].source.trust is Trust.STUB
    assert schema.functions["public.is_admin(uuid)"].source.trust is Trust.STUB
    assert "rests on something that no file defines" in schema.tables["public.notes"].tainted


def test_a_user_of_the_platform_is_supplied(run: Run) -> None:
    user = "7f6b1a30-0000-4000-8000-000000000001"
    result, _ = run(
        "create table profiles (id uuid primary key references auth.users);\n"
        f"insert into profiles values ('{user}');"
    )
    assert [repair.target for repair in result.repairs] == [f"auth user {user}"]
    assert result.statements == {Fate.APPLIED: 1, Fate.REPAIRED: 1}


def test_dropping_what_is_not_there_is_no_failure(run: Run) -> None:
    result, _ = run("create table t ();\ndrop policy p on t;\ndrop function f(int);\ndrop table u;")
    assert result.statements == {Fate.APPLIED: 1, Fate.REPAIRED: 3}


def test_without_mending_nothing_is_supplied(run: Run) -> None:
    result, schema = run("alter table a add column b int;", "create table c ()", mend=False)
    assert result.clean_files == 1
    assert set(schema.tables) == {"public.c"}


def test_a_rule_that_was_lost_taints_its_table(run: Run) -> None:
    _, schema = run(
        "create table open (id int);\ncreate table fixed (id int);",
        "alter table open enable row level security;\ncreate policy p on fixed using (true);\nselect 1/0;",
        "create policy p on fixed using (false);",
    )
    assert schema.tables["public.open"].tainted == (
        "the rule at migrations/2.sql:1 was rolled back with its file"
    )
    assert not schema.tables["public.open"].judged
    assert not schema.tables["public.fixed"].tainted


def test_a_lost_revoke_taints_the_function(run: Run) -> None:
    _, schema = run(
        "create function f() returns int language sql as 'select 1';\n"
        "create function g() returns int language sql as 'select 1';",
        "revoke execute on function public.f() from anon; select 1/0",
    )
    assert schema.functions["public.f()"].tainted
    assert not schema.functions["public.g()"].tainted


def test_a_lost_rule_that_stands_anyway_taints_nothing(run: Run) -> None:
    rules = "alter table t enable row level security;\ncreate policy p on t using (true);"
    _, schema = run(f"create table t ();\n{rules}", rules, "drop policy q on t; select 1/0")
    assert not schema.tables["public.t"].tainted


def test_an_index_is_built_concurrently_elsewhere(run: Run) -> None:
    result, schema = run(
        "begin;\ncreate table t (a int);\ncreate index concurrently i on t (a);\ncommit;"
    )
    assert result.statements == {Fate.APPLIED: 4}
    assert [index.name for index in schema.tables["public.t"].indexes] == ["i"]


def test_scripts_without_migrations_are_put_in_order(run: Run) -> None:
    result, schema = run(
        loose=(
            "create table b (a int references a);\ncreate type k as enum ('x');",
            "create table a (id int primary key); create table c (k k default 'x');",
        )
    )
    assert result.clean_files == 2
    assert schema.tables["public.b"].source.trust is Trust.LOOSE
    assert any("order" in note for note in result.notes)


def test_a_file_that_ends_its_transaction_ends_nothing(run: Run) -> None:
    result, schema = run("create table a ();\ncommit;\nrollback;\ncreate table b ();\nselect 1/0;")
    assert schema.tables == {}
    assert result.clean_files == 0


def test_settings_of_a_file_end_with_it(run: Run) -> None:
    _, schema = run(
        "set search_path = ''; set role anon; set default_transaction_read_only = on;",
        "create table t ()",
    )
    assert set(schema.tables) == {"public.t"}


def test_no_sql_can_forge_where_an_object_comes_from(run: Run) -> None:
    attempts = [
        "insert into shipworthy.made values (1, 1, 1)",
        "update shipworthy.made set statement = 1",
        "drop event trigger shipworthy_ddl",
        "alter event trigger shipworthy_ddl disable",
        "drop schema shipworthy cascade",
        "create or replace function shipworthy.number() returns int language sql as 'select 1'",
        "select shipworthy.note_granted(1)",
        "set event_triggers = off",
    ]
    for attempt in attempts:
        result, _ = run(attempt)
        assert result.clean_files == 0 or result.statements == {Fate.SKIPPED: 1}, attempt
    _, schema = run(
        "select 1;",
        "set standard_conforming_strings = off;\nset session_replication_role = replica;\n"
        "set shipworthy.number = '1';\n/*shipworthy 1*/ create table t ();\n"
        "do $$ begin /*shipworthy 1*/ execute '/*shipworthy 1*/ create table u ()'; end $$;",
    )
    assert schema.tables["public.t"].source.location == at("2", 4)
    assert schema.tables["public.u"].source.location == at("2", 5)


def test_nothing_of_ours_stays_in_the_database(server: Server) -> None:
    database = server.database(Era.LEGACY)
    replay(database, History((SqlFile("a.sql", "create table t ()"),)))
    with database.connect("supabase_admin") as admin:
        query = "SELECT count(*) FROM pg_namespace WHERE nspname = 'shipworthy'"
        assert admin.execute(query).fetchall() == [(0,)]
        assert admin.execute("SELECT count(*) FROM pg_event_trigger").fetchall() == [(0,)]
    database.drop()


def test_rows_that_a_statement_returns_are_thrown_away(run: Run) -> None:
    result, _ = run(
        "select repeat('x', 1000) from generate_series(1, 100000);\ncopy pg_class to stdout;"
    )
    assert result.statements == {Fate.APPLIED: 1, Fate.SKIPPED: 1}


def test_text_that_holds_two_statements_is_refused(run: Run) -> None:
    # With this setting a backslash ends no string, and the splitter does not know of it.
    result, schema = run(
        "set standard_conforming_strings = off;\nselect 'a\\'; commit; create table t (); select 'b\\';"
    )
    assert "public.t" not in schema.tables
    assert result.clean_files == 0


def test_fidelity_counts_tables_and_columns(run: Run) -> None:
    result, _ = run(
        "create type level as enum ('low');\ncreate table clients (id uuid, email text);",
        types=TYPES,
    )
    fidelity = result.fidelity
    assert fidelity is not None
    assert (fidelity.tables_matched, fidelity.tables) == (1, 2)
    assert (fidelity.columns_matched, fidelity.columns) == (2, 6)
    assert fidelity.missing == ("public.notes",)


def test_a_repaired_column_gives_way_to_the_migration_that_adds_it(run: Run) -> None:
    result, schema = run(
        "alter table clients add column email varchar(99) default 'x';",
        "alter table clients rename column mail to email2;\ncreate table after ();",
        types=TYPES,
    )
    email = schema.tables["public.clients"].column("email")
    assert email is not None
    assert email.type == "character varying(99)"
    assert result.clean_files == 2
    assert "public.after" in schema.tables


def test_the_rows_of_a_missing_table_can_be_a_type(run: Run) -> None:
    _, schema = run(
        "create function f(client clients) returns int language sql as 'select 1';", types=TYPES
    )
    assert schema.tables["public.clients"].source.trust is Trust.GENERATED


def test_scripts_of_unknown_order_get_their_enum_values(run: Run) -> None:
    result, schema = run(
        loose=(
            "create type k as enum ('a');",
            "create table t (k k default 'b');",
            "alter type k add value if not exists 'b';",
        )
    )
    assert result.clean_files == 3
    assert schema.enums["public.k"] == ("a", "b")
    assert [repair.target for repair in result.repairs] == ["value b of type k"]


def test_a_broken_loose_rule_taints_the_table_it_made(run: Run) -> None:
    _, schema = run(
        "alter table people add column age int;",
        loose=(
            "create table people (id int, phone text);\nrevoke select (fax) on people from nobody_x, anon;"
            "\nalter table people enable row level security, add column id int;",
        ),
    )
    assert schema.tables["public.people"].tainted


def test_what_runs_for_ever_fails_and_the_replay_goes_on() -> None:
    endless = (
        "create table a ();\nset statement_timeout = 0;\ndo $$ begin loop begin perform pg_sleep(100);"
        " exception when query_canceled then null; end; end loop; end $$"
    )
    texts = (endless, "select pg_terminate_backend(pg_backend_pid())", "create table b ()")
    history = History(tuple(SqlFile(f"{i}.sql", text) for i, text in enumerate(texts)))
    with start(EngineOptions(statement_seconds=2)) as server:
        result, schema = replay(server.database(Era.LEGACY), history)
    assert [failure.location.path for failure in result.failures] == ["0.sql", "1.sql"]
    assert set(schema.tables) == {"public.b"}


def test_the_ledger_gives_no_rights_to_the_sql_that_it_watches(run: Run) -> None:
    trap = """
create or replace function pg_temp.take() returns oid language plpgsql as $$ begin
  execute 'alter role postgres superuser'; return 1; end $$;
create temp view {name} as select pg_temp.take() as oid, pg_temp.take() as conrelid,
  pg_temp.take() as objid, null::name as conname, 0::int2 as attnum, pg_temp.take() as attrelid;
create table trapped_{name} (id int primary key);
do $$ begin if (select rolsuper from pg_catalog.pg_roles where rolname = 'postgres') then
  create table public.taken_over (); end if; end $$;
"""
    names = ("pg_constraint", "pg_class", "pg_proc", "pg_attribute", "pg_depend", "pg_policy")
    _, schema = run(*(trap.format(name=name) for name in names))
    assert "public.trapped_pg_class" in schema.tables
    assert "public.taken_over" not in schema.tables
