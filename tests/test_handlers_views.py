"""Views of Python that a call names, that are classes or that get the request alone are followed."""

# ruff: noqa: S608 - the SQL is that of the prototypes

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import Prototype, read_prototype
from shipworthy.prototype.handlers.handler import EffectKind, Handler

FLASK = (
    "import sqlite3\nfrom flask import Flask, request, session, abort\n"
    "from flask_login import login_required\napp = Flask(__name__)\n"
)
FASTAPI = (
    "import sqlite3\nfrom fastapi import FastAPI, Depends, HTTPException\n"
    "from fastapi.security import HTTPBearer\nimport jwt, os\nscheme = HTTPBearer()\n"
    "def user(given=Depends(scheme)):\n    try:\n"
    "        return jwt.decode(given.credentials, os.environ['KEY'], algorithms=['HS256'])\n"
    "    except jwt.PyJWTError:\n        raise HTTPException(status_code=401)\n"
)
AIOHTTP = (
    "import os, sqlite3, jwt\nfrom aiohttp import web\n@web.middleware\n"
    "async def asked(request, handler):\n"
    "    if request.headers.get('X-Key') != os.environ['KEY']:\n"
    "        raise web.HTTPUnauthorized()\n    return await handler(request)\n"
)
STARLETTE = (
    "import sqlite3\nfrom starlette.applications import Starlette\n"
    "from starlette.routing import Route\nfrom starlette.endpoints import HTTPEndpoint\n"
    "from starlette.responses import JSONResponse\n"
)


def run(text: str) -> str:
    return f"sqlite3.connect('a.db').execute(f\"select * from users where name = '{{{text}}}'\")"


FLASK_RUN = run("request.args['name']")
OF_FLASK = {
    "add_url_rule": f"def find():\n    return {FLASK_RUN}.fetchall()\n"
    "app.add_url_rule('/users', 'find', find)\n",
    "add_url_rule by name": f"def find():\n    return {FLASK_RUN}.fetchall()\n"
    "app.add_url_rule('/users', view_func=find, methods=['GET'])\n",
    "MethodView": "from flask.views import MethodView\nclass Users(MethodView):\n"
    f"    def get(self):\n        return {FLASK_RUN}.fetchall()\n"
    "app.add_url_rule('/users', view_func=Users.as_view('users'))\n",
    "Flask-RESTful": "from flask_restful import Api, Resource\napi = Api(app)\n"
    f"class Users(Resource):\n    def get(self):\n        return {FLASK_RUN}.fetchall()\n"
    "api.add_resource(Users, '/users')\n",
    "Flask-RESTX": "from flask_restx import Api, Namespace, Resource\napi = Api(app)\n"
    "ns = Namespace('users')\n@ns.route('/')\nclass Users(Resource):\n"
    f"    def get(self):\n        return {FLASK_RUN}.fetchall()\napi.add_namespace(ns)\n",
}
BEFORE = "@app.before_request\ndef asked():\n    if 'user_id' not in session:\n        abort(401)\n"
FASTAPI_RUN = run("name")
OF_FASTAPI = {
    "add_api_route": "app = FastAPI()\ndef find(name: str):\n"
    f"    return {FASTAPI_RUN}.fetchall()\napp.add_api_route('/users', find, methods=['GET'])\n",
    "made by a function": "app = FastAPI()\ndef made(kind):\n    def find(name: str):\n"
    f"        return {FASTAPI_RUN}.fetchall()\n    return find\n"
    "app.add_api_route('/users', made('a'))\n",
    "made by a function in a loop": "app = FastAPI()\ndef made(kind):\n    def find(name: str):\n"
    f"        return {FASTAPI_RUN}.fetchall()\n    return find\n"
    "for kind in KINDS:\n    app.add_api_route(f'/users/{kind}', made(kind))\n",
    "routes of an object": "class Server:\n    def __init__(self):\n        self.app = FastAPI()\n"
    "        self.app.add_api_route('/users', self.find)\n    def find(self, name: str):\n"
    f"        return {FASTAPI_RUN}.fetchall()\nserver = Server()\n",
    "routes inside of a method": "class Server:\n    def __init__(self):\n"
    "        self.app = FastAPI()\n        self.routes()\n    def routes(self):\n"
    "        @self.app.get('/users')\n        def find(name: str):\n"
    f"            return {FASTAPI_RUN}.fetchall()\nserver = Server()\n",
}
AIOHTTP_RUN = run("request.query['name']")
FIND = f"async def find(request):\n    return web.json_response({AIOHTTP_RUN}.fetchall())\n"
OF_AIOHTTP = {
    "table": f"routes = web.RouteTableDef()\n@routes.get('/users')\n{FIND}"
    "app = web.Application()\napp.add_routes(routes)\n",
    "list": f"{FIND}app = web.Application()\napp.add_routes([web.get('/users', find)])\n",
    "router": f"{FIND}app = web.Application()\napp.router.add_get('/users', find)\n",
    "made by a function": f"{FIND}def make():\n    app = web.Application()\n"
    "    app.router.add_route('GET', '/users', find)\n    return app\napp = make()\n",
}
STARLETTE_RUN = run("request.query_params['name']")
OF_STARLETTE = {
    "function": f"async def find(request):\n    return JSONResponse({STARLETTE_RUN}.fetchall())\n"
    "app = Starlette(routes=[Route('/users', find)])\n",
    "class": "class Users(HTTPEndpoint):\n    async def get(self, request):\n"
    f"        return JSONResponse({STARLETTE_RUN}.fetchall())\n"
    "app = Starlette(routes=[Route('/users', Users)])\n",
}


