"""Which files make a prototype's database, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.database.history import History
from shipworthy.errors import FactUnavailable, ShipworthyError
from shipworthy.pipeline import open_prototype
from shipworthy.prototype import read_prototype
from shipworthy.settings import Settings

TABLE = "create table public.things (id uuid primary key, owner uuid references auth.users);\n"


def test_migrations_of_the_platform_run_in_the_order_of_their_names(tmp_path: Path) -> None:
    history = _history(
        tmp_path,
        {
            "supabase/migrations/20250102000000_b.sql": "select 1;",
            "supabase/migrations/20250101000000_a.sql": TABLE,
            "supabase/migrations/20250103_c.sql": "select 2;",
        },
    )
    assert [f.path[-5:] for f in history.migrations] == ["a.sql", "b.sql", "c.sql"]
    assert history.supabase


def test_scripts_beside_the_migrations_are_loose(tmp_path: Path) -> None:
    history = _history(
        tmp_path,
        {
            "supabase/migrations/20250101000000_a.sql": TABLE,
            "scripts/10_later.sql": TABLE,
            "scripts/2_first.sql": TABLE,
        },
    )
    assert [f.path for f in history.loose] == ["scripts/2_first.sql", "scripts/10_later.sql"]


def test_migrations_of_prisma_stand_in_folders_of_their_own(tmp_path: Path) -> None:
    history = _history(
        tmp_path,
        {
            "prisma/migrations/20250102_b/migration.sql": "alter table things add column n int;",
            "prisma/migrations/20250101_a/migration.sql": "create table things (id uuid primary key);",
        },
    )
    assert [f.path.split("/")[2] for f in history.migrations] == ["20250101_a", "20250102_b"]
    assert not history.supabase


def test_archived_and_discarded_scripts_are_no_history(tmp_path: Path) -> None:
    history = _history(
        tmp_path,
        {
            "supabase/migrations/20250101000000_a.sql": TABLE,
            ".bolt/supabase_discarded_migrations/x.sql": TABLE,
            "docs/old.sql": TABLE,
            "supabase/migrations/archive/20240101000000_z.sql": TABLE,
        },
    )
    assert len(history.migrations) == 1
    assert not history.loose


_CLIENT = (
    'import { createClient } from "@supabase/supabase-js";\n'
    'export const db = createClient("https://abcdefghijklmnopqrst.supabase.co", "key", {\n'
    '  db: { schema: "lending" },\n'
    "});\n"
    'export const tools = () => db.from("tools").select("*");\n'
)


def test_migrations_kept_among_the_documents_are_read_where_there_are_no_others(
    tmp_path: Path,
) -> None:
    history = _history(
        tmp_path,
        {
            "package.json": '{"dependencies": {"@supabase/supabase-js": "2.49.4"}}',
            "src/db.ts": _CLIENT,
            "docs/applied-migrations/tools.sql": "create table lending.tools (id uuid primary key);\n",
            "docs/applied-migrations/lend.sql": "create or replace function lending.lend(tool uuid)"
            " returns void language sql security definer as $$ select 1 $$;\n",
            "docs/guide.sql": "select 1;\n",
        },
    )
    assert [f.path.rpartition("/")[2] for f in history.loose] == ["lend.sql", "tools.sql"]
    assert history.exposed == ("public", "lending")


def test_the_schemas_that_the_platform_serves_stand_in_its_settings(tmp_path: Path) -> None:
    history = _history(
        tmp_path,
        {
            "supabase/config.toml": '[api]\nschemas = ["public", "graphql_public", "shop"]\n',
            "supabase/migrations/20250101000000_a.sql": TABLE,
        },
    )
    assert history.exposed == ("public", "shop")


def test_the_types_with_the_most_tables_are_the_generated_ones(tmp_path: Path) -> None:
    row = "Tables: { a: { Row: { id: string } } }"
    history = _history(
        tmp_path,
        {
            "supabase/migrations/20250101000000_a.sql": TABLE,
            "src/integrations/supabase/types.ts": f"export type Database = {{ public: {{ {row} }} }}",
            "src/types.ts": "export type Tables = { name: string }",
        },
    )
    assert history.generated
    assert history.generated.path == "src/integrations/supabase/types.ts"


def test_a_database_that_is_only_hosted_there_shows_nobody_a_key(tmp_path: Path) -> None:
    history = _history(
        tmp_path,
        {
            "package.json": '{"dependencies": {"drizzle-orm": "0.39.1", "postgres": "3.4.5"}}',
            "server/db.ts": "const url = 'postgres://postgres@db.abcdefgh.supabase.co:5432/postgres';",
            "migrations/0000_start.sql": "create table people (id serial primary key, email text);",
        },
    )
    assert not history.supabase


def test_mysql_is_declined(tmp_path: Path) -> None:
    with pytest.raises(FactUnavailable, match="MySQL"):
        _history(
            tmp_path,
            {"schema.sql": "CREATE TABLE `t` (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;"},
        )


def test_without_sql_there_is_no_history(tmp_path: Path) -> None:
    (tmp_path / "app.ts").write_text("export const a = 1;")
    assert read_prototype(tmp_path).database_history is None


def test_supabase_without_migrations_is_said(tmp_path: Path) -> None:
    package = '{"dependencies": {"@supabase/supabase-js": "2.49.4"}}'
    code = (
        "import { createClient } from '@supabase/supabase-js'; export const s = createClient(u, k);"
    )
    with pytest.raises(FactUnavailable, match="supabase db pull"):
        _history(tmp_path, {"package.json": package, "src/client.ts": code})


def test_rules_without_the_tables_that_they_are_for_are_said(tmp_path: Path) -> None:
    package = '{"dependencies": {"@supabase/supabase-js": "2.49.4"}}'
    code = (
        "import { createClient } from '@supabase/supabase-js';\n"
        "export const s = createClient(u, k);\n"
        "export const all = () => s.from('members').select('*');\n"
    )
    rule = "create policy a on storage.objects for select using (true);"
    with pytest.raises(FactUnavailable, match="no SQL here makes its tables"):
        _history(
            tmp_path,
            {"package.json": package, "src/client.ts": code, "src/lib/rules.sql": rule},
        )


def test_rules_for_tables_that_no_sql_makes_are_said_to_be_unread(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2.49.4"}}',
        "src/client.ts": (
            "import { createClient } from '@supabase/supabase-js';\n"
            "export const s = createClient(import.meta.env.VITE_SUPABASE_URL, 'k');\n"
            "export const all = () => s.from('drawings').select('*');\n"
        ),
        "src/lib/counts.sql": "select count(*) from drawings;",
        "src/lib/policies.sql": "create policy p on public.drawings for select using (true);",
    }
    with pytest.raises(FactUnavailable, match=r"src/lib/policies\.sql is not followed"):
        _history(tmp_path, files)


def test_declared_tables_are_public(tmp_path: Path) -> None:
    history = _history(
        tmp_path,
        {
            "supabase/migrations/20250101000000_a.sql": TABLE,
            "shipworthy.toml": '[database]\npublic = ["things", "app.posts"]\n',
        },
    )
    assert history.declared_public == {"public.things", "app.posts"}


@pytest.mark.parametrize(
    "text", ["[database\n", '[database]\npublic = "things"\n', "database = 3\n"]
)
def test_a_broken_declaration_is_an_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(ShipworthyError, match=r"shipworthy\.toml"):
        _history(
            tmp_path, {"supabase/migrations/20250101000000_a.sql": TABLE, "shipworthy.toml": text}
        )


def _history(root: Path, files: dict[str, str]) -> History:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    history = open_prototype(root, Settings()).database_history
    assert history is not None
    return history
