# ruff: noqa: E501 - code of prototypes is written as it is found
"""One row by its id: what a guest comes back to, and what a webhook adds for a user."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import gaps
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding

_ADMIN = """import { createClient } from "@supabase/supabase-js";
export const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
"""
_ADDS = """import { admin } from "@/lib/admin";
export async function POST(request: Request) {
  const body = await request.json();
  await admin.from("TABLE").insert({ owner_id: body.owner, sender_name: body.name, content: body.text });
  return Response.json({ ok: true });
}
"""
_OWN = """import { createServerClient } from "@supabase/ssr";
import { admin } from "@/lib/admin";
export async function GET() {
  const client = createServerClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!, { cookies: {} as any });
  const { data: { user } } = await client.auth.getUser();
  if (!user) return Response.json({ error: "Unauthorized" }, { status: 401 });
  const { data } = await admin.from("TABLE").select("*").eq("owner_id", user.id);
  return Response.json(data);
}
"""
_ONE = """import { admin } from "@/lib/admin";
export async function GET(request: Request, { params }: { params: { id: string } }) {
  const { data } = await admin.from("TABLE").select("*").eq("id", params.id).single();
  return Response.json(data);
}
"""


def _gaps(folder: Path, table: str, *, kept_apart: bool = True) -> list[Finding]:
    package = '{"dependencies": {"next": "15.0.3", "@supabase/supabase-js": "2.45.4", "@supabase/ssr": "0.5.2"}}'
    files = {
        "package.json": package,
        "tsconfig.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["./*"]}}}',
        "lib/admin.ts": _ADMIN,
        "app/api/webhook/route.ts": _ADDS.replace("TABLE", table),
        "app/api/mine/route.ts": _OWN.replace("TABLE", table if kept_apart else "notes"),
        "app/api/rows/[id]/route.ts": _ONE.replace("TABLE", table),
    }
    found = gaps(UnauthenticatedEndpoint(), folder, files)
    return [f for f in found if f.subject == "app/api/rows/[id]/route.ts#GET"]


def test_what_reaches_a_user_is_no_receipt_of_a_guest(tmp_path: Path) -> None:
    (found,) = _gaps(tmp_path, "messages")
    assert found.confidence is not Confidence.LOW


@pytest.mark.parametrize("table", ["orders", "support_tickets"])
def test_what_a_guest_comes_back_to_is_a_question(table: str, tmp_path: Path) -> None:
    assert [f.confidence for f in _gaps(tmp_path, table)] == [Confidence.LOW]


def test_rows_that_nobody_keeps_apart_are_a_question(tmp_path: Path) -> None:
    found = _gaps(tmp_path, "messages", kept_apart=False)
    assert [f.confidence for f in found] == [Confidence.LOW]
