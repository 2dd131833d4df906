"""Files of a server that stand in for tables, and who is let read and change them."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import gaps
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Finding

_STORE = """
import fs from "fs";
import path from "path";
const FOLDER = path.join(process.cwd(), "data");
export function load(name) {
  const file = path.join(FOLDER, `${name}.json`);
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf-8")) : [];
}
export function save(name, rows) {
  fs.writeFileSync(path.join(FOLDER, `${name}.json`), JSON.stringify(rows));
}
export function addLike(name, id) {
  const rows = load(name);
  rows.find((row) => row.id === id).likes += 1;
  save(name, rows);
}
"""
_SERVER = """
import express from "express";
import session from "express-session";
import { addLike, load, save } from "./store.js";
const app = express();
app.use(express.json());
app.use(session({ secret: process.env.SESSION_SECRET }));
const known = (req, res, next) => req.session.userId ? next() : res.status(401).end();
app.get("/api/me", known, (req, res) => res.json({ id: req.session.userId }));
ROUTE
app.listen(3000);
"""


def _gaps(folder: Path, route: str) -> list[Finding]:
    package = (
        '{"type": "module", "dependencies": {"express": "4.19.2", "express-session": "1.18.0"}}'
    )
    server = _SERVER.replace("ROUTE", route)
    files = {"package.json": package, "server.js": server, "store.js": _STORE}
    return gaps(UnauthenticatedEndpoint(), folder, files)


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ('app.get("/api/orders", (req, res) => res.json(load("orders")));', "read orders"),
        (
            'app.get("/api/people", (req, res) => res.json(load("db").customers));',
            "read db",
        ),
        (
            'app.delete("/api/posts/:id", (req, res) => {'
            ' save("posts", load("posts").filter((p) => p.id !== req.params.id)); res.end(); });',
            "delete posts",
        ),
        (
            'app.patch("/api/posts/:id", (req, res) => { const rows = load("posts");'
            " Object.assign(rows.find((p) => p.id === req.params.id), req.body);"
            ' save("posts", rows); res.end(); });',
            "change posts",
        ),
    ],
    ids=["list", "one file for all", "taken away", "changed"],
)
def test_a_file_of_rows_is_open_like_a_table(route: str, said: str, tmp_path: Path) -> None:
    (found,) = _gaps(tmp_path, route)
    assert f"can {said}" in found.message


@pytest.mark.parametrize(
    "route",
    [
        'app.get("/api/orders", known, (req, res) => res.json(load("orders")));',
        'app.get("/api/products", (req, res) => res.json(load("products")));',
        'app.get("/api/orders/count", (req, res) => res.json({ count: load("orders").length }));',
        'app.get("/api/texts", (req, res) => res.json(load("de")));',
        'app.patch("/api/posts/:id/thanks", (req, res) => { addLike("posts", req.params.id); res.end(); });',
        'app.post("/api/orders", (req, res) => {'
        ' save("orders", [...load("orders"), req.body]); res.end(); });',
    ],
    ids=["signed in", "catalogue", "count", "texts", "like", "order of a guest"],
)
def test_what_is_meant_for_all_is_no_alarm(route: str, tmp_path: Path) -> None:
    assert _gaps(tmp_path, route) == []
