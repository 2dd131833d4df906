"""Sessions of a server's own: a middleware says who calls, or nobody, and goes on in any case."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import AUTHENTICATES, Check

SESSION = """import { supabaseAdmin } from "./client";
export async function sessionAuth(req: any, res: any, next: any) {
  try {
    const sid = req.cookies.session_id;
    if (!sid) { req.user = null; return next(); }
    const asked = supabaseAdmin.from("sessions").select("user_id, expire");
    const { data: sessions, error } = await asked.eq("sid", sid);
    if (error || !sessions || sessions.length === 0) { req.user = null; return next(); }
    const session = sessions[0];
    if (session.expire && new Date(session.expire) < new Date()) { req.user = null; return next(); }
    req.user = { id: session.user_id };
    return next();
  } catch (error) {
    req.user = null;
    return next();
  }
}
export function requireAuth(req: any, res: any, next: any) {
  if (!req.user) return res.status(401).json({ error: "Unauthorized" });
  next();
}
export function lenient(req: any, res: any, next: any) {
  if (!req.user) console.warn("nobody is signed in");
  next();
}
"""
CLIENT = """import { createClient } from "@supabase/supabase-js";
const key = process.env.SUPABASE_SERVICE_ROLE_KEY!;
export const supabaseAdmin = createClient(process.env.SUPABASE_URL!, key);
"""
SERVER = """import express from "express";
import cookieParser from "cookie-parser";
import { sessionAuth, requireAuth, lenient } from "./session";
import { supabaseAdmin } from "./client";
const app = express();
app.use(cookieParser());
app.use(sessionAuth);
app.patch("/preferences", GUARD async (req: any, res: any) => {
  await supabaseAdmin.from("preferences").upsert({ user_id: req.user?.id, theme: req.body.theme });
  res.json({});
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("guard", "known"), [("requireAuth,", True), ("lenient,", False), ("", False)]
)
def test_who_is_turned_away_without_a_user_is_signed_in(
    guard: str, known: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "@supabase/supabase-js": "2"}}',
        "src/session.ts": SESSION,
        "src/client.ts": CLIENT,
        "src/app.ts": SERVER.replace("GUARD", guard),
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    (write,) = [e for e in handler.effects if e.operation == "upsert"]
    assert write.has(Check.SESSION) is known


ATTACHING = {
    "in a branch": "if (req.session.userId) { req.currentUser = { id: req.session.userId }; } next();",
    "early return": "if (!req.session.userId) return next(); req.currentUser = { id: 1 }; next();",
    "looked up": "const id = req.session?.userId;"
    " if (id) { const [u] = await load(id); if (u) req.currentUser = u; } next();",
    "verified token": "const t = req.headers.authorization?.split(' ')[1];"
    " if (t) { try { req.currentUser = jwt.verify(t, process.env.JWT_SECRET!); } catch {} } next();",
}
ATTACHED = """import express from "express";
import session from "express-session";
import jwt from "jsonwebtoken";
import { Pool } from "pg";
const app = express();
const db = new Pool();
const load = async (id: number) => (await db.query("SELECT * FROM users WHERE id = $1", [id])).rows;
async function attachUser(req: any, _res: any, next: any) { ATTACHING }
function requireAuth(req: any, res: any, next: any): void {
  if (!req.currentUser) { res.status(401).json({ error: "Authentication required" }); return; }
  next();
}
app.use(session({ secret: process.env.SESSION_SECRET! }));
app.use(attachUser);
app.post("/notes", GUARD async (req: any, res: any) => {
  await db.query("INSERT INTO notes (body) VALUES ($1)", [req.body.body]);
  res.json({});
});
app.listen(3000);
"""


@pytest.mark.parametrize("attaching", ATTACHING.values(), ids=ATTACHING)
@pytest.mark.parametrize(("guard", "known"), [("requireAuth,", True), ("", False)])
def test_a_user_who_is_put_there_only_with_a_session_is_asked_for_later(
    attaching: str, guard: str, known: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "express-session": "1", "pg": "8"}}',
        "src/app.ts": ATTACHED.replace("ATTACHING", attaching).replace("GUARD", guard),
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    (write,) = [e for e in handler.effects if e.target == "notes"]
    assert write.has(*AUTHENTICATES) is known
