"""Logins that browsers send along by themselves, told from tokens that code sends."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.cors.logins import knows_logins_sent_along


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("response.set_cookie('seat', token)", True),
        ("from flask import Flask, session", True),
        ("app.add_middleware(SessionMiddleware, secret_key=key)", True),
        ("user = Depends(HTTPBearer())", False),
        ("papers = ['passport', 'visa']", False),
        ('personal = ["ip_address", "device_info", "cookies"]', False),
        ('token = request.headers["cookie"]', True),
        ("from sqlalchemy.orm import Session, sessionmaker", False),
    ],
)
def test_cookies_and_sessions_are_sent_along(tmp_path: Path, code: str, known: bool) -> None:
    read = prototype_of(tmp_path, {"main.py": f"{code}\n", "page.ts": "document.cookie;"})
    assert knows_logins_sent_along(read, "main.py") is known
