"""Who is known by a token, whose password strangers set, and what a message of theirs weighs."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Outcome, Severity

_PACKAGE = """{"type": "module", "dependencies":
  {"express": "4.21.0", "mongoose": "8.9.5", "jsonwebtoken": "9.0.2"}}"""
_SERVER = """
import express from "express";
import jwt from "jsonwebtoken";
import mongoose from "mongoose";
const Reader = mongoose.model("Reader", new mongoose.Schema({ name: String, email: String, WORD: String }));
const app = express();
app.use(express.json());
function signedIn(req, res, next) {
  try {
    jwt.verify(req.headers.authorization, process.env.JWT_SECRET, (error, reader) => {
      if (error) return next(error);
      req.user = reader;
      next();
    });
  } catch (error) {
    return next(FAILED);
  }
}
function itself(req, res, next) {
  signedIn(req, res, () => {
    if (TEST) next(); else next(new Error("no"));
  });
}
app.put("/readers/:id", GUARD async (req, res) => {
  await Reader.findByIdAndUpdate(req.params.id, { WORD: req.body.WORD });
  res.json({ done: true });
});
app.listen(3000);
"""


def _server(guard: str, test: str = "true", word: str = "name") -> dict[str, str]:
    text = _SERVER.replace("GUARD", guard).replace("TEST", test).replace("WORD", word)
    return {"package.json": _PACKAGE, "server.js": text.replace("FAILED", "error")}


def test_a_token_whose_check_failed_leaves_nobody_behind(tmp_path: Path) -> None:
    test = 'req.user.id === req.params.id || req.user.kind === "reader"'
    prototype = prototype_of(tmp_path, _server("itself,", test))
    found = [f for f in UnauthenticatedEndpoint().detect(prototype) if f.outcome is Outcome.GAP]
    assert not found
    (gap,) = [f for f in MissingAuthorisation().detect(prototype) if f.outcome is Outcome.GAP]
    assert "Any signed-in user" in gap.message


@pytest.mark.parametrize("word", ["password", "contrasena", "senha"])
def test_a_password_is_one_in_other_languages_too(tmp_path: Path, word: str) -> None:
    prototype = prototype_of(tmp_path, _server("", word=word))
    (gap,) = [f for f in UnauthenticatedEndpoint().detect(prototype) if f.outcome is Outcome.GAP]
    assert gap.severity is Severity.CRITICAL


_BOT = """
import express from "express";
const app = express();
app.use(express.json());
app.post("/test", async (req, res) => {
  await fetch(`https://api.telegram.org/bot${process.env.BOT_TOKEN}/sendMessage`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ chat_id: "-4711", text: TEXT }),
    signal: AbortSignal.timeout(5000),
  });
  res.json({ done: true });
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("text", "severity"), [('"It works"', Severity.LOW), ("req.body.text", Severity.MEDIUM)]
)
def test_a_message_that_is_always_the_same_weighs_little(
    tmp_path: Path, text: str, severity: Severity
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4.21.0"}}',
        "server.js": _BOT.replace("TEXT", text),
    }
    found = UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))
    assert [f.severity for f in found if f.outcome is Outcome.GAP] == [severity]
