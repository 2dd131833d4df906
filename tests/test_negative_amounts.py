"""A balance from which whoever is signed in takes what he says, a negative number with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.client_decided_money.control import ClientDecidedMoney
from shipworthy.finding import Outcome

_APP = """import os
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field, PositiveInt
from sqlalchemy import Column, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base
Base = declarative_base()
app = FastAPI()
class Purse(Base):
    __tablename__ = "purses"
    id = Column(Integer, primary_key=True)
    balance = Column(Integer)
    fee = Column(Integer)
class Spend(BaseModel):
    amount: TYPE
def session():
    with Session(create_engine(os.environ["DATABASE_URL"])) as db:
        yield db
def purse(authorization: str = Header(), db: Session = Depends(session)):
    claims = jwt.decode(authorization, os.environ["JWT_SECRET"], algorithms=["HS256"])
    return db.get(Purse, claims["sub"])
@app.post("/spend")
def spend(body: Spend, own=Depends(purse), db: Session = Depends(session)):
    if own.balance < body.amount:
        raise HTTPException(400)
    REFUSED
    own.balance -= body.amount
    db.commit()
"""
_NEGATIVE = "if body.amount <= 0:\n        raise HTTPException(400)"
_STORED = "if body.amount != own.fee:\n        raise HTTPException(400)"


@pytest.mark.parametrize(
    ("kind", "refused", "outcome"),
    [
        ("int", "pass", Outcome.UNKNOWN),
        ("int", _NEGATIVE, Outcome.SATISFIED),
        ("int", _STORED, Outcome.SATISFIED),
        ("PositiveInt", "pass", Outcome.SATISFIED),
        ("int = Field(gt=0)", "pass", Outcome.SATISFIED),
    ],
)
def test_what_is_only_compared_with_the_balance_may_be_negative(
    tmp_path: Path, kind: str, refused: str, outcome: Outcome
) -> None:
    code = _APP.replace("TYPE", kind).replace("REFUSED", refused)
    (found,) = ClientDecidedMoney().detect(prototype_of(tmp_path, {"main.py": code}))
    assert found.outcome is outcome
