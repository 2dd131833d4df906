"""Organisations that share a database: whose rows are kept apart, and by what a caller gets past that."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.finding import Confidence, Finding, Outcome

_SCHEMA = """
import { integer, pgTable, serial, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  email: text("email"),
  password: text("password"),
  role: text("role"),
  subAccountId: integer("%s"),
});
export const leads = pgTable("leads", {
  id: serial("id").primaryKey(),
  phone: text("phone"),
  subAccountId: integer("sub_account_id"),
});
export const tasks = pgTable("tasks", {
  id: serial("id").primaryKey(),
  title: text("title"),
  subAccountId: integer("sub_account_id"),
});
"""
_APP = """
import express from "express";
import session from "express-session";
import bcrypt from "bcrypt";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { leads, tasks, users } from "../shared/schema";

const app = express();
const db = drizzle(process.env.DATABASE_URL);
app.use(session({ secret: process.env.SESSION_SECRET }));

async function signedIn(req, res, next) {
  if (!req.session.userId) return res.status(401).json({ error: "sign in" });
  const [user] = await db.select().from(users).where(eq(users.id, req.session.userId));
  if (!user) return res.status(401).json({ error: "sign in" });
  req.user = user;
  next();
}

app.post("/api/login", async (req, res) => {
  const [found] = await db.select().from(users).where(eq(users.email, req.body.email));
  const ok = found && (await bcrypt.compare(req.body.password, found.password));
  if (!ok) return res.status(401).json({ error: "wrong" });
  req.session.userId = found.id;
  res.json({ ok: true });
});
"""
_PACKAGE = '{"dependencies": {"express": "5", "express-session": "1", "drizzle-orm": "0.40"}}'
_TENANT = "sub_account_id"


def _gaps(folder: Path, route: str, column: str = _TENANT) -> list[Finding]:
    files = {"package.json": _PACKAGE, "shared/schema.ts": _SCHEMA % column}
    files["server/index.ts"] = f"{_APP}\n{route}\n"
    prototype = prototype_of(folder, files)
    found = MissingAuthorisation().detect(prototype)
    return [f for f in found if f.outcome is Outcome.GAP and "login" not in f.subject]


_BY_ID = """
app.get("/api/leads/:id", signedIn, async (req, res) => {
  const [lead] = await db.select().from(leads).where(eq(leads.id, Number(req.params.id)));
  res.json(lead);
});
"""
_NAMED = """
app.get("/api/leads", signedIn, async (req, res) => {
  const tenant = %s;
  res.json(await db.select().from(leads).where(eq(leads.subAccountId, tenant)));
});
"""


def test_staff_of_one_tenant_are_strangers_to_the_other(tmp_path: Path) -> None:
    (gap,) = _gaps(tmp_path, _BY_ID)
    assert gap.confidence is Confidence.HIGH


def test_rows_that_say_for_whom_somebody_works_make_no_tenants(tmp_path: Path) -> None:
    gaps = _gaps(tmp_path, _BY_ID, "department_id")
    assert {gap.confidence for gap in gaps} <= {Confidence.LOW}


@pytest.mark.parametrize(
    "tenant",
    [
        "req.query.subAccountId || req.user.subAccountId",
        "req.query.subAccountId ?? req.user.subAccountId",
        "Number(req.query.subAccountId) || req.user.subAccountId",
        "req.query.subAccountId ? Number(req.query.subAccountId) : req.user.subAccountId",
        "Number(req.query.subAccountId)",
    ],
)
def test_who_names_the_tenant_himself_is_held_to_none(tenant: str, tmp_path: Path) -> None:
    (gap,) = _gaps(tmp_path, _NAMED % tenant)
    assert gap.confidence is Confidence.HIGH


@pytest.mark.parametrize(
    "tenant",
    [
        "req.user.subAccountId",
        "req.user.subAccountId ?? req.query.subAccountId",
        'req.user.role === "owner" ? req.query.subAccountId : req.user.subAccountId',
    ],
)
def test_who_sees_his_own_tenant_raises_no_alarm(tenant: str, tmp_path: Path) -> None:
    assert all(gap.confidence is Confidence.LOW for gap in _gaps(tmp_path, _NAMED % tenant))


def test_whoever_acts_on_others_is_asked_for_more(tmp_path: Path) -> None:
    route = """
app.patch("/api/users/:id", signedIn, async (req, res) => {
  const id = Number(req.params.id);
  if (req.user.id !== id) {
    if (req.user.role === "clerk") return res.status(403).json({ error: "no" });
    if (req.user.role === "lead" && rules(req)) return res.status(403).json({ error: "no" });
  }
  await db.update(users).set({ email: req.body.email }).where(eq(users.id, id));
  res.json({ ok: true });
});
"""
    assert all(gap.confidence is Confidence.LOW for gap in _gaps(tmp_path, route))
    open_to_all = route.replace("if (req.user.id !== id) {", "if (req.user.id === id) {")
    (gap,) = _gaps(tmp_path / "all", open_to_all)
    assert gap.confidence is Confidence.HIGH


_GUARD = """
function requireStaff(req, res, next) {
  if (!permitted(req.user.role)) return res.status(403).json({ error: "staff only" });
  next();
}
"""


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ('app.get("/api/reports", requireStaff, (req, res) => res.json([]));', False),
        ('app.use("/api/reports", requireStaff);', False),
        ('app.use("/api", requireStaff);', True),
        ("app.use(requireStaff);", True),
    ],
)
def test_guard_of_one_route_says_nothing_of_the_next(
    before: str, asked: bool, tmp_path: Path
) -> None:
    routes = f"{_GUARD}\nexport function registerRoutes(app) {{\n{before}\n{_BY_ID}}}\n"
    gaps = _gaps(tmp_path, f"{routes}registerRoutes(app);")
    assert bool([gap for gap in gaps if gap.confidence is Confidence.HIGH]) is not asked
