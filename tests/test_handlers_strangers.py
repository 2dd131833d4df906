"""Whether every signed-in user is a stranger decides if rows of others are an alarm or a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.finding import Confidence, Outcome

_APP = """
import express from "express";
import bcrypt from "bcrypt";
import jwt from "jsonwebtoken";
import { Pool } from "pg";

const app = express();
const pool = new Pool();

function signedIn(req, res, next) {
  try {
    req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET);
  } catch {
    return res.status(401).json({ error: "sign in" });
  }
  next();
}

app.post("/api/login", async (req, res) => {
  const found = await pool.query("select * from users where email = $1", [req.body.email]);
  const ok = found.rows[0] && (await bcrypt.compare(req.body.password, found.rows[0].password_hash));
  if (!ok) return res.status(401).json({ error: "wrong" });
  res.json({ token: jwt.sign({ id: found.rows[0].id }, process.env.JWT_SECRET, { expiresIn: "1h" }) });
});

app.get("/api/invoices", signedIn, async (req, res) => {
  const mine = await pool.query("select * from invoices where user_id = $1", [req.user.id]);
  res.json(mine.rows);
});

app.get("/api/invoices/:id", signedIn, async (req, res) => {
  const found = await pool.query("select * from invoices where id = $1", [req.params.id]);
  res.json(found.rows[0]);
});
"""
_SIGN_UP = """
app.post("/api/register", async (req, res) => {
  const hash = await bcrypt.hash(req.body.password, 12);
  await pool.query("insert into users (email, password_hash) values ($1, $2)", [req.body.email, hash]);
  res.status(201).end();
});
"""


@pytest.mark.parametrize(
    ("code", "confident"), [(_APP, False), (_APP + _SIGN_UP, True)], ids=["staff", "strangers"]
)
def test_rows_of_others_are_a_question_among_staff(
    code: str, confident: bool, tmp_path: Path
) -> None:
    package = '{"dependencies": {"express": "5.0.0", "pg": "8.0.0"}}'
    prototype = prototype_of(tmp_path, {"package.json": package, "server/index.ts": code})
    gaps = [f for f in MissingAuthorisation().detect(prototype) if f.outcome is Outcome.GAP]
    assert [g.subject for g in gaps] == ["server/index.ts#app.get /api/invoices/:id"]
    assert (gaps[0].confidence is not Confidence.LOW) is confident


_CUSTOMERS = """
app.post("/api/portal/register", async (req, res) => {
  const hash = await bcrypt.hash(req.body.password, 12);
  await pool.query("insert into customers (email, password_hash) values ($1, $2)", [req.body.email, hash]);
  res.status(201).end();
});
"""


def test_customers_with_a_door_of_their_own_make_no_strangers_of_staff(tmp_path: Path) -> None:
    prototype = prototype_of(tmp_path, {"package.json": "{}", "server/index.ts": _APP + _CUSTOMERS})
    gaps = [f for f in MissingAuthorisation().detect(prototype) if f.outcome is Outcome.GAP]
    assert gaps
    assert {finding.confidence for finding in gaps} == {Confidence.LOW}