def read(folder: Path, code: str) -> Prototype:
    (folder / "server.py").write_text(code)
    return read_prototype(folder)


def only(folder: Path, code: str) -> Handler:
    (handler,) = read(folder, code).handlers
    return handler


def injected(handler: Handler) -> list[str]:
    """The parameters that are put into the text of a query."""
    found = (e.inputs.get("text", ()) for e in handler.effects if e.kind is EffectKind.SQL)
    return [str(origin) for origins in found for origin in origins]


@pytest.mark.parametrize("form", OF_FLASK)
def test_views_of_flask_are_followed(tmp_path: Path, form: str) -> None:
    handler = only(tmp_path, FLASK + OF_FLASK[form])
    assert injected(handler) == ["query.name"]
    assert handler.principal is None
    assert handler.route.method == "GET"


@pytest.mark.parametrize("form", OF_FLASK)
def test_what_runs_before_each_request_holds_for_them(tmp_path: Path, form: str) -> None:
    assert only(tmp_path, FLASK + BEFORE + OF_FLASK[form]).principal is not None


def test_decorators_of_a_class_hold_for_its_methods(tmp_path: Path) -> None:
    code = OF_FLASK["MethodView"].replace(
        "    def get", "    decorators = [login_required]\n    def get"
    )
    assert only(tmp_path, FLASK + code).principal is not None


def test_a_decorator_of_one_method_holds_for_it_alone(tmp_path: Path) -> None:
    code = OF_FLASK["Flask-RESTful"].replace(
        "    def get", "    @login_required\n    def put(self):\n        return 1\n    def get"
    )
    found = {h.route.method: h.principal for h in read(tmp_path, FLASK + code).handlers}
    assert found["GET"] is None
    assert found["PUT"] is not None


@pytest.mark.parametrize("form", OF_FASTAPI)
@pytest.mark.parametrize("given", ["", "dependencies=[Depends(user)]"])
def test_views_of_fastapi_are_followed(tmp_path: Path, form: str, given: str) -> None:
    handler = only(tmp_path, FASTAPI + OF_FASTAPI[form].replace("FastAPI()", f"FastAPI({given})"))
    assert injected(handler) == ["query.name"]
    assert (handler.principal is not None) is bool(given)


@pytest.mark.parametrize("form", OF_AIOHTTP)
@pytest.mark.parametrize("given", ["", "middlewares=[asked]"])
def test_views_of_aiohttp_are_followed(tmp_path: Path, form: str, given: str) -> None:
    code = OF_AIOHTTP[form].replace("Application()", f"Application({given})")
    prototype = read(tmp_path, AIOHTTP + code)
    (handler,) = prototype.handlers
    assert injected(handler) == ["query.name"]
    assert (handler.principal is not None) is bool(given)
    assert not prototype.unfollowed


@pytest.mark.parametrize("form", OF_STARLETTE)
def test_views_of_starlette_are_followed(tmp_path: Path, form: str) -> None:
    prototype = read(tmp_path, STARLETTE + OF_STARLETTE[form])
    (handler,) = prototype.handlers
    assert injected(handler) == ["query.name"]
    assert not prototype.unfollowed


def test_a_view_that_is_not_found_is_named(tmp_path: Path) -> None:
    code = "from aiohttp import web\nfrom elsewhere import find\napp = web.Application()\n"
    prototype = read(tmp_path, code + "app.add_routes([web.get('/users', find)])\n")
    assert [u.path for u in prototype.unfollowed] == ["server.py"]
