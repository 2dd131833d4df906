# ruff: noqa: E501 - code of prototypes is written as it is found
"""Reports that add up somebody's money: for whom the caller names, or for himself."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import gaps
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint

_SERVER = """
import express from "express";
import session from "express-session";
import { Pool } from "pg";
const app = express();
const db = new Pool();
app.use(session({ secret: process.env.SESSION_SECRET }));
const known = (req, res, next) => req.session.userId ? next() : res.status(401).end();
app.get("/api/loans", known, async (req, res) => {
  const { rows } = await db.query("SELECT * FROM loans WHERE club_id = $1 AND user_id = $2", [req.query.club_id, req.session.userId]);
  res.json(rows);
});
ROUTE
app.listen(3000);
"""
_SCHEMA = """
create table users (id serial primary key, email text);
create table loans (id serial primary key, club_id int, user_id int references users (id), amount numeric);
"""
_SUM = (
    'const { rows } = await db.query("SELECT COALESCE(SUM(amount), 0) AS total FROM loans WHERE club_id = $1",'
    " [req.query.club_id]); res.json({ total: rows[0].total });"
)


def _open(folder: Path, route: str) -> list[str]:
    package = '{"dependencies": {"express": "4.19.2", "pg": "8.11.0", "express-session": "1.18.0"}}'
    text = _SERVER.replace("ROUTE", route)
    files = {"package.json": package, "server.js": text, "schema.sql": _SCHEMA}
    return [f.subject for f in gaps(UnauthenticatedEndpoint(), folder, files)]


@pytest.mark.parametrize("path", ["reports/financial-statement", "clubs/net-worth", "ledger"])
def test_a_report_of_the_money_of_whom_the_caller_names_is_no_public_count(
    path: str, tmp_path: Path
) -> None:
    route = f'app.get("/api/{path}", async (req, res) => {{ {_SUM} }});'
    assert _open(tmp_path, route) == [f"server.js#app.get /api/{path}"]


@pytest.mark.parametrize(
    "route",
    [
        f'app.get("/api/reports/sum", known, async (req, res) => {{ {_SUM} }});',
        f'app.get("/api/raised", async (req, res) => {{ {_SUM} }});',
        f'app.get("/api/reports/how-many", async (req, res) => {{ {_SUM.replace("SUM(amount)", "COUNT(*)")} }});',
    ],
    ids=["signed in", "told to all", "counted"],
)
def test_other_sums_are_no_alarm(route: str, tmp_path: Path) -> None:
    assert _open(tmp_path, route) == []
