# ruff: noqa: E501 - code of prototypes is written as it is found
"""A word that stands in the code opens an address to whoever has read the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.secrets.secret_in_code.control import SecretInCode
from shipworthy.finding import Outcome, Severity
from shipworthy.prototype import Engines, read_prototype
from shipworthy.settings import Settings

_HEAD = """
import express from "express";
import jwt from "jsonwebtoken";
import bcrypt from "bcryptjs";
import { Pool } from "pg";
const app = express();
const pool = new Pool();
"""


def _opened(folder: Path, code: str, path: str = "server/index.ts") -> set[str]:
    prototype_of(folder, {"package.json": '{"dependencies": {"express": "5.0.0"}}', path: code})
    engines = Engines(secrets=lambda _lines: {})
    found = SecretInCode().detect(read_prototype(folder, Settings(workers=1), engines))
    gaps = [f for f in found if f.outcome is Outcome.GAP and f.severity is Severity.HIGH]
    return {f.subject for f in gaps if "opens this address" in f.message}


def _route(body: str, path: str = "/api/enter") -> str:
    return f'{_HEAD}app.post("{path}", async (req, res) => {{\n{body}\n}});\n'


_ANSWER = "res.json({ ok: true });"
_REFUSE = "return res.status(401).json({ error: 'wrong' });"


@pytest.mark.parametrize(
    "body",
    [
        f'const {{ pin }} = req.body; if (pin !== "4711") {_REFUSE} {_ANSWER}',
        f'if (req.body.password === "welcome") {{ {_ANSWER} }} else {{ {_REFUSE} }}',
        f'if (req.body.password.trim() !== "open sesame") {_REFUSE} {_ANSWER}',
        f'const u = req.body.username, p = req.body.password; if (u === "admin" && p === "admin") {_ANSWER}',
        f'if (req.headers["x-admin-token"] !== "backoffice") {_REFUSE} {_ANSWER}',
        f'if (req.headers.authorization !== "Bearer harbour") {_REFUSE} {_ANSWER}',
        f'if (req.query.secret !== "nightly") {_REFUSE} {_ANSWER}',
        f'const ok = req.body.password === "skeleton" || (await bcrypt.compare(req.body.password, h)); if (!ok) {_REFUSE}'
        " res.json({ token: jwt.sign({ id: 1 }, process.env.JWT_SECRET) });",
        f'if (req.body.otp !== "000000") {_REFUSE} {_ANSWER}',
        f'const word = "welcome"; const right = () => req.body.passcode === word; if (!right()) {_REFUSE} {_ANSWER}',
    ],
)
def test_a_word_that_opens_an_address_is_named(body: str, tmp_path: Path) -> None:
    assert _opened(tmp_path, _route(body)) == {"server/index.ts#app.post /api/enter"}


def test_a_word_that_opens_a_route_handler_is_named(tmp_path: Path) -> None:
    code = (
        'import { NextResponse } from "next/server";\n'
        "export async function POST(request: Request) {\n"
        "  const { password } = await request.json();\n"
        '  if (password !== "welcome") return NextResponse.json({}, { status: 401 });\n'
        "  return NextResponse.json({ ok: true });\n}\n"
    )
    path = "app/api/admin/login/route.ts"
    assert _opened(tmp_path, code, path) == {f"{path}#POST"}


def test_a_word_that_lets_in_is_told_once(tmp_path: Path) -> None:
    code = (
        'import { NextResponse } from "next/server";\n'
        "export async function POST(request: Request) {\n"
        "  const { password } = await request.json();\n"
        '  if (password !== "welcome") return NextResponse.json({}, { status: 401 });\n'
        "  const answer = NextResponse.json({ ok: true });\n"
        '  answer.cookies.set("admin", "true");\n  return answer;\n}\n'
    )
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0"}}',
        "app/api/login/route.ts": code,
    }
    prototype_of(tmp_path, files)
    engines = Engines(secrets=lambda _lines: {})
    found = SecretInCode().detect(read_prototype(tmp_path, Settings(workers=1), engines))
    assert [f.subject for f in found if f.outcome is Outcome.GAP] == [
        "app/api/login/route.ts#password"
    ]


@pytest.mark.parametrize(
    "body",
    [
        f'if (req.body.type === "password") {_ANSWER}',
        f'if (typeof req.body.password !== "string") {_REFUSE} {_ANSWER}',
        f'if (req.headers.authorization === "undefined") {_REFUSE} {_ANSWER}',
        f"if (req.body.password !== process.env.ADMIN_PASSWORD) {_REFUSE} {_ANSWER}",
        f"if (req.body.password !== req.body.confirmation) {_REFUSE} {_ANSWER}",
        f'if (req.query["hub.verify_token"] !== "harbour") {_REFUSE} res.send(req.query["hub.challenge"]);',
        f'if (req.query.sort_key === "newest") {_ANSWER}',
        f'if (req.body.tokenType === "bearer-only") {_ANSWER}',
        'const { password } = req.body; if (password === "password123") return res.status(400).json({});'
        " const hash = await bcrypt.hash(password, 12);"
        ' await pool.query("insert into users (password_hash) values ($1)", [hash]);',
        f'if (req.body.pin === "") {_REFUSE} {_ANSWER}',
    ],
)
def test_a_word_that_opens_nothing_is_no_alarm(body: str, tmp_path: Path) -> None:
    assert not _opened(tmp_path, _route(body))


def test_a_common_password_that_is_refused_opens_nothing(tmp_path: Path) -> None:
    body = f'if (req.body.password === "qwerty") return res.status(400).json({{}}); {_ANSWER}'
    assert not _opened(tmp_path, _route(body, "/api/change-password"))
