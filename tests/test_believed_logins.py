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
