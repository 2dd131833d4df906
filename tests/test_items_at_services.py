"""Things that are kept at another service: the caller's company is compared with him, the thing is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.finding import Confidence, Outcome, Severity

_SERVED = """import {{ createClient }} from "https://esm.sh/@supabase/supabase-js@2";
import {{ z }} from "https://deno.land/x/zod@v3.22.4/mod.ts";
const DRIVE = "https://drive.files.test/v1";
const schema = z.object({{ companyId: z.string().uuid(), itemId: z.string().min(1) }});
const key = {{ Authorization: `Bearer ${{Deno.env.get("DRIVE_API_KEY")}}` }};
async function may(db, user, company) {{
  const {{ data }} = await db
    .from("company_users").select("id").eq("user_id", user).eq("company_id", company).maybeSingle();
  return !!data;
}}
Deno.serve(async (req) => {{
  const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const {{ data: {{ user }} }} = await db.auth.getUser(req.headers.get("Authorization")!.slice(7));
  if (!user) return new Response("sign in", {{ status: 401 }});
  const {{ companyId, itemId }} = {parsed};
{asks}
{does}
}});
"""
_PLAIN, _PARSED = "await req.json()", "schema.parse(await req.json())"
_MEMBER = """  const { data: member } = await db
    .from("company_users").select("id").eq("user_id", user.id).eq("company_id", companyId).maybeSingle();
  if (!member) return new Response("no", { status: 403 });"""
_HELPED = (
    """  if (!(await may(db, user.id, companyId))) return new Response("no", { status: 403 });"""
)
_TIED = """
  const { data: item } = await db
    .from("items").select("id").eq("remote_id", itemId).eq("company_id", companyId).maybeSingle();
  if (!item) return new Response("gone", { status: 404 });"""
_TOKEN = """
  const { data: account } = await db.from("drives").select("token").eq("company_id", companyId).single();"""
_ADMIN = """  const { data: profile } = await db.from("profiles").select("role").eq("id", user.id).single();
  if (profile?.role !== "admin") return new Response("no", { status: 403 });"""
_READS = """  const got = await fetch(`${DRIVE}/items/${encodeURIComponent(itemId)}`, { headers: key });
  return new Response(JSON.stringify(await got.json()));"""
_RAW = _READS.replace("encodeURIComponent(itemId)", "itemId")
_QUERIED = _READS.replace("(itemId)}`", "(itemId)}?$select=id,name`")
_DELETES = """  await fetch(`${DRIVE}/items/${itemId}`, { method: "DELETE", headers: key });
  return new Response("{}");"""
_WITHIN = _READS.replace("/items/", "/companies/${companyId}/items/")
_SEARCHES = _READS.replace("/items/$", "/items?find=$")
_HIS_KEY = _READS.replace("headers: key", "headers: { Authorization: `Bearer ${account.token}` }")
_ROWS = """  await db.from("items").delete().eq("id", itemId);
  return new Response("{}");"""
_HIS_ROWS = _ROWS.replace('eq("id", itemId)', 'eq("id", itemId).eq("company_id", companyId)')

_TABLE = "create table items (id uuid primary key, company_id uuid, remote_id text);"


@pytest.mark.parametrize(
    ("parsed", "asks", "does", "open_"),
    [
        (_PARSED, _MEMBER, _READS, True),
        (_PLAIN, _MEMBER, _READS, True),
        (_PARSED, _HELPED, _READS, True),
        (_PARSED, _MEMBER, _RAW, True),
        (_PARSED, _MEMBER, _QUERIED, True),
        (_PLAIN, _HELPED, _DELETES, True),
        (_PARSED, _MEMBER, _ROWS, True),
        (_PLAIN, _HELPED, _ROWS, True),
        (_PARSED, _MEMBER + _TIED, _READS, False),
        (_PARSED, _MEMBER + _TOKEN, _HIS_KEY, False),
        (_PARSED, _ADMIN, _READS, False),
        (_PARSED, _MEMBER, _WITHIN, False),
        (_PARSED, _MEMBER, _SEARCHES, False),
        (_PARSED, _MEMBER, _HIS_ROWS, False),
    ],
)
def test_a_thing_is_not_his_because_the_company_is(
    parsed: str, asks: str, does: str, open_: bool, tmp_path: Path
) -> None:
    served = _SERVED.format(parsed=parsed, asks=asks, does=does)
    found = prototype_of(
        tmp_path,
        {
            "supabase/functions/documents/index.ts": served,
            "supabase/migrations/1.sql": _TABLE,
        },
    )
    alarms = [
        f
        for f in MissingAuthorisation().detect(found)
        if f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW
    ]
    assert bool(alarms) is open_, [f.message for f in alarms]
    if open_ and does is not _ROWS:
        assert alarms[0].severity is Severity.HIGH
        assert "itemId" in alarms[0].message
        assert "companyId" in alarms[0].message
