# ruff: noqa: E501 - code of prototypes is written as it is found
"""Which class stands for what a table, a factory or a declaration names."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check, EffectKind, Handler

_BEFORE = """from abc import ABC, abstractmethod
from fastapi import FastAPI, Header, HTTPException
from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base
import hmac, os
app = FastAPI()
engine = create_engine("sqlite:///x")
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String)
class Payment(Base):
    __tablename__ = "payments"
    id = Column(Integer, primary_key=True)
    amount = Column(Integer)
class Report(ABC):
    @abstractmethod
    def rows(self, db): ...
class Users(Report):
    def rows(self, db):
        return db.query(User).all()
class Payments(Report):
    def rows(self, db):
        return db.query(Payment).all()
"""
_WAYS = {
    "table of classes": "KINDS = {'u': Users, 'p': Payments}\n|return KINDS[kind]().rows(db)",
    "asked table": "KINDS = {'u': Users, 'p': Payments}\n|found = KINDS.get(kind)\n        if not found:\n            raise HTTPException(404)\n        return found().rows(db)",
    "table of objects": "KINDS = {'u': Users(), 'p': Payments()}\n|return KINDS[kind].rows(db)",
    "table of a class": "class Shelf:\n    KINDS = {'u': Users, 'p': Payments}\n    def of(self, kind):\n        found = self.KINDS.get(kind)\n        return found()\nshelf = Shelf()\n|return shelf.of(kind).rows(db)",
    "one or the other": "def chosen(kind):\n    if kind == 'u':\n        return Users()\n    return Payments()\n|return chosen(kind).rows(db)",
    "declared name": "from elsewhere import made\n|report: Report = made(kind)\n        return report.rows(db)",
    "declared parameter": "from elsewhere import made\ndef run(report: Report, db):\n    return report.rows(db)\n|return run(made(kind), db)",
    "declared part": "from elsewhere import shelf\nclass Service:\n    def __init__(self, report: Report):\n        self.report = report\n    def rows(self, db):\n        return self.report.rows(db)\n|return Service(shelf.get('report')).rows(db)",
}


def _handler(folder: Path, way: str) -> Handler:
    before, _, body = way.partition("|")
    code = f"{_BEFORE}{before}@app.get('/reports/{{kind}}')\ndef report(kind: str, x_key: str = Header()):\n    with Session(engine) as db:\n        {body}\n"
    files = {"main.py": code, "requirements.txt": "fastapi\nsqlalchemy\n"}
    (handler,) = prototype_of(folder, files).handlers
    return handler


@pytest.mark.parametrize("way", _WAYS)
def test_each_class_that_may_be_meant_is_followed(tmp_path: Path, way: str) -> None:
    handler = _handler(tmp_path, _WAYS[way])
    shown = {o.name for e in handler.effects_of(EffectKind.RESPONSE) for o in e.inputs["body"]}
    assert {"users", "payments"} <= shown
    assert {e.target for e in handler.effects_of(EffectKind.QUERY)} == {"users", "payments"}


@pytest.mark.parametrize("table", ["{'s': Strict}", "{'s': Strict, 'l': Loose}"])
def test_what_one_of_them_asks_is_not_asked_by_all(tmp_path: Path, table: str) -> None:
    asks = "        if not hmac.compare_digest(key, os.environ['KEY']):\n            raise HTTPException(401)\n"
    strict = f"class Strict:\n    def ask(self, key):\n{asks}"
    loose = "class Loose:\n    def ask(self, key):\n        return key\n"
    body = f"KINDS = {table}\n|KINDS[kind]().ask(x_key)\n        return db.query(User).all()"
    handler = _handler(tmp_path, strict + loose + body)
    (asked,) = handler.effects_of(EffectKind.QUERY)
    assert asked.has(Check.SECRET) is ("Loose" not in table)


def test_a_class_of_a_library_stays_what_it_is(tmp_path: Path) -> None:
    way = "from elsewhere import made\nclass Shape(Base):\n    __tablename__ = 'shapes'\n    id = Column(Integer, primary_key=True)\n    def rows(self, db):\n        return db.query(User).all()\n|shape: Shape = made(kind)\n        return shape.rows(db)"
    assert not [*_handler(tmp_path, way).effects_of(EffectKind.QUERY)]
