"""The token with which a server asks another service is no answer for whoever is a member."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.http.internals_in_response.control import InternalsInResponse
from shipworthy.finding import Outcome

_SERVED = """import {{ createClient }} from "https://esm.sh/@supabase/supabase-js@2";
Deno.serve(async (req) => {{
  const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const {{ data: {{ user }} }} = await db.auth.getUser(req.headers.get("Authorization")!.slice(7));
  if (!user) return new Response("sign in", {{ status: 401 }});
  const {{ companyId }} = await req.json();
  const {{ data: member }} = await db
    .from("company_users").select("id").eq("user_id", user.id).eq("company_id", companyId).maybeSingle();
  if (!member) return new Response("no", {{ status: 403 }});
  const {{ data: row }} = await db.from("{table}").select("{columns}").eq({found}).single();
  return new Response(JSON.stringify({answer}));
}});
"""
_TABLES = """create table book_tokens (company_id uuid primary key, access_token text, refresh_token text,
  expiry text);
create table user_sessions (company_id uuid primary key, access_token text, refresh_token text);
create table invoices (company_id uuid primary key, access_token text);
"""
_COMPANY, _OWN = '"company_id", companyId', '"user_id", user.id'


@pytest.mark.parametrize(
    ("table", "columns", "found", "answer", "open_"),
    [
        (
            "book_tokens",
            "access_token, expiry",
            _COMPANY,
            "{ access_token: row.access_token }",
            True,
        ),
        ("book_tokens", "access_token, expiry", _COMPANY, "{ token: row?.access_token }", True),
        ("book_tokens", "*", _COMPANY, "{ connection: row }", True),
        ("book_tokens", "*", _COMPANY, "{ expiry: row.expiry }", False),
        ("book_tokens", "*", _COMPANY, "{ connected: !!row.access_token }", False),
        ("book_tokens", "access_token", _OWN, "{ access_token: row.access_token }", False),
        ("user_sessions", "access_token", _COMPANY, "{ access_token: row.access_token }", False),
        ("invoices", "access_token", _COMPANY, "{ link: row.access_token }", False),
    ],
)
def test_a_token_of_another_service_is_no_answer_for_every_member(
    table: str, columns: str, found: str, answer: str, open_: bool, tmp_path: Path
) -> None:
    served = _SERVED.format(table=table, columns=columns, found=found, answer=answer)
    prototype = prototype_of(
        tmp_path,
        {"supabase/functions/books/index.ts": served, "supabase/migrations/1.sql": _TABLES},
    )
    alarms = [f for f in InternalsInResponse().detect(prototype) if f.outcome is Outcome.GAP]
    assert bool(alarms) is open_, [f.message for f in alarms]


_SETTINGS = """import express from "express";
import { Pool } from "pg";
const pool = new Pool();
const app = express();
app.get("/api/settings", async (_req, res) => {
  const { rows } = await pool.query("select * from settings");
  res.json(rows);
});
app.post("/api/settings", async (req, res) => {
  await pool.query("update settings set COLUMN = $1", [req.body.COLUMN]);
  res.json({ done: true });
});
app.listen(80);
"""


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("smtp_password", "whole rows of settings, smtp_password included, so anybody can use it"),
        ("password_hash", "password hashes included, so anybody can try the passwords"),
    ],
)
def test_the_password_of_a_mail_server_is_no_hash(column: str, told: str, tmp_path: Path) -> None:
    served = _SETTINGS.replace("COLUMN", column)
    files = {
        "package.json": '{"dependencies": {"express": "4", "pg": "8"}}',
        "schema.sql": f"create table settings (id int primary key, {column} text);",
        "server/index.ts": served,
    }
    found = InternalsInResponse().detect(prototype_of(tmp_path, files))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    assert told in gap.message
