# ruff: noqa: E501 - code of prototypes is written as it is found
"""However Python code puts rows into an answer, they are in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import EffectKind

_SERVER = """
import csv, io
from fastapi import FastAPI
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.orm import declarative_base, sessionmaker
Base = declarative_base()
session = sessionmaker(bind=create_engine("sqlite://"))()
class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer)
    body = Column(String)
app = FastAPI()
@app.get("/notes")
def notes(owner: int):
    asked = session.query(Note).filter(Note.owner_id == owner)
    ANSWER
"""
_FORMS = {
    "gone through": "return [{'body': n.body} for n in asked]",
    "by key": "return {n.id: n.body for n in asked.order_by(Note.id).limit(5)}",
    "looped": "out = []\n    for n in asked:\n        out.append(n.body)\n    return out",
    "sorted": "return sorted(asked, key=lambda n: n.body)",
    "counted": "return {i: n.body for i, n in enumerate(asked)}",
    "mapped": "return list(map(lambda n: n.body, asked.all()))",
    "joined": "return {'text': '; '.join(n.body for n in asked)}",
    "whole": "return [n.__dict__ for n in asked]",
    "extended": "out = []\n    out.extend(n.body for n in asked)\n    return {'notes': out}",
    "in a part": "out = {'notes': []}\n    for n in asked:\n        out['notes'].append(n.body)\n    return out",
    "grouped": "out = {}\n    for n in asked:\n        out.setdefault(n.id, []).append(n.body)\n    return out",
    "updated": "out = {'ok': True}\n    out.update({'notes': [n.body for n in asked]})\n    return out",
    "csv": "file = io.StringIO()\n    lines = csv.writer(file)\n    for n in asked:\n        lines.writerow([n.id, n.body])\n"
    "    return Response(file.getvalue(), media_type='text/csv')",
    "csv sent": "file = io.StringIO()\n    lines = csv.DictWriter(file, ['body'])\n    for n in asked:\n"
    "        lines.writerow({'body': n.body})\n    return StreamingResponse(file, media_type='text/csv')",
}


def _answered(folder: Path, answer: str) -> set[str]:
    files = {"main.py": _SERVER.replace("ANSWER", answer), "requirements.txt": "fastapi\n"}
    (found,) = prototype_of(folder, files).handlers
    return {
        str(origin)
        for effect in found.effects_of(EffectKind.RESPONSE)
        for origins in effect.inputs.values()
        for origin in origins
    }


@pytest.mark.parametrize("form", _FORMS)
def test_rows_are_in_the_answer(tmp_path: Path, form: str) -> None:
    assert any(origin.startswith("row.notes") for origin in _answered(tmp_path, _FORMS[form]))


@pytest.mark.parametrize(
    "answer",
    [
        "return {'notes': asked.count()}",
        "out = []\n    for n in asked:\n        out.append(1)\n    return out",
        "out = {'ok': True}\n    kept = {}\n    kept.update({'notes': [n.body for n in asked]})\n    return out",
        "file = io.StringIO()\n    csv.writer(file).writerow(['id'])\n    return Response(file.getvalue())",
    ],
)
def test_what_is_not_answered_is_not_in_it(tmp_path: Path, answer: str) -> None:
    found = _answered(tmp_path, answer)
    assert not any(o.startswith("row.notes") and not o.endswith(".length") for o in found)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("{ connected: rows.length > 0, token: rows[0].token }", {"token"}),
        ("{ connected: rows[0] !== undefined, active: rows[0]?.token === 'none' }", set()),
    ],
)
def test_a_yes_or_no_tells_nothing_of_a_row(tmp_path: Path, answer: str, told: set[str]) -> None:
    server = """
import express from "express";
import pg from "pg";
const pool = new pg.Pool();
const app = express();
app.get("/status/:id", async (req, res) => {
  const { rows } = await pool.query("SELECT token FROM links WHERE user_id = $1", [req.params.id]);
  res.json(ANSWER);
});
app.listen(3000);
"""
    files = {
        "package.json": '{"type": "module", "dependencies": {"express": "5.1.0", "pg": "8.16.0"}}',
        "server.js": server.replace("ANSWER", answer),
    }
    [handler] = prototype_of(tmp_path, files).handlers
    [response] = handler.effects_of(EffectKind.RESPONSE)
    shown = {o.key.rpartition(".")[2] for o in response.inputs["body"] if o.kind == "row"}
    assert shown == told
