"""Object mappers whose classes are asked themselves: Beanie, Tortoise and Peewee."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind

SERVER = (
    "from fastapi import FastAPI, Header, Depends, HTTPException\nimport jwt, os\napp = FastAPI()\n"
    "def user(authorization: str = Header()):\n    try:\n"
    "        return jwt.decode(authorization, os.environ['KEY'], algorithms=['HS256'])\n"
    "    except jwt.PyJWTError:\n        raise HTTPException(401)\n"
)
MAPPERS = {
    "beanie": "from beanie import Document\nclass Note(Document):\n    user_id: str\n    text: str\n",
    "tortoise": "from tortoise import fields\nfrom tortoise.models import Model\nclass Note(Model):\n"
    "    id = fields.IntField(pk=True)\n    user_id = fields.IntField()\n    text = fields.TextField()\n",
    "peewee": "from peewee import Model, CharField\nclass Base(Model):\n    pass\nclass Note(Base):\n"
    "    user_id = CharField()\n    text = CharField()\n",
}
DEEDS = [
    ("beanie", "return await Note.get(nid)", "select", {"filter:id"}),
    ("beanie", "return await Note.find_one(Note.id == nid)", "select", {"filter:id"}),
    (
        "beanie",
        "return await Note.find(Note.user_id == nid).to_list()",
        "select",
        {"filter:user_id"},
    ),
    ("beanie", "return await Note.find_all().to_list()", "select", set[str]()),
    ("beanie", "await (await Note.get(nid)).delete()", "delete", {"filter:id"}),
    (
        "beanie",
        "await Note(user_id=nid, text=text).insert()",
        "insert",
        {"value:user_id", "value:text"},
    ),
    ("tortoise", "return await Note.get(id=nid)", "select", {"filter:id"}),
    ("tortoise", "return await Note.get_or_none(id=nid)", "select", {"filter:id"}),
    ("tortoise", "return await Note.filter(user_id=nid).all()", "select", {"filter:user_id"}),
    ("tortoise", "await Note.filter(id=nid).delete()", "delete", {"filter:id"}),
    (
        "tortoise",
        "await Note.filter(id=nid).update(text=text)",
        "update",
        {"filter:id", "value:text"},
    ),
    (
        "tortoise",
        "await Note.create(user_id=nid, text=text)",
        "insert",
        {"value:user_id", "value:text"},
    ),
    ("peewee", "return Note.get(Note.id == nid)", "select", {"filter:id"}),
    ("peewee", "return Note.get_by_id(nid)", "select", {"filter:id"}),
    (
        "peewee",
        "return list(Note.select().where(Note.user_id == nid))",
        "select",
        {"filter:user_id"},
    ),
    ("peewee", "Note.delete().where(Note.id == nid).execute()", "delete", {"filter:id"}),
    ("peewee", "Note.delete_by_id(nid)", "delete", {"filter:id"}),
    ("peewee", "Note.get_by_id(nid).delete_instance()", "delete", {"filter:id"}),
    (
        "peewee",
        "Note.update(text=text).where(Note.id == nid).execute()",
        "update",
        {"filter:id", "value:text"},
    ),
    ("peewee", "Note.create(user_id=nid, text=text)", "insert", {"value:user_id", "value:text"}),
]


def last_query(folder: Path, mapper: str, line: str) -> Effect:
    """The last query of a handler with this line."""
    head = "@app.post('/notes/{nid}')\nasync def handle(nid: str, text: str, user=Depends(user)):\n"
    (folder / "server.py").write_text(f"{SERVER}{MAPPERS[mapper]}{head}    {line}\n")
    prototype = read_prototype(folder)
    assert not prototype.unfollowed
    (found,) = prototype.handlers
    return list(found.effects_of(EffectKind.QUERY))[-1]


@pytest.mark.parametrize(("mapper", "line", "operation", "inputs"), DEEDS)
def test_what_is_asked_of_a_class_is_a_query(
    tmp_path: Path, mapper: str, line: str, operation: str, inputs: set[str]
) -> None:
    found = last_query(tmp_path, mapper, line)
    assert (found.operation, found.target) == (operation, "Note")
    assert {name for name, origins in found.inputs.items() if origins} == inputs


@pytest.mark.parametrize(
    ("mapper", "line"),
    [
        ("beanie", "return await Note.find_one(Note.id == nid, Note.user_id == user['sub'])"),
        ("tortoise", "return await Note.get(id=nid, user_id=user['sub'])"),
        ("peewee", "return Note.get(Note.id == nid, Note.user_id == user['sub'])"),
    ],
)
def test_a_row_that_is_found_by_its_owner_is_the_callers(
    tmp_path: Path, mapper: str, line: str
) -> None:
    found = last_query(tmp_path, mapper, line)
    assert {str(o) for o in found.inputs["filter:user_id"]} == {"principal.sub"}
