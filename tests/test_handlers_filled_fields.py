"""Fields that an object begins without, and that a method of it fills."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind

_STORE = """import chromadb
from fastapi import FastAPI
app = FastAPI()
class Notes:
    def __init__(self):
        self.found = None
        self.ready = False
    def start(self):
        FILLS
        self.ready = True
    def drop(self, note):
        USES
notes = Notes()
@app.delete("/notes/{note}")
def drop(note: str):
    return notes.drop(note)
"""
_FILLS = 'self.found = chromadb.PersistentClient(path="data").get_or_create_collection("notes")'


def _queries(folder: Path, fills: str, uses: str) -> list[Effect]:
    text = _STORE.replace("FILLS", fills).replace("USES", uses)
    (folder / "main.py").write_text(text, encoding="utf-8")
    (handler,) = read_prototype(folder).handlers
    return list(handler.effects_of(EffectKind.QUERY))


@pytest.mark.parametrize(
    "uses",
    [
        "self.found.delete(ids=[note])",
        "if not self.ready:\n            return False\n        self.found.delete(ids=[note])",
        "if self.found is None:\n            return False\n        self.found.delete(ids=[note])",
        "if not self.found:\n            self.start()\n        self.found.delete(ids=[note])",
    ],
)
def test_what_a_method_fills_is_there_when_a_route_asks(tmp_path: Path, uses: str) -> None:
    (deleted,) = _queries(tmp_path, _FILLS, uses)
    assert (deleted.operation, deleted.target) == ("delete", "indexed_notes")


def test_a_method_that_fills_it_only_once_is_followed_as_it_stands(tmp_path: Path) -> None:
    fills = f"if self.found is None:\n            {_FILLS}\n        return self.found"
    (deleted,) = _queries(tmp_path, fills, "self.start().delete(ids=[note])")
    assert deleted.target == "indexed_notes"


def test_what_a_caller_gives_is_kept_by_no_object_beforehand(tmp_path: Path) -> None:
    fills = "pass\n    def choose(self, found):\n        self.found = found"
    assert not _queries(tmp_path, fills, "self.found.delete(ids=[note])")
