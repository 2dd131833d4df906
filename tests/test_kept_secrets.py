"""Secrets that are kept as values in a table of settings which all may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import gaps
from shipworthy.controls.access.rows_readable_by_any_user.control import RowsReadableByAnyUser
from shipworthy.controls.access.rows_readable_by_anybody.control import RowsReadableByAnybody
from shipworthy.finding import Finding

SCHEMA = """
create table public.shop_settings (id uuid primary key, key text unique, value jsonb);
alter table public.shop_settings enable row level security;
create policy r on public.shop_settings for select {};
"""
PAGE = """
import {{ createClient }} from "@supabase/supabase-js";
export const supabase = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_KEY);
export async function save(values: any) {{
  await supabase.from("{table}").upsert({{ key: "{key}", value: {value} }});
}}
"""


def told_of(
    folder: Path, policy: str, key: str, value: str, table: str = "shop_settings"
) -> list[Finding]:
    files = {
        "supabase/migrations/20250101000000_settings.sql": SCHEMA.format(policy),
        "src/settings.ts": PAGE.format(table=table, key=key, value=value),
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2.0.0"}}',
    }
    controls = (RowsReadableByAnybody(), RowsReadableByAnyUser())
    return [f for control in controls for f in gaps(control, folder, files)]


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("payment", "{ key: values.id, secret: values.razorpaySecret }", True),
        ("smtp_password", "values.given", True),
        ("openai_api_key", "values.given", True),
        ("payment", "{ client_secret: values.given }", True),
        ("maps_api_key", "values.given", False),
        ("theme", "{ colour: values.colour, tokens: values.tokens }", False),
    ],
)
@pytest.mark.parametrize("policy", ["using (true)", "to authenticated using (true)"])
def test_a_secret_among_settings_that_all_may_read(
    tmp_path: Path, policy: str, key: str, value: str, kept: bool
) -> None:
    assert bool(told_of(tmp_path, policy, key, value)) is kept


def test_settings_of_which_a_part_is_shown_are_not_all_open(tmp_path: Path) -> None:
    policy = "using (key in ('theme', 'logo'))"
    assert not told_of(tmp_path, policy, "smtp_password", "values.given")


def test_a_secret_that_is_written_elsewhere_is_not_among_the_settings(tmp_path: Path) -> None:
    assert not told_of(tmp_path, "using (true)", "smtp_password", "values.given", table="vault")


_FUNCTION = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2.49.1";
const openaiKey = Deno.env.get("OPENAI_API_KEY");
const admin = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
Deno.serve(async () => {
  const headers = { Authorization: `Bearer ${openaiKey}` };
  const answer = await fetch("https://api.openai.com/v1/models", { headers });
  await admin.from("shop_settings").upsert({ key: "models", value: await answer.json() });
  return new Response(null, { status: 204 });
});
"""


def test_a_key_of_the_environment_is_not_kept_among_the_settings(tmp_path: Path) -> None:
    function = tmp_path / "supabase/functions/models/index.ts"
    function.parent.mkdir(parents=True)
    function.write_text(_FUNCTION)
    assert not told_of(tmp_path, "using (true)", "theme", "values.given")
