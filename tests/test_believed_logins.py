# ruff: noqa: E501, S608 - code of prototypes is written as it is found
"""Logins that sign a token for whoever says that an account is his."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Finding, Outcome, Severity

_SERVER = """
import express from "express";
import jwt from "jsonwebtoken";
import bcrypt from "bcrypt";
import { OAuth2Client } from "google-auth-library";
import { Pool } from "pg";
const app = express();
const db = new Pool();
const google = new OAuth2Client();
app.use(express.json());
app.post("/api/auth/social", async (req, res) => {
  const { GIVEN } = req.body;
  BEFORE
  const { rows } = await db.query("SELECT * FROM users WHERE COLUMN = $1", [SOUGHT]);
  const user = rows[0];
  if (!user) return res.status(404).json({ error: "No account" });
  AFTER
  res.json({ token: jwt.sign({ userId: user.id }, process.env.JWT_SECRET) });
});
app.listen(3000);
"""
_PLAIN = {
    "GIVEN": "email, name",
    "BEFORE": "",
    "COLUMN": "email",
    "SOUGHT": "email",
    "AFTER": "",
}


def _gaps(folder: Path, **changed: str) -> list[Finding]:
    text = _SERVER
    for word, put in {**_PLAIN, **changed}.items():
        text = text.replace(word, put)
    package = '{"dependencies": {"express": "4.19.2", "pg": "8.11.0", "jsonwebtoken": "9.0.2"}}'
    prototype = prototype_of(folder, {"package.json": package, "server.js": text})
    found = UnauthenticatedEndpoint().detect(prototype)
    return [f for f in found if f.outcome is Outcome.GAP]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"GIVEN": "googleId", "COLUMN": "google_id", "SOUGHT": "googleId"},
        {"AFTER": "await db.query('UPDATE users SET seen_at = now() WHERE id = $1', [user.id]);"},
    ],
)
def test_a_token_for_whom_the_caller_names_is_for_anybody(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    (found,) = _gaps(tmp_path, **changed)
    assert found.severity is Severity.CRITICAL
    assert "at its word" in found.message
    assert UnauthenticatedEndpoint().remedy(prototype_of(tmp_path, {}), found) is None


@pytest.mark.parametrize(
    "changed",
    [
        {
            "GIVEN": "email, password",
            "AFTER": "if (!(await bcrypt.compare(password, user.hash))) return res.status(401).end();",
        },
        {"GIVEN": "idToken", "BEFORE": "const email = (await proven(idToken)).email;"},
        {
            "GIVEN": "email, code",
            "AFTER": "if (user.code !== code) return res.status(401).end();",
        },
        {
            "GIVEN": "credential",
            "BEFORE": "const t = await google.verifyIdToken({ idToken: credential });"
            " const email = t.getPayload().email;",
        },
        {
            "GIVEN": "email, key",
            "BEFORE": "const answer = await fetch(`https://id.example/${key}`);"
            " if (!answer.ok) return res.status(401).end();",
        },
        {"GIVEN": "link", "COLUMN": "login_link", "SOUGHT": "link"},
        {"AFTER": 'return res.json({ id: user.id, name: "somebody" });'},
    ],
)
def test_a_login_that_asks_for_a_proof_is_none_of_these(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    assert [f for f in _gaps(tmp_path, **changed) if "at its word, and" in f.message] == []


_APP = """
import express from "express";
import session from "express-session";
import bcrypt from "bcrypt";
import { Pool } from "pg";
const app = express();
const db = new Pool();
app.use(session({ secret: process.env.SESSION_SECRET }));
"""


def _criticals(folder: Path, route: str) -> list[Finding]:
    package = '{"dependencies": {"express": "4.19.2", "pg": "8.11.0"}}'
    prototype = prototype_of(folder, {"package.json": package, "server.js": _APP + route})
    found = UnauthenticatedEndpoint().detect(prototype)
    return [f for f in found if f.outcome is Outcome.GAP and f.severity is Severity.CRITICAL]


_FIND = "const { rows: [user] } = await db.query('select * from users where email = $1', [req.body.email]);"


@pytest.mark.parametrize(
    "body",
    [
        "req.session.userId = req.body.userId; res.end();",
        f"{_FIND} req.session.userId = user.id; res.end();",
        f"{_FIND} req.session.user = user; res.json(user);",
    ],
)
def test_a_session_for_whom_the_caller_names_is_for_anybody(body: str, tmp_path: Path) -> None:
    (found,) = _criticals(tmp_path, f'app.post("/api/enter", async (req, res) => {{ {body} }});')
    assert "at its word" in found.message


@pytest.mark.parametrize(
    "body",
    [
        f"{_FIND} if (!(await bcrypt.compare(req.body.password, user.hash))) return res.status(401).end();"
        " req.session.userId = user.id; res.end();",
        "req.session.language = req.body.language; res.end();",
        "const profile = await (await fetch(GOOGLE + req.query.code)).json(); req.session.user = profile; res.end();",
    ],
    ids=["password", "language", "provider"],
)
def test_a_session_after_a_proof_is_right(body: str, tmp_path: Path) -> None:
    assert not _criticals(tmp_path, f'app.post("/api/enter", async (req, res) => {{ {body} }});')


_HASHED = "const hash = await bcrypt.hash(req.body.password, 12);"


@pytest.mark.parametrize(
    "body",
    [
        "await db.query('update users set password_hash = $1 where email = $2', [hash, req.body.email]); res.end();",
        "await db.query('update users set password = $1 where id = $2', [hash, req.params.id]); res.end();",
        f"{_FIND} if (!user) return res.status(404).end();"
        " await db.query('update users set password = $1 where id = $2', [hash, user.id]); res.end();",
    ],
    ids=["address", "id", "looked up"],
)
def test_a_new_password_for_whom_the_caller_names_is_for_anybody(body: str, tmp_path: Path) -> None:
    route = f'app.post("/api/reset-password/:id", async (req, res) => {{ {_HASHED} {body} }});'
    (found,) = _criticals(tmp_path, route)
    assert "a new password" in found.message


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ('"welcome-2024"', 1),
        ("req.body.password", 1),
        ("crypto.randomBytes(12).toString('hex')", 0),
    ],
)
def test_a_password_that_stands_in_the_code_is_known_to_the_caller(
    password: str, found: int, tmp_path: Path
) -> None:
    route = (
        'app.post("/api/staff/reset-password", async (req, res) => {\n'
        f"  const newPassword = {password};\n  const hash = await bcrypt.hash(newPassword, 12);\n"
        "  const [staff] = await run('select user_id from staff where id = $1', [req.body.staffId]);\n"
        "  await run('update users set password_hash = $1 where id = $2', [hash, staff.user_id]);\n"
        "  res.end();\n});\n"
        "async function run(text, values) {\n  return (await db.query(text, values)).rows;\n}\n"
    )
    assert len(_criticals(tmp_path, route)) == found


@pytest.mark.parametrize(
    "body",
    [
        "await db.query('update users set password = $1 where reset_token = $2', [hash, req.body.token]); res.end();",
        f"{_FIND} if (user.code !== req.body.code) return res.status(400).end();"
        " await db.query('update users set password = $1 where id = $2', [hash, user.id]); res.end();",
        f"{_FIND} if (!(await bcrypt.compare(req.body.oldPassword, user.password))) return res.status(400).end();"
        " await db.query('update users set password = $1 where id = $2', [hash, user.id]); res.end();",
        "if (!req.session.userId) return res.status(401).end();"
        " await db.query('update users set password = $1 where id = $2', [hash, req.session.userId]); res.end();",
        "if (!(await store.verifyOtp(req.body.email, req.body.otp))) return res.status(400).end();"
        " await db.query('update users set password = $1 where email = $2', [hash, req.body.email]); res.end();",
    ],
    ids=["token", "code", "old password", "session", "helper"],
)
def test_a_new_password_after_a_proof_is_right(body: str, tmp_path: Path) -> None:
    route = f'app.post("/api/reset-password", async (req, res) => {{ {_HASHED} {body} }});'
    assert not _criticals(tmp_path, route)


_MADE_BY_HAND = """
import crypto from "crypto";
const tokenOf = (id) => `${id}.${crypto.createHmac("sha256", process.env.APP_SECRET).update(String(id)).digest("hex")}`;
app.post("/api/start", async (req, res) => { BEFORE FOUND AFTER });
"""


@pytest.mark.parametrize(
    "before",
    [
        "",
        "if (!isValidEmail(req.body.email)) return res.status(400).end();",
        "const asked = await fetch('https://challenges.cloudflare.com/turnstile/v0/siteverify',"
        " { method: 'POST', body: JSON.stringify({ response: req.body.answer }) });"
        " const told = await asked.json(); if (!told.success) return res.status(403).end();",
        "const { rows } = await db.query('select id from blocked_ips where ip = $1', [req.headers['x-forwarded-for']]);"
        " if (rows.length > 0) return res.status(403).json({ error: 'Access denied' });",
    ],
    ids=["plain", "well-formed", "captcha", "block list"],
)
def test_a_token_made_by_hand_for_whom_the_caller_names_is_for_anybody(
    before: str, tmp_path: Path
) -> None:
    route = _MADE_BY_HAND.replace("BEFORE", before).replace("FOUND", _FIND)
    (found,) = _criticals(
        tmp_path, route.replace("AFTER", "res.json({ token: tokenOf(user.id) });")
    )
    assert "signed in as whom he names" in found.message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "",
            "if (!(await bcrypt.compare(req.body.password, user.hash))) return res.status(401).end();",
        ),
        ("if (req.body.secret !== process.env.SETUP) return res.status(403).end();", ""),
    ],
)
def test_a_token_made_by_hand_after_a_proof_is_right(
    before: str, after: str, tmp_path: Path
) -> None:
    route = _MADE_BY_HAND.replace("BEFORE", before).replace("FOUND", _FIND)
    after += "res.json({ token: tokenOf(user.id) });"
    assert not _criticals(tmp_path, route.replace("AFTER", after))
