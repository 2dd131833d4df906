# ruff: noqa: E501 - code of prototypes is written as it is found
"""Vector stores that hold the texts of all users: whose are found, and who may delete them."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.privileged_client_for_any_caller.control import (
    PrivilegedClientForAnyCaller,
)
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Outcome
from shipworthy.prototype.handlers.handler import EffectKind

_SERVER = """
import os
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import jwt
from langchain_openai import ChatOpenAI
llm = ChatOpenAI()
app = FastAPI()
bearer = OAuth2PasswordBearer(tokenUrl="login")
def caller(token: str = Depends(bearer)):
    try:
        return jwt.decode(token, os.environ["SECRET"], algorithms=["HS256"])["sub"]
    except Exception:
        raise HTTPException(status_code=401)
@app.post("/register")
def register(email: str, password: str):
    import sqlite3
    sqlite3.connect("a.db").execute("INSERT INTO users (email, password_hash) VALUES (?, ?)", (email, hash(password)))
MAKES
@app.post("/texts")
def add(text: str, user=Depends(caller)):
    ADDS
@app.DOES
"""
_CHROMA = (
    "import chromadb\ntexts = chromadb.PersistentClient(path='c').get_or_create_collection('texts')"
)
_LANGCHAIN = "from langchain_chroma import Chroma\ntexts = Chroma(collection_name='texts')"
_PINECONE = (
    "from pinecone import Pinecone\ntexts = Pinecone(api_key=os.environ['KEY']).Index('texts')"
)
_OWNED = "texts.add(ids=['a'], documents=[text], metadatas=[{'user_id': user}])"
_OWNED_TOO = "texts.add_texts([text], metadatas=[{'user_id': user}])"
_ASK = "post('/ask')\ndef ask(question: str, user=Depends(caller)):\n    "
_RETRIEVED = "from langchain.chains import RetrievalQA\n    chain = RetrievalQA.from_chain_type(llm=llm, retriever=texts.as_retriever(OPTIONS))\n    return chain.invoke(question)"
_OWN = "search_kwargs={'filter': {'user_id': user}}"
_DELETE = "delete('/texts/{text_id}')\ndef delete(text_id: str"
Case = tuple[str, str, str]

_OF_ALL: dict[str, Case] = {
    "chroma": (_CHROMA, _OWNED, "return texts.query(query_texts=[question])['documents']"),
    "chroma, told by a model": (
        _CHROMA,
        _OWNED,
        "found = texts.query(query_texts=[question])\n    return llm.invoke(f'{found} {question}').content",
    ),
    "langchain": (
        _LANGCHAIN,
        _OWNED_TOO,
        "found = texts.similarity_search(question)\n    return [part.page_content for part in found]",
    ),
    "retriever": (_LANGCHAIN, _OWNED_TOO, _RETRIEVED.replace("OPTIONS", "")),
}
_OF_ONE: dict[str, Case] = {
    "chroma": (
        _CHROMA,
        _OWNED,
        "return texts.query(query_texts=[question], where={'user_id': user})['documents']",
    ),
    "langchain": (
        _LANGCHAIN,
        _OWNED_TOO,
        "found = texts.similarity_search(question, filter={'user_id': user})\n    return [part.page_content for part in found]",
    ),
    "retriever": (_LANGCHAIN, _OWNED_TOO, _RETRIEVED.replace("OPTIONS", _OWN)),
    "a namespace": (
        _PINECONE,
        "texts.upsert(vectors=[('a', [1], {})], namespace=f'user-{user}')",
        "return texts.query(vector=[1], namespace=f'user-{user}')['matches']",
    ),
    "a collection": (
        "import chromadb\nclient = chromadb.PersistentClient(path='c')",
        "client.get_or_create_collection(f'u-{user}').add(ids=['a'], documents=[text], metadatas=[{'user_id': user}])",
        "return client.get_or_create_collection(f'u-{user}').query(query_texts=[question])['documents']",
    ),
    "texts of nobody": (
        _CHROMA,
        "texts.add(ids=['a'], documents=[text])",
        "return texts.query(query_texts=[question])['documents']",
    ),
}


def _alarms(folder: Path, control: type, makes: str, adds: str, does: str) -> list[str]:
    code = _SERVER.replace("MAKES", makes).replace("ADDS", adds).replace("DOES", does)
    prototype = prototype_of(folder, {"main.py": code, "requirements.txt": "fastapi\n"})
    return [
        found.subject.partition("#")[2]
        for found in control().detect(prototype)
        if found.outcome is Outcome.GAP and found.confidence is not Confidence.LOW
    ]


@pytest.mark.parametrize("form", _OF_ALL)
def test_texts_of_all_are_no_answer_for_one(tmp_path: Path, form: str) -> None:
    makes, adds, body = _OF_ALL[form]
    assert _alarms(tmp_path, PrivilegedClientForAnyCaller, makes, adds, _ASK + body) == ["ask"]


@pytest.mark.parametrize("form", _OF_ONE)
def test_texts_of_one_are(tmp_path: Path, form: str) -> None:
    makes, adds, body = _OF_ONE[form]
    assert not _alarms(tmp_path, PrivilegedClientForAnyCaller, makes, adds, _ASK + body)


@pytest.mark.parametrize(
    ("makes", "body"),
    [
        (_CHROMA, "texts.delete(ids=[text_id])"),
        (_LANGCHAIN, "texts.delete(ids=[text_id])"),
        (_PINECONE, "texts.delete(delete_all=True, namespace=text_id)"),
        (
            "from qdrant_client import QdrantClient\ntexts = QdrantClient(url='q')",
            "texts.delete_collection(collection_name=text_id)",
        ),
    ],
)
def test_strangers_delete_nothing(tmp_path: Path, makes: str, body: str) -> None:
    does = f"{_DELETE}):\n    {body}"
    assert _alarms(tmp_path, UnauthenticatedEndpoint, makes, "pass", does) == ["delete"]


def test_an_index_is_made_anew(tmp_path: Path) -> None:
    does = f"{_DELETE}, text: str):\n    texts.delete(ids=[text_id])\n    texts.add(ids=[text_id], documents=[text])"
    assert not _alarms(tmp_path, UnauthenticatedEndpoint, _CHROMA, "pass", does)


def test_users_delete_their_own(tmp_path: Path) -> None:
    known = f"{_DELETE}, user=Depends(caller)):\n    "
    found = _alarms(
        tmp_path / "all",
        MissingAuthorisation,
        _CHROMA,
        _OWNED,
        f"{known}texts.delete(ids=[text_id])",
    )
    assert found == ["delete"]
    own = f"{known}texts.delete(where={{'id': text_id, 'user_id': user}})"
    assert not _alarms(tmp_path / "own", MissingAuthorisation, _CHROMA, _OWNED, own)


def test_a_bot_answers_strangers(tmp_path: Path) -> None:
    does = "get('/ask')\ndef ask(question: str):\n    return texts.query(query_texts=[question])['documents']"
    adds = "texts.add(ids=['a'], documents=[text])"
    assert not _alarms(tmp_path, UnauthenticatedEndpoint, _CHROMA, adds, does)


_KEPT = """
class Kept:
    def __init__(self):
        self.collection = None
        client = chromadb.PersistentClient(path="c")
        try:
            self.collection = client.get_collection("texts")
        except Exception:
            self.collection = client.create_collection("texts")

    def count(self):
        found = self.collection.get(where={})
        return len(found.get("ids", []))
"""


@pytest.mark.parametrize(
    ("counted", "key"),
    [
        ("len(texts.get()['ids'])", "length"),
        ("Kept().count()", "length"),
        ("texts.get()['documents']", ""),
    ],
)
def test_how_many_texts_there_are_tells_none_of_them(
    tmp_path: Path, counted: str, key: str
) -> None:
    makes = f"{_CHROMA}\n{_KEPT}"
    code = _SERVER.replace("MAKES", makes).replace("ADDS", _OWNED)
    code = code.replace("DOES", f"get('/health')\ndef state():\n    return {{'texts': {counted}}}")
    prototype = prototype_of(tmp_path, {"main.py": code, "requirements.txt": "fastapi\n"})
    state = next(h for h in prototype.handlers if h.name == "GET /health")
    answer = next(iter(state.effects_of(EffectKind.RESPONSE)))
    assert {origin.key for origin in answer.inputs["body.texts"]} == {key}
