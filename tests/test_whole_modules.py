"""Modules of CommonJS that are one function: `module.exports = signedIn`."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check

_ROUTES = """
const express = require("express");
const { Pool } = require("pg");
const signedIn = require("./guards/first");
const only = require("./guards/second");
const app = express();
const pool = new Pool();
app.get("/api/berths/:id", signedIn, only("warden"), async (req, res) => {
  const { rows } = await pool.query("select * from berths where id = $1", [req.params.id]);
  res.json(rows);
});
app.listen(3000);
"""
_FIRST = """
const jwt = require("jsonwebtoken");
const first = (req, res, next) => {
  req.user = jwt.verify(req.header("Authorization"), process.env.JWT_SECRET);
  next();
};
module.exports = first;
"""
_SECOND = """
const second = (...allowed) => (req, res, next) => {
  if (!allowed.includes(req.user.role)) return res.status(403).json({ error: "no" });
  next();
};
module.exports = second;
"""


def test_a_function_that_is_all_of_a_module_is_followed(tmp_path: Path) -> None:
    files = {"server.js": _ROUTES, "guards/first.js": _FIRST, "guards/second.js": _SECOND}
    read = prototype_of(tmp_path, {"package.json": '{"name": "harbor"}', **files})
    (handler,) = read.handlers
    (query,) = (e for e in handler.effects if e.target == "berths")
    assert query.has(Check.ROLE)
    assert query.has(Check.SESSION)
