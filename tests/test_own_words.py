"""Reviews and likes that users put under their own name into a document of somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.finding import Outcome

_SERVER = """
const express = require("express");
const mongoose = require("mongoose");
const jwt = require("jsonwebtoken");
const app = express();
app.use(express.json());
const User = mongoose.model("User", new mongoose.Schema({
  name: String, email: String, password: String, mean: Number, ratings: [{ by: String, stars: Number }],
}));
const signedIn = (req, res, next) => {
  try { req.user = jwt.verify(req.header("x-auth-token"), process.env.JWT_SECRET); }
  catch { return res.status(401).json({}); }
  next();
};
app.post("/pilots/:id", signedIn, async (req, res) => {
  const pilot = await User.findById(req.params.id);
  DONE
  await pilot.save();
  res.json({});
});
app.listen(3000);
"""
_OWN = "pilot.ratings.push({ by: req.user.id, stars: req.body.stars });"


@pytest.mark.parametrize(
    ("done", "alarms"),
    [
        (_OWN, 0),
        (f"{_OWN} pilot.mean = pilot.ratings.length;", 0),
        ("pilot.ratings.push({ by: req.body.by, stars: req.body.stars });", 1),
        (f"{_OWN} pilot.name = req.body.name;", 1),
        ("pilot.crew.push({ by: req.user.id, stars: req.body.stars });", 1),
    ],
)
def test_who_rates_somebody_changes_nothing_that_is_his(
    tmp_path: Path, done: str, alarms: int
) -> None:
    files = {"package.json": '{"name": "harbor"}', "server.js": _SERVER.replace("DONE", done)}
    found = MissingAuthorisation().detect(prototype_of(tmp_path, files))
    assert sum(f.outcome is Outcome.GAP for f in found) == alarms
