"""Queries that a class for all tables asks: its model, its keywords and its base are followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler

_MAIN = """
from fastapi import Depends, FastAPI
from schemas import LetterIn
from store import letters
app = FastAPI()
@app.ROUTE("/letters/{pk}")
def told(pk: int, data: LetterIn):
    return CALL
"""
_SCHEMAS = """
from pydantic import BaseModel
class LetterIn(BaseModel):
    reader_id: int
    body: str
"""
_MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, Text
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Letter(Base):
    __tablename__ = "letters"
    id = Column(Integer, primary_key=True)
    reader_id = Column(Integer, ForeignKey("users.id"))
    body = Column(Text)
"""
_STORE = """
import os
from typing import Generic, Type, TypeVar
from sqlalchemy import and_, create_engine, delete, select, update
from sqlalchemy.orm import sessionmaker
from models import Letter
SessionLocal = sessionmaker(create_engine(os.environ["DATABASE_URL"]))
Row = TypeVar("Row")
"""
_BY_KEYWORDS = """
class Store:
    model = None
    def find(self, **filter_by):
        with SessionLocal() as session:
            return session.execute(select(self.model).filter_by(**filter_by)).scalar_one_or_none()
    def remove(self, **values):
        with SessionLocal() as session:
            session.execute(delete(self.model).filter_by(**values))
            session.commit()
class Letters(Store):
    model = Letter
letters = Letters()
"""
_GENERIC = """
class Store(Generic[Row]):
    def __init__(self, model: Type[Row]):
        self.model = model
    def find(self, id: int):
        with SessionLocal() as session:
            return session.query(self.model).filter(self.model.id == id).first()
"""
_SUPER = """
class Store:
    def __init__(self, model, sessions):
        self.model = model
        self.sessions = sessions
    def find(self, **filters):
        with self.sessions() as session:
            query = session.query(self.model)
            for key, value in filters.items():
                query = query.filter(getattr(self.model, key) == value)
            return query.first()
class Letters(Store):
    def __init__(self):
        super().__init__(Letter, SessionLocal)
letters = Letters()
"""
_LISTED = """
class Store(Generic[Row]):
    def find(self, **filters):
        with SessionLocal() as session:
            asked = [getattr(self.model, k) == v for k, v in filters.items()]
            return session.execute(select(self.model).where(JOINED)).scalar_one_or_none()
class Letters(Store[Letter]):
    model = Letter
letters = Letters()
"""


def _handler(folder: Path, store: str, call: str, route: str = "put") -> Handler:
    files = {
        "main.py": _MAIN.replace("CALL", call).replace("ROUTE", route),
        "schemas.py": _SCHEMAS,
        "models.py": _MODELS,
        "store.py": _STORE + store,
        "requirements.txt": "fastapi\nsqlalchemy\n",
    }
    (found,) = prototype_of(folder, files).handlers
    return found


def _query(handler: Handler, operation: str) -> Effect:
    return next(e for e in handler.effects_of(EffectKind.QUERY) if e.operation == operation)


@pytest.mark.parametrize(
    ("store", "call"),
    [
        (_BY_KEYWORDS, "letters.find(id=pk)"),
        (_GENERIC + "letters = Store(Letter)\n", "letters.find(pk)"),
        (_GENERIC + "letters = Store[Letter](Letter)\n", "letters.find(pk)"),
        (_SUPER, "letters.find(id=pk)"),
        (_LISTED.replace("JOINED", "*asked"), "letters.find(id=pk)"),
        (_LISTED.replace("JOINED", "and_(*asked)"), "letters.find(id=pk)"),
    ],
)
def test_a_class_for_all_tables_says_which_row_it_asks_for(
    tmp_path: Path, store: str, call: str
) -> None:
    query = _query(_handler(tmp_path, store, call), "select")
    assert query.target == "letters"
    assert {str(o) for o in query.inputs["filter:id"]} == {"path.pk"}


def test_a_deletion_by_keywords_is_held_to_what_they_name(tmp_path: Path) -> None:
    query = _query(_handler(tmp_path, _BY_KEYWORDS, "letters.remove(id=pk)", "delete"), "delete")
    assert {str(o) for o in query.inputs["filter:id"]} == {"path.pk"}


def test_a_number_is_written_as_it_was_sent(tmp_path: Path) -> None:
    store = """
class Letters:
    def change(self, pk, values: dict):
        with SessionLocal() as session:
            row = session.query(Letter).filter(Letter.id == pk).first()
            for key, value in values.items():
                setattr(row, key, value)
            session.commit()
            return row
letters = Letters()
"""
    query = _query(_handler(tmp_path, store, "letters.change(pk, data.model_dump())"), "update")
    assert query.inputs["value:reader_id"]


def test_a_field_that_is_left_out_is_not_written(tmp_path: Path) -> None:
    store = """
class Letters:
    def add(self, data):
        with SessionLocal() as session:
            session.add(Letter(**{k: v for k, v in data.model_dump().items() if k != "reader_id"}))
            session.commit()
letters = Letters()
"""
    query = _query(_handler(tmp_path, store, "letters.add(data)"), "insert")
    assert [name for name, _ in query.of("value:")] == ["body"]


_USERS = """
from fastapi import Depends, FastAPI
from fastapi_users import FastAPIUsers
from models import Letter
app = FastAPI()
users = FastAPIUsers[Letter, int](lambda: None, [])
asked = users.current_user(OPTIONS)
@app.get("/letters")
def told(user=Depends(asked)):
    return []
"""


@pytest.mark.parametrize(
    ("options", "checks"),
    [
        ("", {Check.SESSION}),
        ("active=True", {Check.SESSION}),
        ("superuser=True", {Check.SESSION, Check.ROLE}),
        ("optional=True", set()),
    ],
)
def test_who_is_asked_for_by_fastapi_users(
    tmp_path: Path, options: str, checks: set[Check]
) -> None:
    files = {"main.py": _USERS.replace("OPTIONS", options), "models.py": _MODELS}
    (found,) = prototype_of(tmp_path, files).handlers
    assert {g.check for e in found.effects for g in e.guards} == checks


def test_a_role_of_a_list_is_written_as_it_was_sent(tmp_path: Path) -> None:
    files = {
        "main.py": _MAIN.replace("ROUTE", "put").replace("CALL", "letters.change(pk, data)"),
        "schemas.py": """
from enum import Enum
from pydantic import BaseModel
class Rank(str, Enum):
    CLERK = "clerk"
    ADMIN = "admin"
class LetterIn(BaseModel):
    role: Rank
""",
        "models.py": _MODELS.replace("reader_id =", "role ="),
        "store.py": _STORE
        + """
class Letters:
    def change(self, pk, data):
        with SessionLocal() as session:
            row = session.query(Letter).filter(Letter.id == pk).first()
            for field, value in data.dict(exclude_unset=True).items():
                setattr(row, field, value)
            session.commit()
letters = Letters()
""",
    }
    (found,) = prototype_of(tmp_path, files).handlers
    assert _query(found, "update").inputs["value:role"]
