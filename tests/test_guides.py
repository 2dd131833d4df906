"""SQL that stands in a guide alone is followed as a script that somebody runs by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.database.history import History
from shipworthy.errors import FactUnavailable
from shipworthy.pipeline import open_prototype
from shipworthy.settings import Settings

CODE = {
    "package.json": '{"dependencies": {"@supabase/supabase-js": "^2.45.0"}}',
    "src/rows.ts": (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const { VITE_SUPABASE_URL, VITE_SUPABASE_ANON_KEY } = import.meta.env;\n"
        "const supabase = createClient(VITE_SUPABASE_URL, VITE_SUPABASE_ANON_KEY);\n"
        'export const pupils = () => supabase.from("pupils").select("*");\n'
    ),
}
TABLE = "create table pupils (id uuid primary key, full_name text, phone text);\n"
RULES = (
    "alter table pupils enable row level security;\n"
    'create policy "read" on pupils for select using (true);\n'
)
GUIDE = f"# Setting up\n\nRun this script:\n\n```sql\n{TABLE}{RULES}```\n"


def read(folder: Path, files: dict[str, str]) -> History | None:
    for path, text in {**CODE, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return open_prototype(folder, Settings()).database_history


@pytest.mark.parametrize("path", ["README.md", "SETUP.md", "docs/database.md"])
def test_a_guide_is_all_that_tells_of_the_database(path: str, tmp_path: Path) -> None:
    history = read(tmp_path, {path: GUIDE})
    assert history
    assert [file.path for file in history.loose] == [path]
    assert history.loose[0].text.splitlines()[5] == TABLE.strip()
    assert history.supabase


def test_a_guide_may_fence_its_script_with_tildes(tmp_path: Path) -> None:
    history = read(tmp_path, {"README.md": GUIDE.replace("```", "~~~")})
    assert history
    assert [file.path for file in history.loose] == ["README.md"]


def test_a_script_among_documents_is_read_where_there_is_no_other(tmp_path: Path) -> None:
    history = read(tmp_path, {"docs/schema.sql": TABLE + RULES, "README.md": GUIDE})
    assert history
    assert [file.path for file in history.loose] == ["docs/schema.sql"]


def test_a_guide_that_says_the_same_again_adds_nothing(tmp_path: Path) -> None:
    history = read(tmp_path, {"README.md": GUIDE, "docs/database.md": GUIDE})
    assert history
    assert [file.path for file in history.loose] == ["README.md"]


def test_tables_without_a_word_of_rules_are_open_where_the_editor_runs_them(tmp_path: Path) -> None:
    bare = f"Paste this into the SQL editor:\n\n```sql\n{TABLE}```\n"
    history = read(tmp_path, {"README.md": bare})
    assert history
    assert history.loose


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": GUIDE.replace("Run this script", "The design")},  # nobody is told to run it
        {"README.md": GUIDE.replace("pupils", "teachers")},  # the code asks for none of it
        {"README.md": GUIDE.replace("Run this script", "For testing, run this script instead")},
        {"attached_assets/notes.md": GUIDE},
        {
            "README.md": f"Run this in the SQL editor and switch RLS on:\n\n```sql\n{TABLE}```\n"
        },  # who reads it does the rest by hand
    ],
)
def test_a_sketch_is_no_guide(files: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(FactUnavailable, match="no migration is here"):
        read(tmp_path, files)


def test_a_guide_beside_scripts_says_nothing(tmp_path: Path) -> None:
    history = read(tmp_path, {"README.md": GUIDE, "supabase/schema.sql": TABLE})
    assert history
    assert [file.path for file in history.loose] == ["supabase/schema.sql"]
