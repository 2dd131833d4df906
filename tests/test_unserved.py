"""Routes that are declared and never given to a server are no entry points."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of

_MANIFEST = '{"dependencies": {"express": "4.19.2", "pg": "8.11.5"}}'
_POOL = 'import { Pool } from "pg";\nexport const pool = new Pool();\n'
_ROUTE = (
    '("/users/:id", async (req, res) => {\n'
    '  await pool.query("DELETE FROM users WHERE id = $1", [req.params.id]);\n'
    "  res.json({ ok: true });\n});\n"
)
_ADDS = f'import {{ pool }} from "./db";\nexport function addUsers(app) {{\napp.delete{_ROUTE}}}\n'
_ROUTER = (
    'import { Router } from "express";\nimport { pool } from "./db";\n'
    f"const users = Router();\nusers.delete{_ROUTE}export default users;\n"
)
_SERVER = 'import express from "express";\nIMPORT\nconst app = express();\nUSE\napp.listen(3000);\n'


@pytest.mark.parametrize(
    ("routes", "imported", "used", "served"),
    [
        (_ADDS, 'import { addUsers } from "./users";', "addUsers(app);", True),
        (_ADDS, 'import { addUsers } from "./users";', "", False),
        (_ADDS, 'import { addUsers } from "./users";', "// addUsers(app);", False),
        (_ADDS, 'import * as users from "./users";', "", True),
        (_ADDS, 'import { addUsers as add } from "./users";', "add(app);", True),
        (_ADDS, 'import { addUsers as add } from "./users";', "", False),
        (_ADDS, "", 'import("./users").then((users) => users.addUsers(app));', True),
        (_ROUTER, 'import users from "./users";', 'app.use("/api", users);', True),
        (_ROUTER, 'import users from "./users";', "", False),
        (_ROUTER, "", 'app.use("/api", require("./users").default);', True),
        (f"{_ROUTER}app.use(users);\n", 'import users from "./users";', "", True),
    ],
)
def test_only_routes_that_are_given_to_a_server_are_entry_points(
    tmp_path: Path, routes: str, imported: str, used: str, *, served: bool
) -> None:
    server = _SERVER.replace("IMPORT", imported).replace("USE", used)
    files = {
        "package.json": _MANIFEST,
        "server/db.ts": _POOL,
        "server/users.ts": routes,
        "server/index.ts": server,
    }
    assert bool(prototype_of(tmp_path, files).handlers) is served


_BLUEPRINT = (
    "from flask import Blueprint\nfrom db import run\n\n"
    'users = Blueprint("users", __name__)\n\n\n'
    '@users.delete("/users/<key>")\ndef remove(key):\n'
    '    run("DELETE FROM users WHERE id = %s", (key,))\n    return {}\n'
)


@pytest.mark.parametrize(
    ("used", "served"), [("app.register_blueprint(users)\n", True), ("", False)]
)
def test_a_blueprint_that_no_app_registers_serves_nothing(
    tmp_path: Path, used: str, *, served: bool
) -> None:
    files = {
        "requirements.txt": "flask==3.0.0\n",
        "users.py": _BLUEPRINT,
        "db.py": "def run(statement, values):\n    return None\n",
        "app.py": f"from flask import Flask\nfrom users import users\n\napp = Flask(__name__)\n{used}",
    }
    assert bool(prototype_of(tmp_path, files).handlers) is served


@pytest.mark.parametrize("imported", ["users", "users as users_bp"])
def test_a_blueprint_that_a_package_hands_on_is_served(tmp_path: Path, imported: str) -> None:
    name = imported.rpartition(" ")[2]
    files = {
        "requirements.txt": "flask==3.0.0\n",
        "shop/__init__.py": (
            "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n"
            f"    from shop.people import {imported}\n    app.register_blueprint({name})\n"
            "    return app\n"
        ),
        "shop/people/__init__.py": "from shop.people.routes import users\n",
        "shop/people/routes.py": _BLUEPRINT,
        "db.py": "def run(statement, values):\n    return None\n",
    }
    assert prototype_of(tmp_path, files).handlers
