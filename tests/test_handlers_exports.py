"""An export that nobody guards, of rows that every other entry point shows only after a login."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Outcome

_HEAD = """
import express from "express";
import jwt from "jsonwebtoken";
import { Pool } from "pg";
const app = express();
const pool = new Pool();
function signedIn(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET); }
  catch { return res.status(401).json({ error: "sign in" }); }
  next();
}
const ask = async (text, values) => (await pool.query(text, values)).rows;
"""
_KEPT = """
app.get("/api/inspections", signedIn, async (req, res) => {
  res.json(await ask("select * from inspections"));
});
app.get("/api/inspections/:id", signedIn, async (req, res) => {
  res.json((await ask("select * from inspections where id = $1", [req.params.id]))[0]);
});
app.get("/api/sites/:site/inspections", signedIn, async (req, res) => {
  res.json(await ask("select * from inspections where site = $1", [req.params.site]));
});
"""
_EXPORT = """
app.get("/api/export/inspections", async (req, res) => {
  const rows = await ask("select * from inspections where site = $1", [req.query.site]);
  res.attachment("inspections.csv").send(rows.map((row) => `${row.title};${row.state}`).join("\\n"));
});
"""
_SHOWN = """
app.get("/api/board", async (req, res) => { res.json(await ask("select * from inspections")); });
"""


def _gaps(folder: Path, code: str) -> set[str]:
    files = {"package.json": '{"dependencies": {"express": "5.0.0"}}', "index.ts": _HEAD + code}
    found = UnauthenticatedEndpoint().detect(prototype_of(folder, files))
    gaps = (f for f in found if f.outcome is Outcome.GAP)
    return {f.subject for f in gaps if f.confidence is not Confidence.LOW}


@pytest.mark.parametrize("address", ["/api/export/inspections", "/inspections.csv", "/backup"])
def test_an_open_export_of_rows_behind_a_login_is_an_alarm(address: str, tmp_path: Path) -> None:
    code = _KEPT + _EXPORT.replace("/api/export/inspections", address)
    assert _gaps(tmp_path, code) == {f"index.ts#app.get {address}"}


@pytest.mark.parametrize(
    "code",
    [
        _KEPT + _EXPORT.replace("async", "signedIn, async", 1),
        _KEPT + _SHOWN + _EXPORT,
        _EXPORT,
        _KEPT + _EXPORT.replace("/api/export/inspections", "/api/board"),
    ],
    ids=["guarded", "shown to all elsewhere", "nothing is guarded", "a page for visitors"],
)
def test_rows_that_visitors_may_see_can_be_exported(code: str, tmp_path: Path) -> None:
    assert not _gaps(tmp_path, code)
