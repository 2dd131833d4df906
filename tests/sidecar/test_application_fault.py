"""Why a prototype failed is told in one sentence, with the place in its own code and what would help."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.harden.places import runs_folder
from shipworthy.sidecar.application.fault import fault, told

PYTHON = """
Traceback (most recent call last):
  File "COPY/python-packages/flask/cli.py", line 64, in find_best_app
    app = app_factory()
  File "COPY/shop/app/__init__.py", line 71, in create_app
    from .routes.health import health
ModuleNotFoundError: No module named 'app.routes.health'; 'app.routes' is not a package
"""
CHAINED = """
Traceback (most recent call last):
  File "COPY/python-packages/psycopg2/__init__.py", line 122, in connect
    conn = _connect(dsn, connection_factory=connection_factory, **kwasync)
psycopg2.OperationalError: connection to server at "127.0.0.1", port 5432 failed: Connection refused
\tIs the server running on that host and accepting TCP/IP connections?

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "COPY/shop/main.py", line 9, in <module>
    Base.metadata.create_all(engine)
  File "COPY/python-packages/sqlalchemy/engine/base.py", line 145, in __init__
    self._dbapi_connection = engine.raw_connection()
sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at "127.0.0.1" failed
"""
NODE = """
❌ Database connection failed: Error: getaddrinfo ENOTFOUND ep-x-pooler.neon.tech
    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:122:26)
    at async connect (file://COPY/shop/node_modules/pg/lib/client.js:40:5)
    at async start (file://COPY/shop/server/api.js:22:5) {
  errno: -3008,
"""
NEXT = """
 ⨯ ./app/layout.tsx:7:1
Module not found: Can't resolve '@/components/ui/toaster'
   5 | import { AuthProvider } from "./providers/auth-provider";
"""
DJANGO = """
Traceback (most recent call last):
  File "COPY/python-packages/django/conf/__init__.py", line 98, in __getattr__
    raise ImproperlyConfigured("The SECRET_KEY setting must not be empty.")
django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.
[22/Nov/2026 07:40:13] "GET / HTTP/1.1" 500 59
"""
QUIET = "Server is starting\nWarning: Error pages are off\n"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            PYTHON,
            "ModuleNotFoundError: No module named 'app.routes.health'; 'app.routes' is not a package"
            " (app/__init__.py:71)",
        ),
        (
            CHAINED,
            "sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at"
            ' "127.0.0.1" failed (main.py:9); nothing answers at 127.0.0.1: start it, or give its'
            " address with --env FILE",
        ),
        (
            NODE,
            "Error: getaddrinfo ENOTFOUND ep-x-pooler.neon.tech (server/api.js:22);"
            " ep-x-pooler.neon.tech cannot be reached from here: give another address with --env FILE",
        ),
        (NEXT, "Module not found: Can't resolve '@/components/ui/toaster'"),
        (
            DJANGO,
            "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.",
        ),
        (QUIET, ""),
        ("", ""),
    ],
)
def test_the_last_error_is_told_with_its_place_and_what_would_help(
    said: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    copy = f"{runs_folder()}/run-abc_12"
    assert fault(said.replace("COPY", copy)) == why
    assert copy not in told(said.replace("COPY/shop", f"{copy}/shop").replace("COPY", ""))
