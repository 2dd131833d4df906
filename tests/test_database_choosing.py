"""Forms of visitors whose rows say of themselves what others decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures_of import prototype_of
from shipworthy.controls.access.rows_writable_by_anybody.control import RowsWritableByAnybody
from shipworthy.finding import Outcome, Severity

FORM = """import { supabase } from "./client";
export const send = (row) => supabase.from("seats").insert(row);
"""
SERVER = """import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
const admin = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
Deno.serve(async (request) => {
  const row = await request.json();
  await admin.from("seats").insert({ guest: row.guest });
  return new Response("ok");
});
"""
STATE = "state text default 'pending' check (state in ('pending', 'approved'))"


def judged(
    folder: Path, columns: str, rule: str = "true", code: str = FORM, more: str = ""
) -> list[Severity]:
    path = "supabase/functions/book/index.ts" if code is SERVER else "src/seats.ts"
    for name, text in {
        path: code,
        "supabase/migrations/0001.sql": f"""
        create table public.seats (id uuid primary key, guest text, {columns});
        alter table public.seats enable row level security;
        create policy add on public.seats for insert to anon, authenticated with check ({rule});{more}""",
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    found = RowsWritableByAnybody().detect(prototype_of(folder, rebuilt=False))
    return [f.severity for f in found if f.outcome is Outcome.GAP]


@pytest.mark.parametrize(
    ("columns", "weight"),
    [
        (f"{STATE}, total_price numeric", Severity.HIGH),
        ("is_paid boolean default false, price int", Severity.HIGH),
        (STATE, Severity.MEDIUM),
        (
            "state text default 'pending' check (state in ('pending', 'confirmed')), price int",
            Severity.MEDIUM,
        ),
    ],
)
def test_a_form_that_lets_visitors_call_a_row_settled(
    tmp_path: Path, columns: str, weight: Severity
) -> None:
    assert judged(tmp_path, columns) == [weight]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ("message text", "true"),
        ("state text default 'new' check (state in ('new', 'read'))", "true"),
        ("state text default 'pending' check (state in ('pending', 'called'))", "true"),
        (STATE, "state = 'pending'"),
        ("total_price numeric", "true"),
    ],
)
def test_a_form_that_decides_nothing_is_no_gap(tmp_path: Path, columns: str, rule: str) -> None:
    assert judged(tmp_path, columns, rule) == []


def test_a_trigger_that_sees_to_the_state_keeps_it(tmp_path: Path) -> None:
    trigger = """
    create function set_state() returns trigger language plpgsql as $$
    begin new.state := 'pending'; return new; end $$;
    create trigger keep before insert on public.seats for each row execute function set_state();"""
    assert judged(tmp_path, STATE, more=trigger) == []


def test_code_with_all_rights_needs_no_rule_for_visitors(tmp_path: Path) -> None:
    assert judged(tmp_path, "message text", code=SERVER) == [Severity.MEDIUM]
