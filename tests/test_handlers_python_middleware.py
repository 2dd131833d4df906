"""Middleware of Python that lets some paths through: what it says of all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import AUTHENTICATES, Check, EffectKind

STARLETTE = """import os
import sqlite3
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from jose import JWTError, jwt
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()
PUBLIC = ["/docs", "/api/login"]


class AuthMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        EXCEPT
        header = request.headers.get("Authorization")
        if not header or not header.startswith("Bearer "):
            return JSONResponse({"error": "Missing"}, status_code=401)
        try:
            payload = jwt.decode(header.split(" ")[1], os.environ["SECRET"], algorithms=["HS256"])
            request.state.user_id = payload["sub"]
        except JWTError:
            return JSONResponse({"error": "Invalid"}, status_code=401)
        return await call_next(request)


app.add_middleware(AuthMiddleware)


@app.post("/api/notes")
def notes(request: Request, body: dict):
    db = sqlite3.connect("a.db")
    db.execute("INSERT INTO notes (body) VALUES (?)", (body["x"],))
    return {}
"""
FLASK = """import sqlite3
from flask import Flask, jsonify, request, session

app = Flask(__name__)
PUBLIC = {"/login", "/health"}


@app.before_request
def guard():
    EXCEPT
    if "user_id" not in session:
        return jsonify(error="sign in"), 401


@app.route("/api/notes", methods=["POST"])
def notes():
    db = sqlite3.connect("a.db")
    db.execute("INSERT INTO notes (body) VALUES (?)", (request.json["x"],))
    return {}
"""
ON = "return await call_next(request)"
FLAGGED = f"""public = False
        for p in ["{{}}", "/login"]:
            if request.url.path.startswith(p):
                public = True
                break
        if public: {ON}"""
LET_ON = [
    (STARLETTE, f"if request.url.path in PUBLIC: {ON}", True),
    (STARLETTE, f'if request.url.path not in PUBLIC and "/api/" in request.url.path: {ON}', False),
    (STARLETTE, f'if request.url.path == "/docs" or request.url.path == "/": {ON}', True),
    (STARLETTE, f'if request.url.path.startswith(("/docs", "/static")): {ON}', True),
    (STARLETTE, f"if any(request.url.path.startswith(p) for p in PUBLIC): {ON}", True),
    (STARLETTE, f"for p in PUBLIC:\n            if request.url.path.startswith(p): {ON}", True),
    (STARLETTE, FLAGGED.format("/docs"), True),
    (STARLETTE, FLAGGED.format("/api/"), False),
    (STARLETTE, f'if request.method == "OPTIONS": {ON}', True),
    (STARLETTE, f'if request.method == "POST": {ON}', False),
    (STARLETTE, f'if not request.url.path.startswith("/api/"): {ON}', True),
    (STARLETTE, f'if request.url.path.startswith("/api/"): {ON}', False),
    (STARLETTE, f'if request.headers.get("x-internal"): {ON}', False),
    (FLASK, "if request.path in PUBLIC: return None", True),
    (FLASK, 'if request.endpoint in ("login", "static"): return', True),
    (FLASK, 'if request.path.startswith("/s") or request.method == "OPTIONS": return', True),
    (FLASK, 'if request.path.startswith("/api/"): return', False),
    (FLASK, 'if request.endpoint == "notes": return', False),
    (FLASK, 'if request.args.get("token") == "x": return', False),
]


@pytest.mark.parametrize(("code", "let_on", "known"), LET_ON)
def test_paths_that_are_let_through_leave_all_others_checked(
    code: str, let_on: str, known: bool, tmp_path: Path
) -> None:
    files = {
        "requirements.txt": "fastapi==0.115.0\nflask==3.0.0\npython-jose==3.3.0\n",
        "app.py": code.replace("EXCEPT", let_on),
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    (write,) = [e for e in handler.effects_of(EffectKind.QUERY) if e.target == "notes"]
    assert write.has(*AUTHENTICATES) is known


@pytest.mark.parametrize(("prefix", "known"), [("/api", True), ("/open", False)])
def test_the_path_is_the_one_with_the_prefixes_of_its_routers(
    prefix: str, known: bool, tmp_path: Path
) -> None:
    code = STARLETTE.replace("EXCEPT", f'if not request.url.path.startswith("/api/"): {ON}')
    code = code.replace('@app.post("/api/notes")', '@router.post("/notes")')
    code = code.replace("app = FastAPI()", "app = FastAPI()\nrouter = APIRouter()")
    code = code.replace("import FastAPI", "import APIRouter, FastAPI")
    files = {
        "requirements.txt": "fastapi==0.115.0\npython-jose==3.3.0\n",
        "app.py": f'{code}\n\napp.include_router(router, prefix="{prefix}")\n',
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    (write,) = [e for e in handler.effects_of(EffectKind.QUERY) if e.target == "notes"]
    assert write.has(*AUTHENTICATES) is known


_SETTINGS = """import os
PREFIX = os.environ["PREFIX"]
def is_public(path):
    return path.startswith(f"{PREFIX}/open") or path in os.environ["OPEN"].split()
"""


@pytest.mark.parametrize(
    ("let_on", "unclear"),
    [
        (f"if is_public(request.url.path): {ON}", True),
        (f'if request.url.path.startswith(f"{{PREFIX}}/docs"): {ON}', True),
        (f'if not request.headers.get("Authorization"): {ON}', False),
        (f'if not request.url.path.startswith("/api/") and not header: {ON}', False),
    ],
)
def test_paths_of_the_settings_leave_open_whether_a_route_is_checked(
    let_on: str, unclear: bool, tmp_path: Path
) -> None:
    code = STARLETTE.replace("EXCEPT", let_on).replace("app = FastAPI()", "app = FastAPI()\n", 1)
    files = {
        "requirements.txt": "fastapi==0.115.0\npython-jose==3.3.0\n",
        "app.py": code.replace(
            "from jose import", "from settings import PREFIX, is_public\nfrom jose import", 1
        ),
        "settings.py": _SETTINGS,
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    (write,) = [e for e in handler.effects_of(EffectKind.QUERY) if e.target == "notes"]
    assert write.has(Check.UNCLEAR) is unclear
