"""Rows of all that are read with full rights, of which the code leaves the caller's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.privileged_client_for_any_caller.control import (
    PrivilegedClientForAnyCaller,
)
from shipworthy.finding import Confidence, Outcome

_SERVED = """import {{ createClient }} from "https://esm.sh/@supabase/supabase-js@2";
const read = (row, names) => {{
  for (const name of names) if (typeof row[name] === "string") return row[name];
  return "";
}};
async function rowsOf(db, table, org, user) {{
  const {{ data, error }} = await db.from(table).select("*").eq("organisation_id", org);
  if (!error) return data;
  const {{ data: all }} = await db.from(table).select("*");
  return {left};
}}
Deno.serve(async (req) => {{
  const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const {{ data: {{ user }} }} = await db.auth.getUser(req.headers.get("Authorization")!.slice(7));
  if (!user) return new Response("sign in", {{ status: 401 }});
  const {{ data: me }} = await db.from("users").select("organisation_id").eq("id", user.id).single();
  const rows = await rowsOf(db, "employees", me.organisation_id, user);
  return new Response(JSON.stringify({{ rows }}));
}});
"""
_TABLES = """create table users (id uuid primary key, organisation_id uuid);
create table employees (id uuid primary key, organisation_id uuid, full_name text, salary int, user_id uuid);
"""


@pytest.mark.parametrize(
    ("left", "open_"),
    [
        ("all", True),
        ("(all ?? []).filter((row) => row.organisation_id === org)", False),
        ("all.filter((row) => { return row.organisation_id === org; })", False),
        ('(all ?? []).filter((row) => read(row, ["organisation_id", "orgId"]) === org)', False),
        ("all.filter((row) => row.user_id === user.id)", False),
        ("all.filter((row) => row.organisation_id !== org)", True),
        ("all.filter((row) => row.salary > 0)", True),
        ("all.filter((row) => row.organisation_id === org || row.salary > 0)", True),
        ("all.filter((row) => !!row.organisation_id)", True),
    ],
)
def test_what_a_filter_leaves_is_the_caller_s(left: str, open_: bool, tmp_path: Path) -> None:
    served = _SERVED.format(left=left)
    found = prototype_of(
        tmp_path,
        {"supabase/functions/staff/index.ts": served, "supabase/migrations/1.sql": _TABLES},
    )
    alarms = [
        f
        for f in PrivilegedClientForAnyCaller().detect(found)
        if f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW
    ]
    assert bool(alarms) is open_, [f.message for f in alarms]
