"""A token verified inside of `new Promise`: what it resolves to has been checked, on that way alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import AUTHENTICATES

_SERVER = """
const express = require("express");
const jwt = require("jsonwebtoken");
const { Note } = require("./note");

const app = express();

const verifyToken = (token) =>
  new Promise((resolve, reject) => {
    jwt.verify(token, process.env.JWT_SECRET, (err, decoded) => {
      BODY
    });
  });

const auth = async (req, res, next) => {
  try {
    const caller = await verifyToken(req.headers.authorization);
    ASKED
    req.userId = caller?.id;
    next();
  } catch {
    res.status(401).end();
  }
};

app.delete("/notes", auth, async (req, res) => res.json(await Note.deleteMany({ owner: req.userId })));
app.listen(3000);
"""
_NOTE = 'const mongoose = require("mongoose");\nexports.Note = mongoose.model("Note", {});\n'
_PACKAGES = {"express": "4.21.2", "jsonwebtoken": "9.0.2", "mongoose": "8.9.0"}
_TURNED_AWAY = "if (!caller) return res.status(401).end();"


@pytest.mark.parametrize(
    ("body", "asked", "known"),
    [
        ("if (err) return reject(err); resolve(decoded);", "", True),
        ("if (err) { reject(err); } else { resolve(decoded); }", "", True),
        ("if (err) reject(err); resolve(decoded);", "", True),
        ("resolve(err ? null : decoded);", _TURNED_AWAY, True),
        ("if (err) resolve(null); else resolve(decoded);", _TURNED_AWAY, True),
        ("if (err) resolve(null); else resolve(decoded);", "", False),
        ("resolve(decoded);", "", False),
    ],
)
def test_what_a_promise_resolves_to_was_checked_on_its_way(
    body: str, asked: str, known: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": json.dumps({"dependencies": _PACKAGES}),
        "server.js": _SERVER.replace("BODY", body).replace("ASKED", asked),
        "note.js": _NOTE,
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    deleted = next(e for e in handler.effects if e.operation == "delete")
    assert deleted.has(*AUTHENTICATES) is known
