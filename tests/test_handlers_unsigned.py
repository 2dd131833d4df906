"""Sessions that nothing signs: who a cookie or token says that its holder is, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check, Effect
from shipworthy.prototype.handlers.standing import Caller, caller

_APP = """
import crypto from "node:crypto";
import express from "express";
import cookieParser from "cookie-parser";
import jwt from "jsonwebtoken";
import { Pool } from "pg";

const app = express();
const pool = new Pool();
app.use(cookieParser());

function holder(req) {
  HOLDER
}

async function signedIn(req, res, next) {
  const id = holder(req);
  if (!id) return res.status(401).json({ error: "sign in" });
  const { rows } = await pool.query("select * from users where id = $1", [id]);
  if (!rows[0]) return res.status(401).json({ error: "sign in" });
  req.user = rows[0];
  next();
}

app.delete("/api/devices/:id", signedIn, async (req, res) => {
  await pool.query("delete from devices where id = $1 and user_id = $2", [req.params.id, req.user.id]);
  res.end();
});
"""
_PACKAGE = (
    '{"dependencies": {"express": "5", "cookie-parser": "1", "pg": "8", "jsonwebtoken": "9"}}'
)
_TOKEN = 'const token = (req.headers.authorization || "").slice(7);\n  '


def _caller(folder: Path, holder: str) -> tuple[Caller, Effect]:
    files = {"package.json": _PACKAGE, "server.js": _APP.replace("HOLDER", holder)}
    (handler,) = prototype_of(folder, files).handlers
    (effect,) = (e for e in handler.effects if e.operation == "delete")
    return caller(handler, effect), effect


@pytest.mark.parametrize(
    "holder",
    [
        f'{_TOKEN}return JSON.parse(Buffer.from(token, "base64").toString("utf8")).userId;',
        f"{_TOKEN}return JSON.parse(atob(token)).userId;",
        f"{_TOKEN}const {{ userId }} = JSON.parse(atob(token)); return userId;",
        f'{_TOKEN}return JSON.parse(atob(token.split(".")[1])).sub;',
        f"{_TOKEN}return jwt.decode(token).sub;",
        'return JSON.parse(Buffer.from(req.cookies.session, "base64").toString()).userId;',
        "return JSON.parse(req.cookies.session).userId;",
    ],
)
def test_who_is_only_read_from_a_token_is_anybody(holder: str, tmp_path: Path) -> None:
    who, effect = _caller(tmp_path, holder)
    assert who is Caller.ANYBODY
    assert not effect.has(Check.SESSION)


@pytest.mark.parametrize(
    "holder",
    [
        f"{_TOKEN}return jwt.verify(token, process.env.JWT_SECRET).sub;",
        f"{_TOKEN}jwt.verify(token, process.env.JWT_SECRET);\n  return JSON.parse(atob(token)).userId;",
    ],
)
def test_who_is_read_from_a_verified_token_is_known(holder: str, tmp_path: Path) -> None:
    assert _caller(tmp_path, holder)[0] is Caller.KNOWN


def test_the_token_of_a_kept_session_says_who_calls(tmp_path: Path) -> None:
    code = _APP.replace("HOLDER", "return req.headers.authorization;")
    code = code.replace("from users where id = $1", "from sessions where token = $1")
    files = {"package.json": _PACKAGE, "server.js": code.replace("req.user.id", "req.user.user_id")}
    (handler,) = prototype_of(tmp_path, files).handlers
    (effect,) = (e for e in handler.effects if e.operation == "delete")
    assert caller(handler, effect) is Caller.KNOWN
