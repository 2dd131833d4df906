"""What a word that signs sessions opens: nothing by itself where the server keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.secrets.default_secret.control import DefaultSecret
from shipworthy.controls.secrets.secret_in_code.control import SecretInCode
from shipworthy.finding import Outcome, Severity
from shipworthy.prototype import Engines, read_prototype
from shipworthy.settings import Settings

_FALLBACK = 'process.env.SESSION_SECRET || "harbor-app-words"'
_SERVER = """
import express from "express";
import session from "PACKAGE";
const app = express();
const store = makeStore({ ttl: 60 });
app.use(session({
  store, cookie: { maxAge: 1000 },
  secret: SECRET,
}));
OTHER
app.listen(3000);
"""


def _severities(folder: Path, control: Control, server: str) -> list[Severity]:
    prototype_of(folder, {"package.json": '{"name": "harbor"}', "server.ts": server})
    read = read_prototype(folder, Settings(workers=1), Engines(secrets=lambda _lines: {}))
    return [f.severity for f in control.detect(read) if f.outcome is Outcome.GAP]


def _server(secret: str, package: str = "express-session", other: str = "") -> str:
    return _SERVER.replace("PACKAGE", package).replace("SECRET", secret, 1).replace("OTHER", other)


@pytest.mark.parametrize(
    ("package", "other", "severity"),
    [
        ("express-session", "", Severity.LOW),
        ("express-session", "if (!process.env.SESSION_SECRET) warn();", Severity.LOW),
        ("cookie-session", "", Severity.HIGH),
        ("express-session", 'sign(user, process.env.SESSION_SECRET || "words");', Severity.HIGH),
        ("express-session", 'import jwt from "jsonwebtoken";', Severity.HIGH),
    ],
)
def test_the_default_of_a_key_weighs_what_it_signs(
    tmp_path: Path, package: str, other: str, severity: Severity
) -> None:
    found = _severities(tmp_path, DefaultSecret(), _server(_FALLBACK, package, other))
    assert found == [severity]


@pytest.mark.parametrize(
    ("package", "severity"), [("express-session", Severity.LOW), ("cookie-session", Severity.HIGH)]
)
def test_a_word_in_the_options_weighs_what_it_signs(
    tmp_path: Path, package: str, severity: Severity
) -> None:
    assert _severities(tmp_path, SecretInCode(), _server('"harbor-app-words"', package)) == [
        severity
    ]
