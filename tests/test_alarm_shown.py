"""What strangers and other users are really shown, sent and let do."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome, Severity

_PACKAGE = """{"type": "module", "dependencies": {"express": "4.21.0", "@prisma/client": "6.0.0",
  "pg": "8.13.0", "jsonwebtoken": "9.0.2", "resend": "4.0.0"}}"""
_SERVER = """
import express from "express";
import jwt from "jsonwebtoken";
import { Pool } from "pg";
import { PrismaClient } from "@prisma/client";
import { Resend } from "resend";
const pool = new Pool();
const prisma = new PrismaClient();
const resend = new Resend(process.env.RESEND_API_KEY);
const app = express();
app.use(express.json());
const known = (req) => {
  try { return jwt.verify(req.headers.authorization, process.env.JWT_SECRET); } catch { return null; }
};
const signedIn = (req, res, next) => {
  req.user = known(req);
  if (!req.user) return res.status(401).end();
  next();
};
const admin = (req, res, next) => (req.user.role === "admin" ? next() : res.status(403).end());
app.get("/mine", signedIn, async (req, res) => {
  res.json(await prisma.letter.findMany({ where: { userId: req.user.id } }));
});
DEED
app.listen(3000);
"""


def _gaps(control: Control, folder: Path, deed: str) -> list[Finding]:
    files = {"package.json": _PACKAGE, "server.js": _SERVER.replace("DEED", deed)}
    found = control.detect(prototype_of(folder, files))
    return [f for f in found if f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW]


_READ = """app.get("/invoices/:id", async (req, res) => {
  const invoice = await prisma.invoice.findUnique({ where: { id: req.params.id } });
  ASKED
  res.json(invoice);
});"""


@pytest.mark.parametrize(
    ("asked", "gaps"),
    [("const user = known(req); if (!user) return res.status(401).end();", 0), ("", 1)],
)
def test_a_row_that_is_read_before_the_login_is_asked_for_is_shown_to_nobody(
    tmp_path: Path, asked: str, gaps: int
) -> None:
    deed = _READ.replace("ASKED", asked)
    assert len(_gaps(UnauthenticatedEndpoint(), tmp_path, deed)) == gaps


_MAIL = """app.post("/bye", async (req, res) => {
  await resend.emails.send({
    from: "a@example.com", to: req.body.to, subject: "Your plan has ended", html: HTML,
  });
  res.end();
});"""


@pytest.mark.parametrize(
    ("html", "severity"), [('"<p>Bye</p>"', Severity.MEDIUM), ("req.body.html", Severity.HIGH)]
)
def test_a_mail_whose_words_stand_in_the_code_weighs_less(
    tmp_path: Path, html: str, severity: Severity
) -> None:
    (gap,) = _gaps(UnauthenticatedEndpoint(), tmp_path, _MAIL.replace("HTML", html))
    assert gap.severity is severity


_COUNT = """app.post("/ask", async (req, res) => {
  await pool.query(
    `INSERT INTO agents (agent_id, COLUMN) VALUES ($1, GIVEN)
     ON CONFLICT (agent_id) DO UPDATE SET COLUMN = CHANGED`,
    [req.body.agent_id, req.body.sent],
  );
  res.end();
});"""


@pytest.mark.parametrize(
    ("column", "value", "changed", "gaps"),
    [("total_queries", "1", "agents.total_queries + 1", 0), ("role", "$2", "$2", 1)],
)
def test_what_only_counts_is_no_change(
    tmp_path: Path, column: str, value: str, changed: str, gaps: int
) -> None:
    deed = _COUNT.replace("COLUMN", column).replace("GIVEN", value).replace("CHANGED", changed)
    deed = deed if value == "$2" else deed.replace(", req.body.sent", "")
    assert len(_gaps(UnauthenticatedEndpoint(), tmp_path, deed)) == gaps


_SPENT = """app.get("/letters/:id/cost", async (req, res) => {
  const { rows } = await pool.query("SELECT COLUMN FROM letters WHERE id = $1", [req.params.id]);
  res.json(rows);
});"""


@pytest.mark.parametrize(("column", "gaps"), [("tokens_used", 0), ("reset_token", 1)])
def test_what_a_model_took_in_is_no_secret(tmp_path: Path, column: str, gaps: int) -> None:
    deed = _SPENT.replace("COLUMN", column)
    assert len(_gaps(UnauthenticatedEndpoint(), tmp_path, deed)) == gaps


_ADDS = """app.post("/admin/TABLE", signedIn, admin, async (req, res) => {
  res.json(await prisma.TABLE.create({ data: { name: req.body.name } }));
});
app.post("/TABLE", signedIn, async (req, res) => {
  res.json(await prisma.TABLE.create({ data: { name: req.body.name } }));
});"""


@pytest.mark.parametrize(("table", "gaps"), [("company", 0), ("brand", 1)])
def test_whoever_signs_in_may_found_a_company(tmp_path: Path, table: str, gaps: int) -> None:
    deed = _ADDS.replace("TABLE", table)
    assert len(_gaps(MissingAuthorisation(), tmp_path, deed)) == gaps
