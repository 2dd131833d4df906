# ruff: noqa: E501 - code of prototypes is written as it is found
"""Routes and routers that stand in lists, and are declared and mounted one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check

_ROUTER = """const { Router } = require("express");
const router = Router();
router.get("/NAME", (req, res) => res.json({ ok: true }));
module.exports = router;
"""
_START = """const express = require("express");
const jwt = require("jsonwebtoken");
const asks = (req, res, next) => {
  try { req.user = jwt.verify(req.headers.authorization, process.env.SECRET); next(); }
  catch { res.status(401).json({ error: "Sign in" }); }
};
const app = express();
"""
_LIST = """[
  { path: "/api", guard: asks, router: require("./beds") },
  { path: "/open", guard: (req, res, next) => next(), router: require("./seeds") },
]"""


@pytest.mark.parametrize(
    "mounted",
    [
        f"{_LIST}.forEach((one) => app.use(one.path, one.guard, one.router));",
        f"{_LIST}.map(({{ path, guard, router }}) => {{ app.use(path, guard, router); }});",
        f"for (const one of {_LIST}) {{ app.use(one.path, one.guard, one.router); }}",
        'for (const [path, guard, router] of [["/api", asks, require("./beds")],'
        ' ["/open", express.json(), require("./seeds")]]) app.use(path, guard, router);',
        'const mounts = { "/api": require("./beds"), "/open": require("./seeds") };'
        ' app.use("/api", asks); Object.entries(mounts).forEach(([path, router]) => app.use(path, router));',
        '["/api/beds", "/api/tools"].forEach((path) => app.use(path, asks));'
        ' app.use("/api", require("./beds")); app.use("/open", require("./seeds"));',
        'app.use("/api", asks); require("./mounts").forEach((one) => app.use(one.path, one.router));',
    ],
)
def test_each_router_is_mounted_where_its_list_says(mounted: str, tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "jsonwebtoken": "9"}}',
        "beds.js": _ROUTER.replace("NAME", "beds"),
        "seeds.js": _ROUTER.replace("NAME", "seeds"),
        "mounts.js": 'module.exports = [{ path: "/api", router: require("./beds") },'
        ' { path: "/open", router: require("./seeds") }];',
        "server.js": f"{_START}{mounted}\napp.listen(3000);",
    }
    known = {
        handler.name: any(g.check is Check.SESSION for e in handler.effects for g in e.guards)
        for handler in prototype_of(tmp_path, files).handlers
    }
    assert known == {"GET /api/beds": True, "GET /open/seeds": False}


@pytest.mark.parametrize(
    ("handed_over", "prefix"),
    [
        ("require('./routes').forEach((route) => app.route(route));", ""),
        ("for (const route of require('./routes')) app.route(route);", ""),
        ("require('./hand-over')(app, require('./routes'));", ""),
        (
            "app.register(async (inner) => { require('./routes').map((r) => inner.route(r)); }, { prefix: '/v1' });",
            "/v1",
        ),
    ],
)
def test_routes_of_fastify_that_are_listed_are_followed(
    handed_over: str, prefix: str, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"fastify": "5", "jsonwebtoken": "9"}}',
        "beds.js": """const jwt = require("jsonwebtoken");
module.exports = class Beds {
  constructor(db) { this.db = db; }
  list = async (request, reply) => reply.send({ ok: true });
  asks = async (request, reply) => { request.user = jwt.verify(request.headers.authorization, process.env.SECRET); };
};
""",
        "routes.js": """const Beds = require("./beds");
const beds = new Beds();
const routes = [
  { url: "/beds", method: "GET", handler: beds.list },
  { url: "/beds", method: "POST", preHandler: [beds.asks], handler: beds.list },
];
module.exports = routes;
""",
        "hand-over.js": "module.exports = (app, routes) => { routes.forEach((route) => { app.route(route); }); };",
        "server.js": f'const app = require("fastify")();\n{handed_over}\napp.listen({{ port: 3000 }});',
    }
    known = {
        (handler.name, handler.subject): any(
            g.check is Check.SESSION for e in handler.effects for g in e.guards
        )
        for handler in prototype_of(tmp_path, files).handlers
    }
    assert known == {
        (f"GET {prefix}/beds", "routes.js#beds.list"): False,
        (f"POST {prefix}/beds", "routes.js#beds.list"): True,
    }
