# ruff: noqa: E501 - code of prototypes is written as it is found
"""Rows of one user that strangers get: by the id of a chat where users sign in, by the id of a user where nobody does."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Outcome, Severity

_SERVER = """
import os
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import jwt
from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import declarative_base, sessionmaker
Base = declarative_base()
db = sessionmaker(bind=create_engine(os.environ["DATABASE_URL"]))()
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String)
    hashed_password = Column(String)
class Message(Base):
    __tablename__ = "messages"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"))
    session_id = Column(String)
    content = Column(String)
app = FastAPI()
bearer = OAuth2PasswordBearer(tokenUrl="login")
def caller(token: str = Depends(bearer)):
    try:
        return jwt.decode(token, os.environ["SECRET"], algorithms=["HS256"])["sub"]
    except Exception:
        raise HTTPException(status_code=401)
"""
_MINE = """
@app.get("/messages")
def mine(user=Depends(caller)):
    return db.query(Message).filter(Message.user_id == user).all()
"""
_GUESTS = """
@app.post("/ask")
def ask(text: str, session_id: str):
    db.add(Message(session_id=session_id, content=text))
    db.commit()
"""
_BY_CHAT = """
@app.get("/history/{session_id}")
def history(session_id: str):
    return db.query(Message).filter(Message.session_id == session_id).all()
"""
_BY_USER = """
@app.get("/history/{user_id}")
def history(user_id: int):
    return db.query(Message).filter(Message.user_id == user_id).all()
"""
_LOGINS = _SERVER.index("bearer =")


def _gap(folder: Path, code: str) -> tuple[Severity, Confidence]:
    prototype = prototype_of(folder, {"main.py": code, "requirements.txt": "fastapi\n"})
    (found,) = (
        f
        for f in UnauthenticatedEndpoint().detect(prototype)
        if f.outcome is Outcome.GAP and f.subject.endswith("#history")
    )
    return found.severity, found.confidence


def test_the_id_of_a_chat_opens_no_account(tmp_path: Path) -> None:
    assert _gap(tmp_path, _SERVER + _MINE + _BY_CHAT) == (Severity.HIGH, Confidence.HIGH)


@pytest.mark.parametrize("more", ["", _MINE + _GUESTS], ids=["nobody's rows", "chats of guests"])
def test_chats_of_guests_are_found_by_their_id(tmp_path: Path, more: str) -> None:
    assert _gap(tmp_path, _SERVER + more + _BY_CHAT)[1] is Confidence.LOW


def test_users_are_told_apart_where_nobody_signs_in(tmp_path: Path) -> None:
    open_ = _SERVER[:_LOGINS].replace("hashed_password", "nickname")
    assert _gap(tmp_path / "user", open_ + _BY_USER) == (Severity.HIGH, Confidence.HIGH)
    assert _gap(tmp_path / "chat", open_ + _BY_CHAT)[0] is Severity.MEDIUM
