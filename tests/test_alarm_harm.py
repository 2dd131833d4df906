"""What is lost, counted or opened weighs as much as it harms somebody."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.exposed_function.control import ExposedFunction
from shipworthy.controls.access.rows_writable_by_anybody.control import RowsWritableByAnybody
from shipworthy.controls.reliability.swallowed_error.control import SwallowedError
from shipworthy.controls.secrets.secret_in_code.control import SecretInCode
from shipworthy.finding import Finding, Outcome, Severity
from shipworthy.pipeline import open_prototype
from shipworthy.settings import Settings

_MANIFEST = '{"dependencies": {"@supabase/supabase-js": "2", "react": "19", "hono": "4"}}'


def _gap(control: Control, root: Path, files: dict[str, str]) -> Finding:
    prototype_of(root, {"package.json": _MANIFEST, **files})
    prototype = open_prototype(root, Settings())
    return next(f for f in control.detect(prototype) if f.outcome is Outcome.GAP)


_ORDERS = """import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
const supabase = createClient(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"));
Deno.serve(async (req) => {
  const { data } = await supabase.from("people").select("id").limit(1);
  await supabase.from("payments").insert({ person_id: data[0].id, amount: 280, status: "paid" });
  return new Response(JSON.stringify({ ok: true }));
});
"""


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("order", Severity.HIGH),
        ("lab-samples", Severity.HIGH),
        ("match-fixtures", Severity.HIGH),
        ("book-demo", Severity.HIGH),
        ("demo-request", Severity.HIGH),
        ("demo-login", Severity.LOW),
        ("sample-data", Severity.LOW),
        ("seed-shop", Severity.LOW),
    ],
)
def test_made_up_rows_that_are_lost_are_no_loss(
    name: str, severity: Severity, tmp_path: Path
) -> None:
    gap = _gap(SwallowedError(), tmp_path, {f"supabase/functions/{name}/index.ts": _ORDERS})
    assert gap.severity is severity


_USAGE = """create table public.daily_usage (user_id uuid primary key, asked int);
alter table public.daily_usage enable row level security;
create function public.NAME(_user_id uuid) returns void language plpgsql security definer as $$
begin
  update public.daily_usage set asked = asked + 1 where user_id = _user_id;
end $$;
"""


@pytest.mark.parametrize(
    ("name", "grave"), [("check_and_increment_usage", False), ("settle_usage", True)]
)
def test_what_is_only_counted_for_another_weighs_little(
    name: str, grave: bool, tmp_path: Path
) -> None:
    files = {"supabase/migrations/0001_usage.sql": _USAGE.replace("NAME", name)}
    assert _gap(ExposedFunction(), tmp_path, files).severity.blocks_launch is grave


_KEYS = """import { Hono } from "hono";
const app = new Hono();
app.post("/keys", async (c) => {
  const { password } = await c.req.json();
  const given = await digest(password);
  const right = "WORD";
  if (given !== right) return c.json({ error: "no" }, 401);
  return c.json({ key: await makeKey(c.env.SIGNING_SECRET) });
});
export default app;
"""


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("open sesame for the office", Severity.HIGH),
        ("3f" * 32, Severity.MEDIUM),
    ],
)
def test_a_hash_in_the_code_is_not_the_word_itself(
    word: str, severity: Severity, tmp_path: Path
) -> None:
    gap = _gap(SecretInCode(), tmp_path, {"src/index.ts": _KEYS.replace("WORD", word)})
    assert gap.severity is severity


_OPEN = """create table public.NAME (id uuid primary key, address text, value text);
alter table public.NAME enable row level security;
create policy "All" on public.NAME for all using (true);
"""


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("customers", Severity.CRITICAL),
        ("auth_rate_limits", Severity.HIGH),
        ("ai_cache", Severity.HIGH),
        ("audit_logs", Severity.HIGH),
    ],
)
def test_what_the_server_notes_for_itself_weighs_less_than_rows_of_people(
    name: str, severity: Severity, tmp_path: Path
) -> None:
    page = (
        f'import {{ db }} from "./db";\nexport const rows = () => db.from("{name}").select("*");\n'
    )
    files = {
        "supabase/migrations/0001_open.sql": _OPEN.replace("NAME", name),
        "src/rows.ts": page,
        "src/db.ts": 'import { createClient } from "@supabase/supabase-js";\n'
        "export const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON);\n",
    }
    assert _gap(RowsWritableByAnybody(), tmp_path, files).severity is severity
