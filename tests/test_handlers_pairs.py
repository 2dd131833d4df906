"""Functions that give back a result and an error: what the caller makes of the pair is followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind

_PYTHON = """
import os

import jwt
import psycopg2
from fastapi import Depends, FastAPI

app = FastAPI()
conn = psycopg2.connect(os.environ["DATABASE_URL"])


def current(authorization: str):
    return jwt.decode(authorization, os.environ["SECRET"], algorithms=["HS256"])


def owned(cursor, task_id, user_id):
    cursor.execute("select * from tasks where id = %s", (task_id,))
    task = cursor.fetchone()
    if task is None:
        return None, {"code": 404}
    if user_id != task["user_id"]:
        return None, {"code": 403}
    return task, None


@app.delete("/tasks/{task_id}")
def delete_task(task_id: int, user=Depends(current)):
    cursor = conn.cursor()
    CHECK
    cursor.execute("delete from tasks where id = %s", (task_id,))
"""
_JAVASCRIPT = """
import express from "express";
import jwt from "jsonwebtoken";
import { Pool } from "pg";

const app = express();
const pool = new Pool();

function signedIn(req, res, next) {
  req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET);
  next();
}

async function owned(id, user) {
  const { rows } = await pool.query("select * from tasks where id = $1", [id]);
  if (!rows[0]) return [null, "no such task"];
  if (rows[0].user_id !== user.id) return [null, "not yours"];
  return [rows[0], null];
}

app.delete("/tasks/:id", signedIn, async (req, res) => {
  CHECK
  await pool.query("delete from tasks where id = $1", [req.params.id]);
  res.end();
});
"""
_ASKED = "task, err = owned(cursor, task_id, user['id'])\n    if {}:\n        return err"
_FOUND = (
    "found = owned(cursor, task_id, user['id'])\n    if found[1] is not None:\n        return 1"
)
_GOT = "const [task, problem] = await owned(req.params.id, req.user);\n"
_TURNED = "if ({}) return res.status(403).json({{ problem }});"


def _deletion(folder: Path, path: str, code: str) -> Effect:
    package = '{"dependencies": {"express": "5", "pg": "8", "jsonwebtoken": "9"}}'
    files = {"package.json": package, "requirements.txt": "fastapi\npsycopg2\npyjwt\n", path: code}
    (handler,) = prototype_of(folder, files).handlers
    (effect,) = (e for e in handler.effects_of(EffectKind.QUERY) if e.operation == "delete")
    return effect


@pytest.mark.parametrize(
    "check",
    [
        _ASKED.format("err is not None"),
        _ASKED.format("err"),
        _ASKED.format("not task"),
        _ASKED.format("task is None"),
        _FOUND,
    ],
)
def test_an_error_beside_the_result_turns_strangers_away_in_python(
    check: str, tmp_path: Path
) -> None:
    assert _deletion(tmp_path, "main.py", _PYTHON.replace("CHECK", check)).has(Check.OWNER)


@pytest.mark.parametrize("test", ["problem", "!task", "problem !== null", "task === null"])
def test_an_error_beside_the_result_turns_strangers_away_in_javascript(
    test: str, tmp_path: Path
) -> None:
    code = _JAVASCRIPT.replace("CHECK", _GOT + _TURNED.format(test))
    assert _deletion(tmp_path, "server.js", code).has(Check.OWNER)


def test_an_error_that_nobody_looks_at_turns_nobody_away(tmp_path: Path) -> None:
    python = _PYTHON.replace("CHECK", "task, err = owned(cursor, task_id, user['id'])")
    assert not _deletion(tmp_path / "python", "main.py", python).has(Check.OWNER)
    javascript = _JAVASCRIPT.replace("CHECK", _GOT)
    assert not _deletion(tmp_path / "javascript", "server.js", javascript).has(Check.OWNER)
