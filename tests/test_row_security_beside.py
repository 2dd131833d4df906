"""Scripts beside the migrations that switch row security on or off may have been run, or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.database.rls_disabled.control import RlsDisabled
from shipworthy.finding import Outcome

_TABLE = "create table public.notes (id uuid primary key, user_id uuid, email text);"
_ON = "alter table public.notes enable row level security;"
_OFF = "alter table public.notes disable row level security;"
_PAGE = """import { createClient } from "@supabase/supabase-js";
export const db = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_ANON_KEY);
export const notes = () => db.from("notes").select("*");
"""


@pytest.mark.parametrize(
    ("migration", "script", "outcome", "said"),
    [
        ("", "select 1;", Outcome.GAP, "Row security is off"),
        ("", _ON, Outcome.UNKNOWN, "switches row security on"),
        ("", f"{_ON} {_OFF}".replace("; ", ";\n"), Outcome.GAP, "Row security is off"),
        (_ON, "select 1;", Outcome.SATISFIED, "Row security is on"),
        (_ON, _OFF, Outcome.UNKNOWN, "switches row security off"),
        (_ON, f"-- {_OFF}", Outcome.SATISFIED, "Row security is on"),
        (_ON, f"{_OFF} {_ON}".replace("; ", ";\n"), Outcome.SATISFIED, "Row security is on"),
    ],
)
def test_row_security_that_a_script_switches(
    tmp_path: Path, migration: str, script: str, outcome: Outcome, said: str
) -> None:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2.49.4", "vite": "6.3.5"}}',
        "src/db.ts": _PAGE,
        "supabase/migrations/20250101000000_notes.sql": f"{_TABLE}\n{migration}",
        "scripts/fix.sql": script,
    }
    found = RlsDisabled().detect(prototype_of(tmp_path, files))
    told = [(f.outcome, f.message) for f in found if f.subject == "public.notes"]
    assert [o for o, _ in told] == [outcome]
    assert said in told[0][1]
