"""Who puts a row under an id that was sent writes over what lay there, whoever owned it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import gaps
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation

_SERVER = """
import { initializeApp } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";
import { getFirestore } from "firebase-admin/firestore";
import express from "express";
initializeApp();
const db = getFirestore();
const app = express();
app.use(express.json());
async function known(req, res, next) {
  try { req.user = await getAuth().verifyIdToken(req.headers.authorization); next(); }
  catch { res.status(401).end(); }
}
app.get("/api/letters", known, async (req, res) => {
  const found = await db.collection("letters").where("ownerId", "==", req.user.uid).get();
  res.json(found.docs.map((d) => d.data()));
});
app.put("/api/letters/:id", known, async (req, res) => {
  await db.collection("letters").doc(WHICH).set({ ownerId: req.user.uid, text: req.body.text });
  res.end();
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("which", "told"),
    [("req.params.id", True), ("req.user.uid", False), ("crypto.randomUUID()", False)],
)
def test_a_row_under_an_id_that_was_sent(tmp_path: Path, which: str, told: bool) -> None:
    package = '{"type": "module", "dependencies": {"express": "5.1.0", "firebase-admin": "13.4.0"}}'
    files = {"package.json": package, "server.js": _SERVER.replace("WHICH", which)}
    found = [f.subject for f in gaps(MissingAuthorisation(), tmp_path, files)]
    assert found == (["server.js#app.put /api/letters/:id"] if told else [])
