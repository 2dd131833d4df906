"""Roles that the code works out itself: from a list of those who may more, by a helper, on several ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches import Judged, breaches
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.ownership import read_ownership

PACKAGE = '{"name": "api", "dependencies": {"express": "4", "@clerk/express": "1", "drizzle-orm": "0.30"}}'
DATABASE = (
    'import { drizzle } from "drizzle-orm/node-postgres";\n'
    "export const db = drizzle(process.env.DB!);\n"
)
SCHEMA = """import { pgTable, serial, text } from "drizzle-orm/pg-core";
const who = text("clerk_user_id");
export const staffTable = pgTable("staff", { id: serial("id").primaryKey(), who, role: text("role") });
export const allowed = pgTable("dispatcher_allowlist", { who });
export const prefs = pgTable("prefs", { who, theme: text("theme") });
"""
ROLES = """import { getAuth } from "@clerk/express";
import { eq } from "drizzle-orm";
import { db } from "./db";
import { staffTable, allowed, prefs } from "./schema";
export async function roleOf(callerId: string) {
  const [listed, staff] = await Promise.all([
    db.select({ who: allowed.who }).from(allowed).where(eq(allowed.who, callerId)).limit(1),
    db.select({ id: staffTable.id }).from(staffTable).where(eq(staffTable.who, callerId)).limit(1),
  ]);
  const linked = staff.length > 0 ? staff[0].id : null;
  if (listed.length > 0) return { role: "dispatcher", staffId: linked };
  if (linked !== null) {
    if (await isOwner(callerId)) return { role: "dispatcher", staffId: linked };
    return { role: "cleaner", staffId: linked };
  }
  return await bootstrapped(callerId);
}
async function isOwner(id: string) { return lookUp(id).includes("@"); }
async function bootstrapped(id: string) {
  if (lookUp(id) === "1") return { role: "dispatcher", staffId: null };
  return { role: "denied", staffId: null };
}
export async function refusesOthers(req: any, res: any): Promise<boolean> {
  const callerId = getAuth(req)?.userId;
  if (!callerId) return false;
  const caller = await roleOf(callerId);
  if (caller.role !== "dispatcher") { res.status(403).json({ error: "no" }); return true; }
  return false;
}
export async function themed(callerId: string) {
  const [mine] = await db.select().from(prefs).where(eq(prefs.who, callerId));
  return mine ? { mode: "dark" } : { mode: "light" };
}
"""
SERVER = """import express from "express";
import { clerkMiddleware, getAuth } from "@clerk/express";
import { eq } from "drizzle-orm";
import { db } from "./db";
import { staffTable, allowed } from "./schema";
import { refusesOthers, roleOf, themed } from "./roles";
const app = express();
app.use(express.json());
app.use(clerkMiddleware());
function requireAuth(req: any, res: any, next: any) {
  const auth = getAuth(req);
  const userId = auth?.sessionClaims?.userId || auth?.userId;
  if (!userId) { res.status(401).json({ error: "Unauthorized" }); return; }
  next();
}
app.use(requireAuth);
app.post("/staff/:id", async (req, res) => {
  const callerId = getAuth(req).userId;
  BODY
  const { role } = req.body, one = eq(staffTable.id, Number(req.params.id));
  res.json(await db.update(staffTable).set({ role }).where(one));
});
app.listen(3000);
"""
NO = "res.status(403).json({}); return;"


def judged(root: Path, body: str) -> tuple[list[Judged], set[Check]]:
    """What is wrong with an entry point that changes roles, and the checks before it does so."""
    files = {
        "package.json": PACKAGE,
        "src/schema.ts": SCHEMA,
        "src/db.ts": DATABASE,
        "src/roles.ts": ROLES,
        "src/app.ts": SERVER.replace("BODY", body),
    }
    prototype = prototype_of(root, files)
    (handler,) = prototype.handlers
    (change,) = [e for e in handler.effects if e.operation == "update"]
    return breaches(handler, read_ownership(prototype)), {g.check for g in change.guards}


@pytest.mark.parametrize(
    "body",
    [
        "if (await refusesOthers(req, res)) return;",
        f"const me = await roleOf(callerId); if (me.role !== 'dispatcher') {{ {NO} }}",
        f"const {{ role }} = await roleOf(callerId); if (role !== 'dispatcher') {{ {NO} }}",
        f"const [one, me] = await Promise.all([themed(callerId), roleOf(callerId)]);"
        f" if (me.role !== 'dispatcher') {{ {NO} }}",
        f"const found = await db.select().from(allowed).where(eq(allowed.who, callerId));"
        f" if (found.length === 0) {{ {NO} }}",
        f"const [found] = await db.select().from(allowed).where(eq(allowed.who, callerId));"
        f" if (!found) {{ {NO} }}",
    ],
)
def test_who_is_on_the_list_of_those_who_may_more_has_a_role(body: str, tmp_path: Path) -> None:
    found, checks = judged(tmp_path, body)
    assert Check.ROLE in checks
    assert not found


@pytest.mark.parametrize(
    "body",
    [
        f"const me = await roleOf(callerId); if (me.role === 'denied') {{ {NO} }}",
        f"const me = await roleOf(callerId); if (me.role === 'denied') {{ {NO} }}"
        f" if (me.role === 'cleaner') {{ if (me.staffId !== Number(req.params.id)) {{ {NO} }} }}",
    ],
)
def test_whoever_is_not_turned_away_may_be_one_of_those_who_may(body: str, tmp_path: Path) -> None:
    found, _ = judged(tmp_path, body)
    assert {j.confidence for j in found} <= {Confidence.LOW}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "const me = await roleOf(callerId); console.log(me.role);",
        f"const me = await themed(callerId); if (me.mode !== 'dark') {{ {NO} }}".replace(
            "403", "400"
        ),
        "const as = req.body.role === 'boss' ? 'dispatcher' : 'cleaner';"
        f" if (as !== 'dispatcher') {{ {NO} }}",
        f"const me = {{ role: req.query.role === 'boss' ? 'dispatcher' : 'cleaner' }};"
        f" if (me.role !== 'dispatcher') {{ {NO} }}",
    ],
)
def test_what_says_nothing_of_the_caller_is_no_role(body: str, tmp_path: Path) -> None:
    found, checks = judged(tmp_path, body)
    assert Check.ROLE not in checks
    assert [j.severity for j in found if j.confidence is not Confidence.LOW] == [Severity.CRITICAL]
