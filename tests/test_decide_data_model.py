"""The data model: where its tables come from decides whether it is kept, hardened, refactored or rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from made_assessments import assessed, written
from shipworthy.decide import Decision, decide
from shipworthy.decide.component import Component
from shipworthy.decide.verdict import Verdict

TABLES = ("orders", "people", "shifts", "rooms")
CODE = "".join(
    f"export const read{n} = () => supabase.from('{name}').select('*').limit(9);\n"
    for n, name in enumerate(TABLES)
)
APP = {
    "package.json": '{"name": "x", "dependencies": {"@supabase/supabase-js": "2.45.0"}}',
    "src/data.ts": "import { createClient } from '@supabase/supabase-js';\n"
    f"const supabase = createClient('a', 'b');\n{CODE}",
    "src/main.ts": "import { read0, read1, read2, read3 } from './data';\n"
    "read0(); read1(); read2(); read3();\n",
    "index.html": '<script type="module" src="/src/main.ts"></script>\n',
}


def sql(*names: str, columns: str = "id int") -> str:
    return "".join(
        f"create table {n} ({columns});\nalter table {n} enable row level security;\n"
        for n in names
    )


def types(*names: str) -> str:
    rows = "".join(f"      {n}: {{ Row: {{ id: number }} }}\n" for n in names)
    return f"export type Database = {{\n  public: {{\n    Tables: {{\n{rows}    }}\n  }}\n}}\n"


def decided(folder: Path, files: Mapping[str, str]) -> Decision:
    return decide(assessed(written(folder, {**APP, **files})))


@pytest.mark.parametrize(
    ("files", "verdict", "ground"),
    [
        ({}, Verdict.REBUILD, "schema-lost"),
        ({"src/types.ts": types(*TABLES)}, Verdict.REFACTOR, "schema-scattered"),
        ({"supabase/migrations/1_a.sql": sql(*TABLES[:3])}, Verdict.HARDEN, "schema-behind"),
        (
            {f"sql/{name}.sql": sql(name) for name in TABLES},
            Verdict.REFACTOR,
            "schema-scattered",
        ),
        (
            {"supabase/migrations/1_a.sql": sql(*TABLES)}
            | {f"sql/{n}.sql": sql(n, columns="code text") for n in TABLES[:2]},
            Verdict.REFACTOR,
            "rival-schemas",
        ),
    ],
    ids=["nothing", "types-alone", "one-missing", "loose-scripts", "rivals"],
)
def test_where_tables_are_defined_decides_on_the_data_model(
    tmp_path: Path, files: Mapping[str, str], verdict: Verdict, ground: str
) -> None:
    decision = decided(tmp_path, files)
    assert decision.verdict(Component.DATA_MODEL) is verdict
    assert ground in {g.name for g in decision.grounds}


def test_three_further_places_ask_for_one_history(tmp_path: Path) -> None:
    many = {"supabase/migrations/1_a.sql": sql(*TABLES, "a", "b", "c", "d", "e", "f")}
    code = "".join(f"supabase.from('{n}').select('*').limit(9);\n" for n in (*"abcdefxyz",))
    asking = {"src/data.ts": APP["src/data.ts"] + code}
    scripts = {f"sql/{n}.sql": sql(n) for n in "xyz"}
    found = decided(tmp_path / "three", many | asking | scripts)
    assert "schema-scattered" in {g.name for g in found.grounds}
    found = decided(tmp_path / "one", many | asking | {"sql/more.sql": sql(*"xyz")})
    assert "schema-scattered" not in {g.name for g in found.grounds}


def test_one_history_that_makes_all_tables_is_no_ground(tmp_path: Path) -> None:
    decision = decided(tmp_path, {"supabase/migrations/1_a.sql": sql(*TABLES)})
    assert not [g for g in decision.grounds if g.component is Component.DATA_MODEL]


def test_mapper_ahead_of_its_migrations_is_hardened(tmp_path: Path) -> None:
    models = "".join(f"model {n} {{\n  id Int @id\n}}\n" for n in TABLES)
    files = {"prisma/schema.prisma": models}
    ahead = decided(tmp_path / "ahead", files)
    assert "schema-behind" in {g.name for g in ahead.grounds}
    migrated = {**files, "prisma/migrations/1_a/migration.sql": sql(*TABLES)}
    assert not decided(tmp_path / "migrated", migrated).grounds


def test_wide_table_of_settings_is_no_ground(tmp_path: Path) -> None:
    wide = ", ".join(f"c{n} int" for n in range(120))
    history = sql(*TABLES) + f"create table %s ({wide});\n"
    told = {"supabase/migrations/1_a.sql": history % "site_settings"}
    assert not decided(tmp_path / "settings", told).grounds
    told = {"supabase/migrations/1_a.sql": history % "leads"}
    names = {g.name for g in decided(tmp_path / "leads", told).grounds}
    assert names == {"tables-too-wide"}


def test_catalogues_of_the_database_and_counts_are_no_lost_tables(tmp_path: Path) -> None:
    code = """from sqlalchemy import func
def look(db, day):
    db.execute("SELECT pid FROM pg_stat_activity WHERE state = 'idle'")
    db.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    return db.query(func.count()).all(), db.query(day, func.count()).all()
"""
    files = {"requirements.txt": "sqlalchemy==2.0.36\n", "main.py": code}
    assert "schema-in-repository" not in {
        s.name for s in decide(assessed(written(tmp_path, files))).signals
    }


def test_collections_of_a_document_store_are_no_lost_tables(tmp_path: Path) -> None:
    code = "import mongoose from 'mongoose';\n" + "".join(
        f"const {n} = mongoose.model('{n}', new mongoose.Schema({{}}));\n"
        f"export const find{n} = () => {n}.find({{}}).limit(5);\n"
        for n in ("Order", "Person", "Shift", "Room")
    )
    files = {
        "package.json": '{"name": "x", "dependencies": {"mongoose": "8.8.0"}}',
        "src/data.ts": code,
        "src/main.ts": "import { findOrder } from './data';\nfindOrder();\n",
    }
    assert not decided(tmp_path, files).grounds
