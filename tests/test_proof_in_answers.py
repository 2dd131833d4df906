"""What proves whose account it is goes to the mail or phone of the account, not to whoever asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.http.internals_in_response.control import InternalsInResponse
from shipworthy.finding import Outcome, Severity

_SERVER = """
import crypto from "crypto";
import express from "express";
import { Pool } from "pg";
const app = express();
const db = new Pool();
app.use(express.json());
app.post("PATH", async (req, res) => {
  const { rows } = await db.query("SELECT id FROM users WHERE email = $1", [req.body.email]);
  if (!rows[0]) return res.json({ ok: true });
  const token = crypto.randomBytes(32).toString("hex");
  await db.query("UPDATE users SET reset_token = $1 WHERE id = $2", [token, rows[0].id]);
  ANSWER
});
app.listen(3000);
"""
_PACKAGE = '{"dependencies": {"express": "4.19.2", "pg": "8.11.0"}}'
_FORGOT = "/api/auth/forgot-password"


def _severities(folder: Path, path: str, answer: str) -> list[Severity]:
    text = _SERVER.replace("PATH", path).replace("ANSWER", answer)
    prototype = prototype_of(folder, {"package.json": _PACKAGE, "server.js": text})
    found = InternalsInResponse().detect(prototype)
    return [f.severity for f in found if f.outcome is Outcome.GAP]


@pytest.mark.parametrize(
    "answer",
    [
        "res.json({ ok: true, resetToken: token });",
        "res.json({ data: { resetUrl: `https://shop.example/reset?token=${token}` } });",
        "res.json({ otp: token });",
    ],
)
def test_whoever_asks_gets_the_token_that_resets_the_password(tmp_path: Path, answer: str) -> None:
    assert _severities(tmp_path, _FORGOT, answer) == [Severity.CRITICAL]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (_FORGOT, "res.json({ ok: true });"),
        (_FORGOT, "res.json({ ok: true, resetToken: null });"),
        (_FORGOT, "res.json({ resetToken: req.body.resetToken });"),
        (
            _FORGOT,
            'res.json({ otp: process.env.NODE_ENV === "development" ? token : undefined });',
        ),
        (
            _FORGOT,
            'res.json({ ...(process.env.NODE_ENV !== "production" && { resetToken: token }) });',
        ),
        (
            _FORGOT,
            'if (process.env.NODE_ENV !== "production") return res.json({ otp: token }); res.end();',
        ),
        ("/api/invoices", "res.json({ verificationCode: token });"),
    ],
)
def test_an_answer_without_it_or_for_development_alone_is_right(
    tmp_path: Path, path: str, answer: str
) -> None:
    assert _severities(tmp_path, path, answer) == []


def test_a_token_is_right_after_a_code_was_proved(tmp_path: Path) -> None:
    answer = (
        "if (!(await bcrypt.compare(req.body.code, rows[0].code))) return res.status(401).end();"
        " res.json({ resetToken: token });"
    )
    text = _SERVER.replace("PATH", "/api/auth/recover").replace("ANSWER", answer)
    text = f'import bcrypt from "bcrypt";{text}'
    prototype = prototype_of(tmp_path, {"package.json": _PACKAGE, "server.js": text})
    found = InternalsInResponse().detect(prototype)
    assert [f for f in found if f.outcome is Outcome.GAP] == []
