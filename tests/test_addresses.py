"""An entry point is known by the URL path at which it is served, whatever routers lie on the way."""

from __future__ import annotations

from pathlib import Path

from shipworthy.finding import Location
from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.evaluation import Registered, Routing


def addresses(folder: Path, files: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Where each entry point of a small prototype is served, by its function."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {h.route.handler: h.addresses for h in read_prototype(folder).handlers}


def test_prefixes_of_fastapi_routers_are_part_of_an_address(tmp_path: Path) -> None:
    found = addresses(
        tmp_path,
        {
            "main.py": "from fastapi import FastAPI, APIRouter\nfrom orders import router\napp = FastAPI()\n"
            'PREFIX = "/v1"\nouter = APIRouter(prefix="/api")\nouter.include_router(router, prefix=PREFIX)\n'
            'app.include_router(outer)\n@app.get("/")\ndef home():\n    return {}\n',
            "orders.py": 'from fastapi import APIRouter\nrouter = APIRouter(prefix="/orders")\n'
            '@router.get("")\ndef all_orders():\n    return []\n'
            '@router.get("/{order_id}")\ndef one(order_id: int):\n    return {}\n',
        },
    )
    assert found == {
        "home": ("/",),
        "all_orders": ("/api/v1/orders",),
        "one": ("/api/v1/orders/{order_id}",),
    }


def test_a_prefix_that_only_running_it_tells_gives_no_address(tmp_path: Path) -> None:
    found = addresses(
        tmp_path,
        {
            "main.py": "import os\nfrom fastapi import FastAPI, APIRouter\napp = FastAPI()\n"
            'router = APIRouter()\n@router.get("/x")\ndef x():\n    return {}\n'
            'app.include_router(router, prefix=os.environ["PREFIX"])\n',
        },
    )
    assert found == {"x": ()}


def test_a_router_that_nobody_mounts_has_no_address(tmp_path: Path) -> None:
    found = addresses(
        tmp_path,
        {
            "app.js": 'const express = require("express");\nconst app = express();\n'
            'const api = express.Router();\nconst lost = express.Router();\napp.use("/api", api);\n'
            'api.get("/a", function a(req, res) { res.json({}); });\n'
            'lost.get("/b", function b(req, res) { res.json({}); });\n'
            'app.post("/c", function c(req, res) { res.json({}); });\napp.listen(3000);\n',
        },
    )
    assert found == {"a": ("/api/a",), "b": (), "c": ("/c",)}


def test_blueprints_and_routers_mounted_twice_have_each_address(tmp_path: Path) -> None:
    found = addresses(
        tmp_path,
        {
            "app.py": "from flask import Flask, Blueprint\napp = Flask(__name__)\n"
            'bp = Blueprint("b", __name__)\n@bp.route("/y")\ndef y():\n    return "x"\n'
            'app.register_blueprint(bp, url_prefix="/old")\n'
            'app.register_blueprint(bp, url_prefix="/new", name="c")\n',
        },
    )
    assert found == {"y": ("/old/y", "/new/y")}


def test_a_router_that_require_brings_is_served_below_its_prefix(tmp_path: Path) -> None:
    found = addresses(
        tmp_path,
        {
            "package.json": '{"dependencies": {"express": "4"}}',
            "server.js": "const express = require('express');\nconst orders = require('./orders');\n"
            "const app = express();\napp.use('/api/orders', orders);\napp.listen(3000);\n",
            "orders.js": "const express = require('express');\nconst router = express.Router();\n"
            "router.get('/:id', function one(req, res) { res.json({}); });\nmodule.exports = router;\n",
        },
    )
    assert list(found.values()) == [("/api/orders/:id",)]


def test_routes_are_found_by_their_lines_in_the_order_of_their_declaration() -> None:
    routing, place = Routing(), Location("app.py", 3, 5)
    declared = [("/b", "app.py", 5), ("/a", "app.py", 3), ("/c", "app.py", 6), ("/d", "x.py", 3)]
    for pattern, path, line in declared:
        routing.routes.append(Registered(1, "GET", pattern, (), path, line, routing.number))
    assert [r.pattern for r in routing.declared_in(place)] == ["/b", "/a"]
    routing.routes.append(Registered(1, "GET", "/e", (), "app.py", 4, routing.number))
    assert [r.pattern for r in routing.declared_in(place)] == ["/b", "/a", "/e"]
