"""Middleware that tells paths apart itself: who passes it depends on the path of each route."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check

_EXPRESS = """import express from "express";
import jwt from "jsonwebtoken";
const app = express();
const OPEN = ["/api/login", "/api/plants"];
MIDDLEWARE
const plants = express.Router();
plants.post("/plants", (req, res) => res.json({ ok: true }));
plants.delete("/beds/:id", (req, res) => res.json({ ok: true }));
app.use("/api", plants);
app.listen(3000);
"""
_HONO = """import { Hono } from "hono";
import { verify } from "hono/jwt";
const app = new Hono();
app.use("*", async (c, next) => {
  const isOpen = ["/api/plants"].some((p) => c.req.path === p || c.req.path.startsWith("/docs/"));
  if (isOpen) { await next(); return; }
  try {
    c.set("user", await verify(c.req.header("Authorization"), c.env.JWT_SECRET));
    await next();
  } catch { return c.json({ error: "Sign in" }, 401); }
});
const plants = new Hono();
plants.post("/plants", (c) => c.json({ ok: true }));
plants.delete("/beds/:id", (c) => c.json({ ok: true }));
app.route("/api", plants);
export default app;
"""
_KOA = """const Koa = require("koa");
const Router = require("@koa/router");
const jwt = require("jsonwebtoken");
const app = new Koa();
const router = new Router({ prefix: "/api" });
app.use(async (ctx, next) => {
  if (ctx.path === "/api/plants") return next();
  try { ctx.state.user = jwt.verify(ctx.get("authorization"), process.env.SECRET); }
  catch { ctx.throw(401, "Sign in"); }
  await next();
});
router.post("/plants", async (ctx) => { ctx.body = { ok: true }; });
router.delete("/beds/:id", async (ctx) => { ctx.body = { ok: true }; });
app.use(router.routes());
app.listen(3000);
"""
_FASTIFY = """import Fastify from "fastify";
import jwt from "jsonwebtoken";
const app = Fastify();
app.addHook("onRequest", async (request, reply) => {
  if (request.url.startsWith("/api/plants")) return;
  try { request.user = jwt.verify(request.headers.authorization, process.env.SECRET); }
  catch { return reply.code(401).send({ error: "Sign in" }); }
});
app.post("/api/plants", async () => ({ ok: true }));
app.delete("/api/beds/:id", async () => ({ ok: true }));
app.listen({ port: 3000 });
"""


def _express(where: str, test: str) -> str:
    guard = f"""(req, res, next) => {{
  if ({test}) return next();
  try {{ req.user = jwt.verify(req.headers.authorization, process.env.SECRET); next(); }}
  catch {{ res.status(401).json({{ error: "Sign in" }}); }}
}}"""
    return _EXPRESS.replace("MIDDLEWARE", f"app.use({where}{guard});")


@pytest.mark.parametrize(
    "server",
    [
        _express("", "OPEN.includes(req.path)"),
        _express("", "new Set(OPEN).has(req.path)"),
        _express("", "OPEN.some((p) => req.path.startsWith(p))"),
        _express('"/api", ', "req.path === '/login' || req.path === '/plants'"),
        _express('"/api", ', "req.originalUrl.startsWith('/api/plants')"),
        _express("", "/^\\/api\\/(login|plants)$/.test(req.path)"),
        _express("", "req.method === 'POST'"),
        _HONO,
        _KOA,
        _FASTIFY,
    ],
)
def test_who_passes_is_asked_path_by_path(server: str, tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "hono": "4", "koa": "2", "fastify": "5"}}',
        "server.js": server,
    }
    known = {
        handler.name: any(g.check is Check.SESSION for e in handler.effects for g in e.guards)
        for handler in prototype_of(tmp_path, files).handlers
    }
    assert known == {"POST /api/plants": False, "DELETE /api/beds/:id": True}


def test_a_test_that_is_not_understood_lets_everybody_pass(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4"}}',
        "server.js": _express("", "isOpen(req)"),
    }
    for handler in prototype_of(tmp_path, files).handlers:
        assert not any(g.check is Check.SESSION for e in handler.effects for g in e.guards)
