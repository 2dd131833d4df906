"""The live catalogue is read into a Schema as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shipworthy.database.engine import Server
from shipworthy.database.history import History, SqlFile
from shipworthy.database.proof import Era
from shipworthy.database.replay import replay
from shipworthy.database.schema import Schema, Trust

SCRIPT = """
create extension if not exists pg_trgm with schema public;
create type status as enum ('open', 'done');
create schema private;
create table private.keys (id bigint generated always as identity primary key, secret text);
create table projects (id uuid primary key default gen_random_uuid(), name varchar(40) not null);
create table tasks (
  id serial primary key,
  project_id uuid references projects (id) on delete cascade,
  owner_id uuid default auth.uid(),
  status status not null default 'open',
  size numeric(6, 2) generated always as (1) stored,
  constraint small check (status <> 'done' or owner_id is not null),
  unique (owner_id, status)
);
create index by_owner on tasks (owner_id, (id + 1)) where status = 'open';
alter table tasks enable row level security;
alter table tasks force row level security;
create policy own on tasks as restrictive for update to authenticated, anon
  using (auth.uid() = owner_id) with check (true);
create policy seen on tasks for select using (true);
create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touched before insert or update on tasks for each row execute function touch();
create view open_tasks with (security_invoker = true) as select t.id, p.name
  from tasks t join projects p on p.id = t.project_id;
create materialized view counts as select count(*) as n from open_tasks;
create function add(a int, b int default 1, out total int) language sql stable security definer
  set search_path = '' as 'select a + b';
revoke execute on function add(int, int) from public, anon;
create function sum_of(variadic n int[]) returns setof int language sql immutable return 1;
revoke all on tasks from anon;
grant select (id, status) on tasks to anon;
insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true), ('b', 'b', false);
create policy files on storage.objects for select using (bucket_id = 'avatars');
create function handle_new_user() returns trigger language plpgsql security definer as
  $$ begin return new; end $$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function handle_new_user();
alter publication supabase_realtime add table tasks;
"""


@pytest.fixture(scope="module")
def schema(server: Server) -> Iterator[Schema]:
    database = server.database(Era.LEGACY)
    result, found = replay(database, History((SqlFile("a.sql", SCRIPT),)))
    assert not result.failures
    yield found
    database.drop()


def test_tables_and_views_are_those_of_the_prototype(schema: Schema) -> None:
    assert {name: table.kind for name, table in schema.tables.items()} == {
        "private.keys": "table",
        "public.projects": "table",
        "public.tasks": "table",
        "public.open_tasks": "view",
        "public.counts": "materialized view",
        "storage.objects": "table",
        "auth.users": "table",
    }
    assert schema.enums == {"public.status": ("open", "done")}
    assert schema.published == {"public.tasks"}
    assert "public" in schema.exposed


def test_columns(schema: Schema) -> None:
    columns = {c.name: c for c in schema.tables["public.tasks"].columns}
    assert {name: c.type for name, c in columns.items()} == {
        "id": "integer",
        "project_id": "uuid",
        "owner_id": "uuid",
        "status": "public.status",
        "size": "numeric(6,2)",
    }
    assert [name for name, c in columns.items() if not c.nullable] == ["id", "status"]
    assert columns["owner_id"].default == "auth.uid()"
    assert columns["size"].generated
    key = schema.tables["private.keys"].column("id")
    assert key is not None
    assert key.generated


def test_keys_indexes_and_checks(schema: Schema) -> None:
    tasks = schema.tables["public.tasks"]
    assert tasks.primary_key == ("id",)
    (foreign,) = tasks.foreign_keys
    assert (foreign.columns, foreign.target, foreign.target_columns, foreign.on_delete) == (
        ("project_id",),
        "public.projects",
        ("id",),
        "CASCADE",
    )
    indexes = {index.name: index for index in tasks.indexes}
    assert indexes["by_owner"].columns == ("owner_id", "")
    assert indexes["by_owner"].predicate == "(status = 'open'::public.status)"
    assert indexes["tasks_pkey"].primary
    assert indexes["tasks_owner_id_status_key"].constraint
    assert not indexes["by_owner"].constraint
    (check,) = tasks.checks
    assert (check.name, set(check.columns)) == ("small", {"owner_id", "status"})
    assert check.definition.startswith("CHECK (")


def test_rules_and_grants(schema: Schema) -> None:
    tasks = schema.tables["public.tasks"]
    assert tasks.row_security
    assert tasks.forced
    own, seen = tasks.policies
    assert (own.name, own.command, own.roles, own.permissive, own.using, own.check) == (
        "own",
        "UPDATE",
        ("anon", "authenticated"),
        False,
        "(auth.uid() = owner_id)",
        "true",
    )
    assert (seen.roles, seen.using, seen.check) == (("public",), "true", None)
    assert "anon" not in tasks.grants
    assert "SELECT" in tasks.grants["authenticated"]
    assert tasks.column_grants == {("anon", "SELECT"): {"id", "status"}}
    assert tasks.triggers[0].events == ("INSERT", "UPDATE")
    assert tasks.triggers[0].function == "public.touch"


def test_views_name_what_they_read(schema: Schema) -> None:
    view = schema.tables["public.open_tasks"]
    assert view.invoker
    assert view.depends_on == ("public.projects", "public.tasks")
    assert "JOIN" in view.definition
    assert schema.tables["public.counts"].depends_on == ("public.open_tasks",)


def test_functions(schema: Schema) -> None:
    assert set(schema.functions) == {
        "public.touch()",
        "public.add(integer, integer)",
        "public.sum_of(integer[])",
        "public.handle_new_user()",
    }
    add = schema.functions["public.add(integer, integer)"]
    assert (add.argument_names, add.defaults, add.returns) == (("a", "b"), 1, "integer")
    assert (add.definer, add.search_path, add.volatility) == (True, '""', "stable")
    assert add.callers == {"authenticated", "service_role"}
    assert schema.functions["public.touch()"].is_trigger
    assert "RETURN 1" in schema.functions["public.sum_of(integer[])"].body


def test_tables_of_the_platform_show_what_was_added_alone(schema: Schema) -> None:
    objects, users = schema.tables["storage.objects"], schema.tables["auth.users"]
    assert objects.source.trust is Trust.PLATFORM
    assert [policy.name for policy in objects.policies] == ["files"]
    assert [trigger.name for trigger in objects.triggers] == []
    assert [trigger.name for trigger in users.triggers] == ["on_auth_user_created"]
    assert {name: bucket.public for name, bucket in schema.buckets.items()} == {
        "avatars": True,
        "b": False,
    }
