"""Limits on calls: how much they let through, and where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.finding import Finding
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

SERVER = (
    'import express from "express";\n'
    'import rateLimit from "express-rate-limit";\n'
    'import OpenAI from "openai";\n'
    "const app = express();\n"
    "const openai = new OpenAI();\n"
)
ROUTE = (
    'app.post("/api/ask", async (req, res) => {\n'
    '  const messages = [{ role: "user", content: req.body.question }];\n'
    '  res.json(await openai.chat.completions.create({ model: "gpt-4o", messages }));\n'
    "});\n"
)


def of_server(folder: Path, limit: str) -> list[Finding]:
    """The gaps in how often a model may be asked, behind these lines."""
    (folder / "package.json").write_text('{"dependencies": {"express": "4", "openai": "4"}}')
    (folder / "server.ts").write_text(SERVER + limit + ROUTE, encoding="utf-8")
    found = run_assess(folder, Settings(), ["missing-rate-limit"]).findings
    return [f for f in found if f.outcome.value == "gap"]


@pytest.mark.parametrize(
    "limit",
    [
        'app.use("/api", rateLimit({ windowMs: 60_000, max: 1200 }));\n',
        "const limiter = rateLimit({ windowMs: 15 * 60 * 1000, limit: 18000 });\napp.use(limiter);\n",
        "const limiter = rateLimit({ max: 1200 });\n"
        'app.use("/api", (req, res, next) => { return limiter(req, res, next); });\n',
    ],
)
def test_limit_that_lets_nearly_all_through_is_named(tmp_path: Path, limit: str) -> None:
    (gap,) = of_server(tmp_path, limit)
    assert "with no other limit than that of all routes, at most 1200 a minute" in gap.message


@pytest.mark.parametrize(
    "limit",
    [
        "app.use(rateLimit({ windowMs: 15 * 60 * 1000, max: 100 }));\n",
        'app.use("/api", rateLimit({ max: Number(process.env.MOST) }));\n',
        "const limiter = rateLimit({ max: 20 });\n"
        'app.use("/api", (req, res, next) => { return limiter(req, res, next); });\n',
    ],
)
def test_limit_that_holds_is_no_gap(tmp_path: Path, limit: str) -> None:
    assert not of_server(tmp_path, limit)


def test_no_limit_at_all_is_said_to_be_none(tmp_path: Path) -> None:
    (gap,) = of_server(tmp_path, "")
    assert "without any limit" in gap.message


def test_of_two_limits_the_looser_is_named(tmp_path: Path) -> None:
    limit = (
        "const some = rateLimit({ max: 300 });\nconst all = rateLimit({ max: 1200 });\n"
        'app.use("/api", (req, res, next) => {\n'
        '  if (req.path.startsWith("/prices")) return some(req, res, next);\n'
        "  return all(req, res, next);\n});\n"
    )
    (gap,) = of_server(tmp_path, limit)
    assert "at most 1200 a minute" in gap.message


FLASK = """
from flask import Flask, jsonify, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from openai import OpenAI

app = Flask(__name__)
openai = OpenAI()
LIMITER


@app.post("/ask")
def ask():
    messages = [{"role": "user", "content": request.json["question"]}]
    found = openai.chat.completions.create(model="gpt-4o", messages=messages)
    return jsonify(found.choices[0].message.content)
"""


@pytest.mark.parametrize(
    ("limiter", "held"),
    [
        ('limiter = Limiter(get_remote_address, app=app, default_limits=["20 per hour"])', True),
        ('limiter = Limiter(get_remote_address, default_limits=["9/minute"])\nlimiter.init_app(app)', True),
        ('Limiter(get_remote_address, app=app, application_limits=["200/day", "20/hour"])', True),
        ("limiter = Limiter(get_remote_address, app=app)", False),
        ("limiter = Limiter(get_remote_address, app=app, default_limits=[])", False),
        ('limiter = Limiter(get_remote_address, app=app, default_limits=["2000/minute"])', False),
    ],
)  # fmt: skip
def test_limit_of_all_routes_of_flask_is_known(limiter: str, held: bool, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask\nflask-limiter\nopenai\n")
    (tmp_path / "app.py").write_text(FLASK.replace("LIMITER", limiter), encoding="utf-8")
    found = run_assess(tmp_path, Settings(), ["missing-rate-limit"]).findings
    assert any(f.outcome.value == "gap" for f in found) is not held
