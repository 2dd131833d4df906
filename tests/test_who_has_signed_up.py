# ruff: noqa: E501, S608 - code of prototypes is written as it is found
"""Addresses of a registration: signing up is for all, the list of those who have is not."""

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
app.use(express.json());
app.use(session({ secret: process.env.SESSION_SECRET }));
const known = (req, res, next) => req.session.userId ? next() : res.status(401).end();
app.get("/api/me", known, async (req, res) => {
  const { rows } = await db.query("SELECT * FROM accounts WHERE id = $1", [req.session.userId]);
  res.json(rows[0]);
});
ROUTE
app.listen(3000);
"""


def _gaps(folder: Path, route: str) -> int:
    package = '{"dependencies": {"express": "4.19.2", "pg": "8.11.0", "express-session": "1.18.0"}}'
    files = {"package.json": package, "server.js": _SERVER.replace("ROUTE", route)}
    return len(gaps(UnauthenticatedEndpoint(), folder, files))


@pytest.mark.parametrize("path", ["event-registration", "register", "sign-up"])
def test_the_list_of_who_has_signed_up_is_for_nobody(path: str, tmp_path: Path) -> None:
    route = (
        f'app.get("/api/{path}", async (req, res) => {{'
        ' const { rows } = await db.query("SELECT * FROM customers"); res.json(rows); });'
    )
    assert _gaps(tmp_path, route) == 1


@pytest.mark.parametrize(
    "route",
    [
        'app.post("/api/event-registration", async (req, res) => {'
        ' await db.query("INSERT INTO customers (full_name, email) VALUES ($1, $2)", [req.body.name, req.body.email]);'
        ' const { rows } = await db.query("SELECT * FROM customers"); res.json({ number: rows.length }); });',
        'app.get("/api/event-registration", async (req, res) => {'
        ' const { rows } = await db.query("SELECT id, title FROM events"); res.json(rows); });',
        'app.get("/api/event-registration", known, async (req, res) => {'
        ' const { rows } = await db.query("SELECT * FROM customers"); res.json(rows); });',
    ],
    ids=["signs up", "what there is", "signed in"],
)
def test_signing_up_is_for_all(route: str, tmp_path: Path) -> None:
    assert _gaps(tmp_path, route) == 0
