"""An alarm weighs one step less where what may happen is done again, claimed once or public anyway."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.nosql_injection.control import NosqlInjection
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.controls.privacy.personal_data_in_logs.control import PersonalDataInLogs
from shipworthy.controls.reliability.read_modify_write_race.control import ReadModifyWriteRace
from shipworthy.controls.reliability.swallowed_error.control import SwallowedError
from shipworthy.finding import Finding, Outcome, Severity

_PACKAGE = (
    '{"dependencies": {"next": "15.0.0", "react": "19.0.0", "@supabase/supabase-js": "2.45.0"}}'
)
_CLIENT = """
import { createClient } from "@supabase/supabase-js";
const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
"""
_LOGIN = (
    _CLIENT
    + """
export async function GET(request: Request) {
  const { data } = await admin.auth.getUser(request.headers.get("authorization")!);
  if (!data.user) return new Response("", { status: 401 });
  return Response.json({ id: data.user.id });
}
"""
)


def _gap(control: Control, folder: Path, body: str, path: str = "app/api/act/route.ts") -> Finding:
    files = {"package.json": _PACKAGE, path: _CLIENT + body, "app/api/me/route.ts": _LOGIN}
    found = list(control.detect(prototype_of(folder, files)))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    return gap


@pytest.mark.parametrize(
    ("table", "value", "severity"),
    [
        ("queued_messages", '"waiting"', Severity.MEDIUM),
        ("queued_messages", "text", Severity.HIGH),
        ("invoices", '"paid"', Severity.HIGH),
    ],
)
def test_who_only_moves_a_row_on_does_less_than_who_says_what_it_holds(
    tmp_path: Path, table: str, value: str, severity: Severity
) -> None:
    body = f"""
export async function POST(request: Request) {{
  const {{ id, text }} = await request.json();
  await admin.from("{table}").update({{ state: {value} }}).eq("id", id);
  return Response.json({{ ok: true }});
}}
"""
    migration = f"create table {table} (id uuid primary key, user_id uuid, state text);"
    files = {
        "package.json": _PACKAGE,
        "app/api/act/route.ts": _CLIENT + body,
        "app/api/me/route.ts": _LOGIN,
        "supabase/migrations/1_first.sql": migration,
    }
    found = list(UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files)))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    assert gap.severity is severity


_CLAIM = """const { data: claimed } = await admin.from("purchases")
    .update({ status: "paid" }).eq("id", id).eq("status", "pending").select("id").maybeSingle();
  if (!claimed) return Response.json({ ok: true });"""


@pytest.mark.parametrize(("claim", "severity"), [(_CLAIM, Severity.MEDIUM), ("", Severity.HIGH)])
def test_what_is_claimed_first_is_not_spent_twice(
    tmp_path: Path, claim: str, severity: Severity
) -> None:
    body = f"""
export async function POST(request: Request) {{
  const {{ id, owner, credits }} = await request.json();
  {claim}
  const {{ data }} = await admin.from("wallets").select("balance").eq("owner", owner).single();
  await admin.from("wallets").update({{ balance: data!.balance + credits }}).eq("owner", owner);
  return Response.json({{ ok: true }});
}}
"""
    assert _gap(ReadModifyWriteRace(), tmp_path, body).severity is severity


@pytest.mark.parametrize(
    ("table", "severity"), [("testimonials", Severity.LOW), ("messages", Severity.MEDIUM)]
)
def test_conditions_on_what_is_public_anyway_weigh_little(
    tmp_path: Path, table: str, severity: Severity
) -> None:
    body = f"""
export async function GET(request: Request) {{
  const tenant = new URL(request.url).searchParams.get("tenant");
  const {{ data }} = await admin.from("{table}").select("*").or(`tenant.eq.${{tenant}},tenant.is.null`);
  return Response.json(data);
}}
"""
    assert _gap(NosqlInjection(), tmp_path, body).severity is severity


def test_a_log_names_the_columns_that_it_shows(tmp_path: Path) -> None:
    body = """
export async function POST(request: Request) {
  const { id } = await request.json();
  const { data: profile } = await admin.from("profiles").select("id, role, email").eq("id", id).single();
  console.log("known already:", profile);
  return Response.json({ ok: true });
}
"""
    message = _gap(PersonalDataInLogs(), tmp_path, body).message
    assert "the record profile (id, role, email)" in message
    assert "whole" not in message


@pytest.mark.parametrize(
    ("function", "severity"),
    [("handleMarketSearch", Severity.LOW), ("handleSave", Severity.MEDIUM)],
)
def test_what_only_brings_something_to_the_screen_is_asked_once_more(
    tmp_path: Path, function: str, severity: Severity
) -> None:
    page = f"""
"use client";
export default function Page() {{
  const {function} = async () => {{
    try {{
      await fetch("/api/market", {{ method: "POST", body: "{{}}" }});
    }} catch (error) {{
      console.error(error);
    }}
  }};
  return <button onClick={{{function}}}>Go</button>;
}}
"""
    files = {"package.json": _PACKAGE, "app/page.tsx": page}
    found = list(SwallowedError().detect(prototype_of(tmp_path, files)))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    assert gap.severity is severity


@pytest.mark.parametrize(
    ("reader", "severity"), [("admins", Severity.MEDIUM), ("email", Severity.HIGH)]
)
def test_a_message_to_staff_weighs_less_than_one_to_whomever_the_caller_names(
    tmp_path: Path, reader: str, severity: Severity
) -> None:
    body = f"""
export async function POST(request: Request) {{
  const {{ email, reason }} = await request.json();
  const {{ data }} = await admin.from("staff").select("address");
  const admins = data!.map((one) => one.address);
  await fetch(`${{process.env.SUPABASE_URL}}/functions/v1/send-email`, {{
    method: "POST",
    headers: {{ Authorization: `Bearer ${{process.env.SUPABASE_SERVICE_ROLE_KEY}}` }},
    body: JSON.stringify({{ to: {reader}, html: `Locked: ${{email}} ${{reason}}` }}),
  }});
  return Response.json({{ ok: true }});
}}
"""
    gap = _gap(UnauthenticatedEndpoint(), tmp_path, body)
    assert "words of his own" in gap.message
    assert gap.severity is severity
