"""Fields of a request that are taken over by their names: from a list of the code, or all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.finding import Outcome
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

SERVER = """const express = require("express");
const mongoose = require("mongoose");
const jwt = require("jsonwebtoken");
const app = express();
app.use(express.json());
const User = mongoose.model("User", new mongoose.Schema({ name: String, role: String }));
function auth(req, res, next) {
  req.user = jwt.verify((req.headers.authorization || "").split(" ")[1], process.env.JWT_SECRET);
  next();
}
app.put("/me", auth, async (req, res) => {
  const allowed = ["name", "email"];
  TAKEN
  res.json(await User.findByIdAndUpdate(req.user.id, taken, { new: true }));
});
app.listen(3000);
"""
KEYS = "const taken = Object.keys(req.body)"
FILLED = "(made, key) => { made[key] = req.body[key]; return made; }"
LISTED = (
    f"{KEYS}.filter((key) => allowed.includes(key)).reduce({FILLED}, {{}});",
    f"{KEYS}.filter((k) => allowed.includes(k)).reduce((o, k) => ({{ ...o, [k]: req.body[k] }}), {{}});",
    f"{KEYS}.reduce((o, k) => {{ if (allowed.includes(k)) {{ o[k] = req.body[k]; }} return o; }}, {{}});",
    "const taken = Object.fromEntries(Object.entries(req.body).filter(([k]) => allowed.includes(k)));",
    f"const taken = allowed.reduce({FILLED}, {{}});",
    "if (!Object.keys(req.body).every((key) => allowed.includes(key))) return res.status(400).end();\n"
    "  const taken = req.body;",
)
ALL = (
    f"{KEYS}.reduce({FILLED}, {{}});",
    f"{KEYS}.filter((key) => req.body[key] !== undefined).reduce({FILLED}, {{}});",
    "if (!allowed.includes(req.body.field)) return res.status(400).end();\n  const taken = req.body;",
    "const taken = req.body;",
)


def outcomes(folder: Path, taken: str) -> list[Outcome]:
    """What is said of a route that takes the fields over in this way."""
    packages = '{"dependencies": {"express": "4", "mongoose": "8", "jsonwebtoken": "9"}}'
    (folder / "package.json").write_text(packages)
    (folder / "server.js").write_text(SERVER.replace("TAKEN", taken), encoding="utf-8")
    return [f.outcome for f in run_assess(folder, Settings(), ["mass-assignment"]).findings]


@pytest.mark.parametrize("taken", LISTED)
def test_fields_of_a_list_are_no_gap(tmp_path: Path, taken: str) -> None:
    assert outcomes(tmp_path, taken) == [Outcome.UNKNOWN]


@pytest.mark.parametrize("taken", ALL)
def test_all_fields_are_a_gap(tmp_path: Path, taken: str) -> None:
    assert outcomes(tmp_path, taken) == [Outcome.GAP]
