"""What a session of SQLAlchemy is told by its rarer methods."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype.handlers.handler import EffectKind
from test_handlers_python import effect, only, origins

_APP = """
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()
app = FastAPI()


class Jar(Base):
    __tablename__ = "jars"
    id = Column(Integer, primary_key=True)
    label = Column(String)


class JarIn(BaseModel):
    label: str


def session():
    with Session(create_engine("sqlite://")) as db:
        yield db


"""


@pytest.mark.parametrize(
    "found",
    [
        "db.get_one(Jar, number)",
        'db.get_one(Jar, {"id": number})',
        "db.get(Jar, ident=number)",
        "db.get(entity=Jar, ident=number)",
    ],
)
def test_a_row_that_is_got_by_its_key_is_found_and_deleted(tmp_path: Path, found: str) -> None:
    code = (
        f'{_APP}@app.delete("/jars/{{number}}")\n'
        f"def gone(number: int, db: Session = Depends(session)):\n    db.delete({found})\n"
    )
    deleted = effect(only(tmp_path, code), EffectKind.QUERY, "delete")
    assert deleted.target == "jars"
    assert origins(deleted, "filter:id") == {"path.number"}


@pytest.mark.parametrize(
    "added",
    [
        "db.add_all([Jar(label=one.label) for one in body])",
        "db.add_all(Jar(**one.model_dump()) for one in body)",
        "db.bulk_save_objects([Jar(label=one.label) for one in body])",
        "db.bulk_insert_mappings(Jar, [one.model_dump() for one in body])",
        'db.bulk_insert_mappings(Jar, [{"label": one.label} for one in body])',
    ],
)
def test_rows_that_are_made_of_a_list_are_added(tmp_path: Path, added: str) -> None:
    code = (
        f'{_APP}@app.post("/jars")\n'
        f"def more(body: list[JarIn], db: Session = Depends(session)):\n    {added}\n"
    )
    inserted = effect(only(tmp_path, code), EffectKind.QUERY, "insert")
    assert inserted.target == "jars"
    assert origins(inserted, "value:label") == {"body.parsed.label"}


def test_rows_that_are_changed_by_a_list_are_found_by_their_keys(tmp_path: Path) -> None:
    code = (
        f'{_APP}@app.put("/jars/{{number}}")\n'
        "def renamed(number: int, body: JarIn, db: Session = Depends(session)):\n"
        '    db.bulk_update_mappings(Jar, [{"id": number, "label": body.label}])\n'
    )
    changed = effect(only(tmp_path, code), EffectKind.QUERY, "update")
    assert origins(changed, "filter:id") == {"path.number"}
    assert "value:id" not in changed.inputs
    assert origins(changed, "value:label") == {"body.parsed.label"}
