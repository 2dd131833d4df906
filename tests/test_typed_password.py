# ruff: noqa: E501 - code of prototypes is written as it is found
"""A password in an answer: whether whoever asks has just typed it himself."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.http.internals_in_response.control import InternalsInResponse
from shipworthy.finding import Outcome, Severity

_SERVER = """import express from "express";
import session from "express-session";
import { drizzle } from "drizzle-orm/node-postgres";
import { eq } from "drizzle-orm";
import { pgTable, serial, text } from "drizzle-orm/pg-core";
export const keepers = pgTable("keepers", { id: serial("id").primaryKey(), name: text("name"), password: text("password") });
const db = drizzle(process.env.DATABASE_URL!);
const app = express();
app.use(express.json());
app.use(session({ secret: process.env.SESSION_SECRET! }));
app.use((req: any, res: any, next: any) => req.session.userId ? next() : res.status(401).json({ error: "no" }));
ROUTE
app.listen(3000);
"""
_ADDS = """app.post("/api/keepers", async (req, res) => {
  const { name, password } = req.body;
  const [made] = await db.insert(keepers).values({ name, password }).returning();
  res.json({ id: made.id, password: made.password });
});"""
_FINDS = """app.post("/api/keepers", async (req, res) => {
  const { name, password } = req.body;
  const [known] = await db.select().from(keepers).where(eq(keepers.name, name));
  if (known) return res.json({ id: known.id, password: known.password });
  await db.insert(keepers).values({ name, password });
  res.json({ ok: true });
});"""
_LISTS = """app.get("/api/keepers", async (req, res) => {
  const all = await db.select().from(keepers);
  res.json(all.map((k) => ({ id: k.id, password: k.password })));
});"""


@pytest.mark.parametrize(
    ("route", "severity", "then"),
    [
        (_ADDS, Severity.LOW, "gets back the password just typed"),
        (_FINDS, Severity.HIGH, "can take over the accounts"),
        (_LISTS, Severity.HIGH, "can take over the accounts"),
    ],
)
def test_a_password_just_typed_opens_no_other_account(
    tmp_path: Path, route: str, severity: Severity, then: str
) -> None:
    files = {
        "package.json": '{"scripts": {"start": "tsx server.ts"}, "dependencies": {"express": "4", "drizzle-orm": "0.30"}}',
        "server.ts": _SERVER.replace("ROUTE", route),
    }
    found = InternalsInResponse().detect(prototype_of(tmp_path, files))
    (gap,) = (f for f in found if f.outcome is Outcome.GAP)
    assert (gap.severity, then in gap.message) == (severity, True), gap.message
