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


_MODELS = """
from typing import Optional
from sqlmodel import Field, SQLModel

class Account(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str
    account_unique_id: str = Field(unique=True)

class User(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    email: str
    user_password: str
    account_unique_id: str = Field(foreign_key="account.account_unique_id")

class Folder(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str
    account_unique_id: str

class Document(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    content: str
    account_unique_id: str
"""
_PYTHON = """
import os
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import jwt
from sqlmodel import Session
from {source} import and_, select
from models import Account, Document, Folder, User

app = FastAPI()
oauth = OAuth2PasswordBearer(tokenUrl="token")

def get_session():
    with Session(engine) as session:
        yield session

def signed_in(token: str = Depends(oauth), session: Session = Depends(get_session)):
    claims = jwt.decode(token, os.environ["SECRET"], algorithms=["HS256"])
    user = session.exec(select(User).where(User.email == claims["sub"])).first()
    if user is None:
        raise HTTPException(status_code=401)
    return user

{route}
"""
_OF_ACCOUNT = """
@app.{verb}("/accounts/{{account_unique_id}}/x")
def x(account_unique_id: str, user: User = Depends(signed_in), session: Session = Depends(get_session)):
    {check}
    {body}
"""
_LISTED = """statement = select(Document).where(and_(Document.account_unique_id == account_unique_id))
    return session.exec(statement).all()"""
_ADDED = """session.add(Folder(name="x", account_unique_id=account_unique_id))
    session.commit()"""
_DELETED = """statement = select(Account).where(Account.account_unique_id == account_unique_id)
    session.delete(session.exec(statement).first())
    session.commit()"""


@pytest.mark.parametrize(
    "source", ["sqlmodel", "sqlmodel.sql.expression", "sqlalchemy.sql.expression"]
)
@pytest.mark.parametrize(
    ("verb", "body", "severity"),
    [("get", _LISTED, "high"), ("post", _ADDED, "medium"), ("delete", _DELETED, "high")],
)
@pytest.mark.parametrize("is_checked", [False, True])
def test_the_account_that_a_path_names_is_the_caller_s(
    source: str, verb: str, body: str, severity: str, is_checked: bool, tmp_path: Path
) -> None:
    check = "if user.account_unique_id != account_unique_id: raise HTTPException(status_code=403)"
    route = _OF_ACCOUNT.format(verb=verb, body=body, check=check if is_checked else "pass")
    files = {
        "requirements.txt": "fastapi==0.115\nsqlmodel==0.0.22\npython-jose==3.3\n",
        "models.py": _MODELS,
        "main.py": _PYTHON.format(source=source, route=route),
    }
    found = MissingAuthorisation().detect(prototype_of(tmp_path, files))
    gaps = [f for f in found if f.outcome is Outcome.GAP]
    assert [(f.severity.label, f.confidence) for f in gaps] == (
        [] if is_checked else [(severity, Confidence.HIGH)]
    )


_BY_ROLE = """
app.get("/api/leads/all", signedIn, async (req, res) => {
  const tenant = Number(req.query.subAccountId);
  if (%s) return res.status(403).json({ error: "not for you" });
  res.json(await db.select().from(leads).where(eq(leads.subAccountId, tenant)));
});
"""


@pytest.mark.parametrize(
    ("refused", "alarms"),
    [
        ('req.user.role !== "super_admin" && req.user.role !== "client_admin"', True),
        ('req.user.role !== "client_admin" && req.user.role !== "super_admin"', True),
        ('!["super_admin", "client_admin"].includes(req.user.role)', True),
        ('req.user.role !== "super_admin"', False),
        ('!["super_admin", "support"].includes(req.user.role)', False),
        ('req.user.role !== "super_admin" && req.user.subAccountId !== tenant', False),
        ('req.user.role !== "client_admin" || req.user.subAccountId !== tenant', False),
    ],
)
def test_who_administers_one_tenant_has_no_right_over_the_others(
    refused: str, alarms: bool, tmp_path: Path
) -> None:
    gaps = _gaps(tmp_path, _BY_ROLE % refused)
    assert bool(gaps) is alarms
    assert all("client_admin in one organisation" in gap.message for gap in gaps)


_ADDS = """
app.post("/api/leads", signedIn, async (req, res) => {
  const { phone, subAccountId } = req.body;
  await db.insert(leads).values({ phone, subAccountId: %s });
  res.status(201).json({ ok: true });
});
"""


@pytest.mark.parametrize(
    ("tenant", "alarms"),
    [
        ("subAccountId || req.user.subAccountId", True),
        ("subAccountId || req.user.subAccountId || 1", True),
        ("req.user.subAccountId", False),
        ("req.user.subAccountId || subAccountId", False),
    ],
)
def test_who_names_the_tenant_of_a_new_row_is_held_to_none(
    tenant: str, alarms: bool, tmp_path: Path
) -> None:
    gaps = [g for g in _gaps(tmp_path, _ADDS % tenant) if g.confidence is Confidence.HIGH]
    assert bool(gaps) is alarms
