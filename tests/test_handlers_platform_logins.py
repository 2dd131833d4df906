"""Where nobody signs in at the platform, its public client has one set of rights for all callers."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.fail_open_guard.control import FailOpenGuard
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome

_JS = """
import { createClient } from "@supabase/supabase-js";
const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_ANON_KEY);
"""
_SSR = """
import { createServerClient } from "@supabase/ssr";
import { cookies } from "next/headers";
const store = await cookies();
const supabase = createServerClient(process.env.SUPABASE_URL, process.env.SUPABASE_ANON_KEY, {
  cookies: { getAll: () => store.getAll(), setAll: () => {} },
});
"""
_PAYS = """
export async function PATCH(request) {
  const { id, balance } = await request.json();
  const { error } = await supabase.from("members").update({ balance }).eq("id", id);
  return Response.json({ ok: !error });
}
"""
_LOGIN = """
import bcrypt from "bcryptjs";
import jwt from "jsonwebtoken";
export async function POST(request) {
  const { email, password } = await request.json();
  const { data } = await supabase.from("members").select("*").eq("email", email).single();
  if (!data || !(await bcrypt.compare(password, data.password_hash))) {
    return Response.json({ error: "wrong" }, { status: 401 });
  }
  return Response.json({ token: jwt.sign({ id: data.id }, process.env.JWT_SECRET, { expiresIn: "1h" }) });
}
"""
_SIGN_IN = """
import { supabase } from "./supabase";
export const enter = (email, password) => supabase.auth.signInWithPassword({ email, password });
"""
_LOOKS = """
import { supabase } from "./supabase";
export const leave = async () => { await supabase.auth.getSession(); await supabase.auth.signOut(); };
"""
_OWN_ROWS = """
create table members (id uuid primary key, email text, password_hash text, balance numeric);
alter table members enable row level security;
create policy "own" on members for update to authenticated using (id = auth.uid());
"""


def _app(folder: Path, client: str, **more: str) -> list[Finding]:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@supabase/supabase-js": "2.45.4"}}',
        "app/api/login/route.ts": client + _LOGIN,
        "app/api/pay/route.ts": client + _PAYS,
    }
    return UnauthenticatedEndpoint().detect(
        prototype_of(folder, files | {n.replace("__", "/"): t for n, t in more.items()})
    )


def _gaps(findings: list[Finding]) -> set[str]:
    return {f.subject for f in findings if f.outcome is Outcome.GAP}


@pytest.mark.parametrize("client", [_JS, _SSR], ids=["supabase-js", "ssr"])
def test_a_public_client_holds_nobody_back_where_nobody_signs_in_there(
    client: str, tmp_path: Path
) -> None:
    assert _gaps(_app(tmp_path, client)) == {"app/api/pay/route.ts#PATCH"}


def test_a_page_that_asks_for_a_session_signs_nobody_in(tmp_path: Path) -> None:
    found = _app(tmp_path, _JS, **{"lib__session.ts": _LOOKS})
    assert _gaps(found) == {"app/api/pay/route.ts#PATCH"}


@pytest.mark.parametrize("client", [_JS, _SSR], ids=["supabase-js", "ssr"])
def test_row_security_decides_where_somebody_signs_in_there(client: str, tmp_path: Path) -> None:
    assert not _gaps(_app(tmp_path, client, **{"lib__enter.ts": _SIGN_IN}))


def test_row_security_that_refuses_everybody_leaves_nothing_open(tmp_path: Path) -> None:
    found = _app(tmp_path, _JS, **{"supabase__migrations__20250101000000_init.sql": _OWN_ROWS})
    assert not _gaps(found)


_ACCOUNTS = """
import express from "express";
import bcrypt from "bcrypt";
import jwt from "jsonwebtoken";
import { Pool } from "pg";
const app = express();
const pool = new Pool();
function signedIn(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET); }
  catch { return res.status(401).json({ error: "sign in" }); }
  next();
}
app.post("/api/login", async (req, res) => {
  const found = await pool.query("select * from members where email = $1", [req.body.email]);
  const ok = found.rows[0] && (await bcrypt.compare(req.body.password, found.rows[0].password_hash));
  if (!ok) return res.status(401).json({ error: "wrong" });
  res.json({ token: jwt.sign({ id: found.rows[0].id }, process.env.JWT_SECRET, { expiresIn: "1h" }) });
});
app.post("/api/register", async (req, res) => {
  const hash = await bcrypt.hash(req.body.password, 12);
  await pool.query("insert into members (email, password_hash) values ($1, $2)", [req.body.email, hash]);
  res.status(201).end();
});
"""
_OF_ANOTHER = """
app.post("/api/wallet", signedIn, async (req, res) => {
  await pool.query("update members set wallet = $1 where email = $2", [req.body.wallet, req.body.email]);
  res.end();
});
"""
_OF_ONESELF = _OF_ANOTHER.replace("where email = $2", "where id = $2").replace(
    "req.body.email]", "req.user.id]"
)
_OF_A_TEAM = _ACCOUNTS.partition('app.post("/api/register"')[0] + _OF_ANOTHER


@pytest.mark.parametrize(
    ("code", "alarm"),
    [(_ACCOUNTS + _OF_ANOTHER, True), (_ACCOUNTS + _OF_ONESELF, False), (_OF_A_TEAM, False)],
    ids=["another", "oneself", "team"],
)
def test_whose_account_is_changed_is_not_for_the_caller_to_say(
    code: str, alarm: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "5.0.0", "pg": "8.0.0"}}',
        "index.ts": code,
    }
    found = MissingAuthorisation().detect(prototype_of(tmp_path, files))
    sure = [f for f in found if f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW]
    assert bool(sure) is alarm


_BELIEVES = """
export async function PATCH(request) {
  const { data } = await supabase.auth.getSession();
  if (!data.session) return Response.json({}, { status: 401 });
  const { id, balance } = await request.json();
  const { error } = await supabase.from("members").update({ balance }).eq("id", id);
  return Response.json({ ok: !error });
}
"""
_SIGNS_IN = """
export async function POST(request) {
  const { data } = await supabase.auth.signInWithPassword(await request.json());
  return Response.json({ data });
}
"""


@pytest.mark.parametrize(
    ("client", "more", "alarm"),
    [
        (_JS, {"app/enter/page.tsx": '"use client";' + _JS + _SIGNS_IN}, False),
        (_JS.replace("KEY)", "KEY, { auth: { storage } })"), {}, True),
        (_SSR, {}, True),
    ],
    ids=["no login kept", "store of its own", "cookies"],
)
def test_a_client_that_keeps_no_login_believes_nobody(
    client: str, more: dict[str, str], alarm: bool, tmp_path: Path
) -> None:
    files = {"app/api/pay/route.ts": client + _BELIEVES, **more}
    assert bool(_gaps(list(FailOpenGuard().detect(prototype_of(tmp_path, files))))) is alarm
