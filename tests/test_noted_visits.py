"""What a middleware notes of every request is one question, and no reason to judge no route."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome

_APP = """
import express from "express";
import jwt from "jsonwebtoken";
import { Pool } from "pg";

const app = express();
const pool = new Pool({ connectionString: process.env.DATABASE_URL });
app.use(express.json());
app.use(async (req, res, next) => {
  await pool.query("insert into visit_events (path, words) values ($1, $2)", [req.path, req.query.q]);
  next();
});

function signedIn(req, res, next) {
  req.user = jwt.verify(req.cookies.token, process.env.JWT_SECRET);
  next();
}

app.get("/api/letters", signedIn, async (req, res) => {
  const { rows } = await pool.query("select * from letters where user_id = $1", [req.user.id]);
  res.json(rows);
});

app.get("/api/notes", signedIn, async (req, res) => {
  const { rows } = await pool.query("select * from notes where user_id = $1", [req.user.id]);
  res.json(rows);
});
"""
_SCHEMA = """
create table letters (id serial primary key, user_id integer, content text);
create table notes (id serial primary key, user_id integer, content text);
create table visit_events (id serial primary key, path text, words text);
"""


def _findings(folder: Path) -> list[Finding]:
    files = {"package.json": '{"dependencies": {"express": "5", "pg": "8"}}'}
    files |= {"schema.sql": _SCHEMA, "server.js": _APP}
    prototype = prototype_of(folder, files)
    found = [
        *UnauthenticatedEndpoint().detect(prototype),
        *MissingAuthorisation().detect(prototype),
    ]
    return [f for f in found if "/api/" in f.subject]


def test_what_notes_all_visits_is_asked_about_once(tmp_path: Path) -> None:
    gaps = [f for f in _findings(tmp_path) if f.outcome is Outcome.GAP]
    assert [f.confidence for f in gaps] == [Confidence.LOW]


def test_route_behind_it_is_judged_by_what_it_does_itself(tmp_path: Path) -> None:
    judged = [f for f in _findings(tmp_path) if "notes" in f.subject]
    held = [f.outcome for f in judged if f.control == "missing-authorisation"]
    assert held == [Outcome.SATISFIED]
