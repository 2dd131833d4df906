"""A row that an entry point adds and answers with is nothing that it lets anybody read."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Outcome

_SERVER = """
const express = require("express");
const mongoose = require("mongoose");
const jwt = require("jsonwebtoken");
const app = express();
app.use(express.json());
const Member = mongoose.model("Member", new mongoose.Schema({ name: String, email: String, phone: String }));
app.post("/login", async (req, res) => {
  const member = await Member.findOne({ email: req.body.email });
  if (!(await bcrypt.compare(req.body.password, member.password))) return res.status(401).json({});
  res.json({ token: jwt.sign({ id: member.id }, process.env.JWT_SECRET) });
});
app.post("/crew", async (req, res) => {
  const { name, email, phone } = req.body;
  const known = await Member.findOne({ email });
  if (known) return res.status(409).json({ error: "known" });
  const added = await Member.create({ name, email, phone });
  res.status(201).json(ANSWER);
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("answer", "told"), [("added", "can add member"), ("{ added, known }", "can read member")]
)
def test_what_is_told_of_a_new_row_is_that_it_is_added(
    tmp_path: Path, answer: str, told: str
) -> None:
    text = _SERVER.replace("ANSWER", answer).replace("if (known) return", "if (known.old) return")
    files = {"package.json": '{"name": "harbor"}', "server.js": text}
    found = UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))
    (gap,) = (f for f in found if f.outcome is Outcome.GAP and "/crew" in f.subject)
    assert told in gap.message
