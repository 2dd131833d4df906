"""Handlers of Fastify: what they return is the answer, unless a reply was sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import EffectKind

SERVER = """import Fastify from "fastify";
import { Pool } from "pg";
const app = Fastify({ logger: true });
const db = new Pool();
app.get("/messages", async (req, reply) => {
  const { rows } = await db.query("SELECT id, phone, body FROM messages");
  if (rows.length > 1000) return reply.status(413).send({ error: "too many" });
  ANSWER
});
app.listen({ port: 3000 });
"""


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("return rows;", True),
        ("return { messages: rows.map((row) => ({ ...row, read: true })) };", True),
        ("return reply.send(rows);", True),
        ("reply.send(rows); return reply;", True),
        ("return { ok: true };", False),
        ("return;", False),
    ],
)
def test_what_a_handler_returns_is_shown(answer: str, shown: bool, tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"fastify": "5", "pg": "8"}}',
        "src/server.ts": SERVER.replace("ANSWER", answer),
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    answers = [
        e for e in handler.effects_of(EffectKind.RESPONSE) if e.literals.get("status") != "413"
    ]
    rows = {
        o.name for e in answers for found in e.inputs.values() for o in found if o.kind == "row"
    }
    assert rows == ({"messages"} if shown else set())
    assert len(answers) <= 1
