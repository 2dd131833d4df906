"""What routers of FastAPI run before their routes is known after two of them, and gives the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.entering import beforehand, fastapi
from shipworthy.prototype.handlers.handler import Check, Handler

_HEAD = """
import sqlite3

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel

app = FastAPI()
db = sqlite3.connect("app.db")
last = None


class Note(BaseModel):
    text: str


"""
_BY_COOKIE = """
def caller(request: Request):
    global last
    sid = request.cookies.get("sid")
    user = db.execute("SELECT * FROM users WHERE session = ?", (sid,)).fetchone()
    if not user:
        raise HTTPException(status_code=401)
    last = user
    request.state.who = user
    return user
"""
_BY_PATH_OF_REQUEST = """
def caller(request: Request):
    if request.url.path.startswith("/notes/4"):
        return None
    if request.headers.get("authorization") != db.execute("SELECT token FROM settings"):
        raise HTTPException(status_code=401)
"""
_BY_PARAMETER = """
def caller(number: int):
    db.execute("UPDATE notes SET seen = 1 WHERE id = ?", (number,))
"""
_BY_REFUSAL = """
def caller(request: Request):
    raise HTTPException(status_code=401)
"""
_ROUTER = """

router = APIRouter(prefix="/notes", dependencies=[Depends(caller)])
"""
_ROUTES = """

@router.get("/N")
def read_N(request: Request):
    return db.execute("SELECT * FROM notes WHERE owner = ?", (request.state.who,)).fetchall()


@router.post("/N/{number}")
def write_N(number: int, note: Note, user=Depends(caller)):
    db.execute("INSERT INTO notes (owner, text, by) VALUES (?, ?, ?)", (user, note.text, last))
    db.commit()
"""


@pytest.mark.parametrize(
    "caller", [_BY_COOKIE, _BY_PATH_OF_REQUEST, _BY_PARAMETER, _BY_REFUSAL], ids=range(4)
)
def test_known_dependency_gives_what_following_it_gives(
    caller: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered = _handlers(tmp_path / "known", caller)
    monkeypatch.setattr(fastapi, "run_beforehand", beforehand._run)
    assert _told(remembered) == _told(_handlers(tmp_path / "each", caller))
    assert len(remembered) == 12


def test_dependency_of_a_router_is_followed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _runs(tmp_path / "cookie", _BY_COOKIE, monkeypatch) == 2
    assert _runs(tmp_path / "path", _BY_PATH_OF_REQUEST, monkeypatch) == 12


def test_later_routes_are_guarded_as_the_first_one(tmp_path: Path) -> None:
    handlers = _handlers(tmp_path, _BY_COOKIE)
    assert (
        len({frozenset(g.check for g in h.guards if g.check is not Check.VALID) for h in handlers})
        == 1
    )
    assert all(any(g.check is not Check.VALID for g in h.guards) for h in handlers)


def _runs(root: Path, caller: str, monkeypatch: pytest.MonkeyPatch) -> int:
    runs: list[int] = []
    step = fastapi.Injection.step

    def counted(self: fastapi.Injection, value: object) -> bool:
        runs.append(1)
        return step(self, value)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(fastapi.Injection, "step", counted)
        assert len(_handlers(root, caller)) == 12
    return len(runs)


def _handlers(root: Path, caller: str) -> tuple[Handler, ...]:
    routes = "".join(_ROUTES.replace("N", str(n)) for n in range(6))
    text = f"{_HEAD}{caller}{_ROUTER}{routes}\n\napp.include_router(router)\n"
    root.mkdir(exist_ok=True)
    return prototype_of(root, {"requirements.txt": "fastapi\n", "main.py": text}).handlers


def _told(handlers: tuple[Handler, ...]) -> list[str]:
    """All that is known of them; sets in order."""
    return [
        repr(
            (
                h.name,
                h.hindrance,
                sorted(map(repr, h.guards)),
                [_sorted(tuple(e)) for e in h.effects],
            )
        )
        for h in handlers
    ]


def _sorted(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(repr(_sorted(part)) for part in value)
    if isinstance(value, dict):
        return [(key, _sorted(part)) for key, part in value.items()]
    if isinstance(value, tuple):
        return [_sorted(part) for part in value]
    return value
