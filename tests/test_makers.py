"""What makes the tables: histories, schemas in code, scripts, types; and which of them rival."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from made_assessments import written
from shipworthy.prototype import read_prototype
from shipworthy.prototype.tables.makers import Kind, Maker, makers, rivals

ORDERS = "create table orders (id int, total int);\n"
PACKAGE = {"package.json": '{"name": "x"}', "src/index.ts": "export const a = 1;\n"}


def made(folder: Path, files: Mapping[str, str]) -> tuple[Maker, ...]:
    return makers(read_prototype(written(folder, {**PACKAGE, **files})))


def test_migrations_of_one_folder_are_one_history(tmp_path: Path) -> None:
    files = {
        "supabase/migrations/1_a.sql": ORDERS,
        "supabase/migrations/2_b.sql": "create table orders (id int, total int, paid boolean);\n",
    }
    (maker,) = found = made(tmp_path, files)
    assert (maker.kind, maker.name) == (Kind.HISTORY, "supabase/migrations")
    assert not list(rivals(found))


def test_numbered_scripts_are_a_history_and_others_are_not(tmp_path: Path) -> None:
    numbered = {f"scripts/{n:03}_part.sql": f"create table t{n} (id int);\n" for n in range(1, 4)}
    (maker,) = made(tmp_path / "a", numbered)
    assert maker.kind is Kind.HISTORY
    twice = {f"scripts/001_{name}.sql": f"create table {name} (id int);\n" for name in "abc"}
    assert {m.kind for m in made(tmp_path / "b", twice)} == {Kind.SCRIPT}


@pytest.mark.parametrize(
    ("script", "rivalling"),
    [
        ("create table orders (id int, amount int);\n", True),
        (ORDERS, False),  # a copy
        ("create table orders (id int, total int, paid boolean);\n", False),  # its later state
    ],
)
def test_script_rivals_a_history_where_it_lacks_a_column_of_it(
    tmp_path: Path, script: str, rivalling: bool
) -> None:
    files = {"supabase/migrations/1_a.sql": ORDERS, "db/setup.sql": script}
    assert bool(list(rivals(made(tmp_path, files)))) is rivalling


def test_schema_of_a_mapper_is_no_rival_of_its_migrations(tmp_path: Path) -> None:
    model = 'model Order {\n  id Int @id\n  paid Boolean\n  @@map("orders")\n}\n'
    files = {"prisma/schema.prisma": model, "prisma/migrations/1_a/migration.sql": ORDERS}
    found = made(tmp_path, files)
    assert [(m.kind, m.name) for m in found] == [
        (Kind.HISTORY, "prisma/migrations"),
        (Kind.SCHEMA, "prisma"),
    ]
    assert not list(rivals(found))


@pytest.mark.parametrize("rows", ["COPY public.orders (id) FROM stdin;\n1\n\\.\n", ""])
def test_dump_with_rows_is_a_backup_and_one_without_is_a_script(tmp_path: Path, rows: str) -> None:
    dump = f"--\n-- PostgreSQL database dump\n--\nCREATE TABLE public.orders (id int);\n{rows}"
    assert [m.kind for m in made(tmp_path, {"prod_dump.sql": dump})] == (
        [] if rows else [Kind.SCRIPT]
    )


@pytest.mark.parametrize(
    ("call", "makes"),
    [
        ("console.log(`{}`)", False),
        ("throw new Error(`{}`)", False),
        ("res.json({ sql: `{}` })", False),
        ("await pool.query(`{}`)", True),
    ],
)
def test_statement_that_is_shown_makes_no_table(tmp_path: Path, call: str, makes: bool) -> None:
    said = (
        call.replace("{}", ORDERS.strip(), 1)
        if "{ sql" not in call
        else ("res.json({ sql: `" + ORDERS.strip() + "` })")
    )
    code = f"export async function make(pool: any, res: any) {{ {said}; }}\n"
    assert bool(made(tmp_path, {"src/make.ts": code})) is makes


def test_views_and_renamed_tables_are_made_as_well(tmp_path: Path) -> None:
    sql = f"""{ORDERS}
        create or replace view public.open_orders as (table orders);
        -- create view not_me as (table orders);
        alter table if exists only orders rename to sales;
    """
    (maker,) = made(tmp_path, {"supabase/migrations/1_a.sql": sql})
    assert set(maker.tables) == {"order", "openorder", "sale"}
