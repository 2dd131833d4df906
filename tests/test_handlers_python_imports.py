"""What is imported is there, whatever a module puts in the place of a package that may be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, EffectKind, Handler

_HEAD = "import sqlite3\nfrom fastapi import Depends, FastAPI, HTTPException\napp = FastAPI()\n"
_WIPES = 'sqlite3.connect("a.db").execute("DELETE FROM orders")'


def only(folder: Path, text: str, **others: str) -> Handler:
    """The one entry point of a module, beside which there may be others."""
    for name, other in {"main": text, **others}.items():
        (folder / f"{name}.py").write_text(other, encoding="utf-8")
    (found,) = read_prototype(folder).handlers
    return found


@pytest.mark.parametrize(
    ("instead", "asked"),
    [
        ("stripe = None", "not stripe"),
        ("stripe = None", "stripe is None"),
        ("stripe, problem = None, 'missing'", "not stripe"),
        ("class stripe:\n        pass", "stripe is None"),
    ],
)
def test_a_route_goes_on_where_a_package_may_be_missing(
    tmp_path: Path, instead: str, asked: str
) -> None:
    text = (
        f"{_HEAD}try:\n    import stripe\nexcept ImportError:\n    {instead}\n"
        '@app.post("/wipe")\ndef wipe():\n'
        f"    if {asked}:\n        raise HTTPException(status_code=501)\n    {_WIPES}\n"
    )
    assert list(only(tmp_path, text).effects_of(EffectKind.QUERY))


def test_so_does_a_function_that_imports_it_itself(tmp_path: Path) -> None:
    text = (
        f'{_HEAD}@app.post("/wipe")\ndef wipe():\n'
        "    try:\n        import stripe\n    except ImportError:\n        stripe = None\n"
        f"    if not stripe:\n        raise HTTPException(status_code=501)\n    {_WIPES}\n"
    )
    assert list(only(tmp_path, text).effects_of(EffectKind.QUERY))


def test_a_check_that_is_imported_is_asked_not_what_stands_in_for_it(tmp_path: Path) -> None:
    check = (
        "import jwt\nfrom fastapi import Header, HTTPException\n"
        "def user(authorization: str = Header()):\n"
        "    try:\n"
        '        return jwt.decode(authorization, KEY, algorithms=["HS256"])\n'
        "    except jwt.PyJWTError:\n        raise HTTPException(status_code=401)\n"
    )
    text = (
        f"{_HEAD}try:\n    from checks import user\nexcept ImportError:\n"
        '    def user():\n        return {"id": 1}\n'
        f'@app.post("/wipe")\ndef wipe(caller = Depends(user)):\n    {_WIPES}\n'
    )
    (wiped,) = only(tmp_path, text, checks=check).effects_of(EffectKind.QUERY)
    assert wiped.has(Check.SESSION)
