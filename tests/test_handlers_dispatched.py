# ruff: noqa: E501 - code of prototypes is written as it is found
"""Servers without a router: what they do for each path and method that they tell apart themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import Prototype, read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler

_WORKER = """
const json = (data, status = 200) => new Response(JSON.stringify(data), { status });
async function caller(request, env) {
  const token = (request.headers.get("Authorization") || "").replace("Bearer ", "");
  if (!token) return null;
  return await env.DB.prepare("SELECT u.* FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token = ?").bind(token).first();
}
async function api(request, env, url) {
  const path = url.pathname;
  if (path === "/api/orders") {
    if (request.method === "GET") return json(await env.DB.prepare("SELECT * FROM orders").all());
    if (request.method === "POST") {
      const body = await request.json();
      await env.DB.prepare(`INSERT INTO orders (name) VALUES ('${body.name}')`).run();
      return json({ ok: true });
    }
  }
  const found = path.match(/^\\/api\\/orders\\/(\\d+)$/);
  if (found && request.method === "DELETE") {
    const me = await caller(request, env);
    if (!me) return json({ error: "no" }, 401);
    await env.DB.prepare("DELETE FROM orders WHERE id = ?").bind(found[1]).run();
    return json({ ok: true });
  }
  if (path.startsWith("/api/notes/")) {
    return json(JSON.parse(await env.NOTES.get(path.slice("/api/notes/".length))));
  }
  return json({ error: "not found" }, 404);
}
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (request.method === "OPTIONS") return new Response(null, { status: 204 });
    if (url.pathname.startsWith("/api/")) return api(request, env, url);
    return env.ASSETS.fetch(request);
  },
};
"""


def _read(folder: Path, files: dict[str, str]) -> Prototype:
    for name, text in {"package.json": '{"name": "shop"}', **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_prototype(folder)


def _handlers(folder: Path, files: dict[str, str]) -> dict[str, Handler]:
    return {h.name: h for h in _read(folder, files).handlers}


def _only(handler: Handler, kind: EffectKind) -> Effect:
    (found,) = handler.effects_of(kind)
    return found


def _kinds(found: Effect, name: str) -> set[str]:
    return {str(origin) for origin in found.inputs.get(name, frozenset())}


def test_a_worker_is_followed_for_each_path_and_method(tmp_path: Path) -> None:
    found = _handlers(tmp_path, {"src/index.js": _WORKER})
    assert set(found) == {
        "GET /api/orders",
        "POST /api/orders",
        "DELETE /api/orders/*",
        "/api/notes/*",
    }
    assert [e.operation for e in found["GET /api/orders"].effects_of(EffectKind.QUERY)] == [
        "select"
    ]
    assert _kinds(_only(found["POST /api/orders"], EffectKind.SQL), "text") == {"body.name"}
    removed = list(found["DELETE /api/orders/*"].effects_of(EffectKind.QUERY))[-1]
    assert removed.operation == "delete"
    assert removed.has(Check.SESSION)
    assert _kinds(removed, "filter:id") == {"path"}
    note = _only(found["/api/notes/*"], EffectKind.QUERY)
    assert (note.operation, note.target, _kinds(note, "filter:id")) == ("select", "NOTES", {"path"})


def test_a_way_in_stands_where_its_path_is_asked_for(tmp_path: Path) -> None:
    handler = _handlers(tmp_path, {"src/index.js": _WORKER})["POST /api/orders"]
    assert handler.subject == "src/index.js#POST:/api/orders"
    assert "api/orders" in _WORKER.splitlines()[handler.location.line - 1]
    assert handler.addresses == ("/api/orders",)


@pytest.mark.parametrize(
    "body",
    [
        "switch (url.pathname) { case '/a': return a(request, env); case '/b': return b(request, env); }",
        "const key = `${request.method} ${url.pathname}`; switch (key) { case 'POST /a': return a(request, env); case 'POST /b': return b(request, env); }",
        "const routes = { '/a': a, '/b': b }; const run = routes[url.pathname]; if (run) return run(request, env);",
        "if (url.pathname !== '/a' && url.pathname !== '/b') return new Response('', { status: 404 }); return url.pathname === '/a' ? a(request, env) : b(request, env);",
        "const path = url.pathname.slice(1); if (path === 'a') return a(request, env); if (path === 'b') return b(request, env);",
        "const path = url.pathname.replace(/\\/+$/, ''); if (path === '/a') return a(request, env); if (path.endsWith('/b')) return b(request, env);",
        "if (url.pathname.startsWith('/v1')) { const rest = url.pathname.replace('/v1', ''); if (rest === '/a') return a(request, env); if (rest === '/b') return b(request, env); }",
        "if (['/a', '/c'].includes(url.pathname)) return a(request, env); if (/^\\/b$/.test(url.pathname)) return b(request, env);",
    ],
)
def test_paths_are_told_apart_in_many_ways(body: str, tmp_path: Path) -> None:
    text = """
const a = async (request, env) => { await env.DB.prepare("DELETE FROM first").run(); return new Response("ok"); };
const b = async (request, env) => { await env.DB.prepare("DELETE FROM second").run(); return new Response("ok"); };
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    BODY
    return new Response("no", { status: 404 });
  },
};
""".replace("BODY", body)
    found = _read(tmp_path, {"worker.js": text}).handlers
    touched = {
        h.route.path.removeprefix("/v1"): {e.target for e in h.effects_of(EffectKind.QUERY)}
        for h in found
        if h.route.path not in ("/c", "/v1*")
    }
    assert touched == {"/a": {"first"}, "/b": {"second"}}


def test_nodes_own_server_is_followed(tmp_path: Path) -> None:
    server = """
const http = require("http");
const fs = require("fs");
const path = require("path");
const { Pool } = require("pg");
const { exec } = require("child_process");
const pool = new Pool({ connectionString: process.env.DATABASE_URL });
function readBody(req) {
  return new Promise((resolve, reject) => {
    let data = "";
    req.on("data", (part) => { data += part; });
    req.on("end", () => { try { resolve(JSON.parse(data)); } catch (error) { reject(error); } });
  });
}
function send(res, status, body) {
  res.writeHead(status, { "Content-Type": "application/json" });
  res.end(JSON.stringify(body));
}
http.createServer(async (req, res) => {
  const url = new URL(req.url, `http://${req.headers.host}`);
  if (req.method === "POST" && url.pathname === "/api/run") {
    const body = await readBody(req);
    exec(body.command, (error, out) => send(res, 200, { out }));
    return;
  }
  if (req.url === "/api/orders" && req.method === "GET") {
    if (req.headers["x-admin-key"] !== process.env.ADMIN_KEY) { send(res, 401, { error: "no" }); return; }
    const { rows } = await pool.query("SELECT * FROM orders");
    return send(res, 200, rows);
  }
  const parts = [];
  for await (const part of req) parts.push(part);
  if (url.pathname === "/api/notes") {
    const note = JSON.parse(Buffer.concat(parts).toString());
    await pool.query("INSERT INTO notes (text) VALUES ($1)", [note.text]);
    return send(res, 201, { ok: true });
  }
  fs.readFile(path.join(__dirname, req.url), (error, data) => { res.end(data); });
}).listen(3000);
"""
    found = _handlers(tmp_path, {"server.js": server})
    assert set(found) == {"POST /api/run", "GET /api/orders", "/api/notes", "/*"}
    assert _kinds(_only(found["POST /api/run"], EffectKind.COMMAND), "text") == {"body.command"}
    assert found["GET /api/orders"].principal is Check.SECRET
    assert _kinds(_only(found["/api/notes"], EffectKind.QUERY), "value:text") == {"body.text"}
    assert _kinds(_only(found["/*"], EffectKind.FILE), "path") == {"query"}


def test_functions_of_pages_run_behind_the_middleware_above_them(tmp_path: Path) -> None:
    middleware = """
export async function onRequest({ request, env, next, data }) {
  const token = request.headers.get("Authorization")?.replace("Bearer ", "");
  const session = await env.SESSIONS.get(token);
  if (!session) return new Response("no", { status: 401 });
  data.user = JSON.parse(session);
  return next();
}
"""
    function = """
export async function onRequestDelete(context) {
  const { id } = context.params;
  await context.env.DB.prepare("DELETE FROM orders WHERE id = ?").bind(id).run();
  return new Response("ok");
}
"""
    files = {"functions/api/orders/[id].js": function}
    (handler,) = _read(tmp_path / "open", files).handlers
    assert (handler.name, handler.principal) == ("DELETE /api/orders/:id", None)
    files["functions/api/_middleware.js"] = middleware
    (handler,) = _read(tmp_path / "kept", files).handlers
    assert handler.principal is Check.SESSION


def test_a_worker_of_old_and_a_server_of_bun(tmp_path: Path) -> None:
    files = {
        "old.js": """
addEventListener("fetch", (event) => { event.respondWith(handle(event.request)); });
async function handle(request) {
  if (new URL(request.url).pathname === "/go") return Response.redirect((await request.json()).to);
  return new Response("no", { status: 404 });
}
""",
        "bun.ts": """
Bun.serve({
  port: 3000,
  async fetch(req) {
    const url = new URL(req.url);
    if (url.pathname === "/ask") return new Response(await (await fetch(url.searchParams.get("from"))).text());
    return new Response("no", { status: 404 });
  },
});
""",
    }
    found = _handlers(tmp_path, files)
    assert _kinds(_only(found["/go"], EffectKind.REDIRECT), "url") == {"body.to"}
    assert _kinds(_only(found["/ask"], EffectKind.FETCH), "url") == {"query.from"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "sw.js",
            "self.addEventListener('fetch', (e) => e.respondWith(caches.match(e.request)));\nself.addEventListener('install', () => {});",
        ),
        (
            "src/services/orders.js",
            "export default { fetch(id) { return axios.get(`/api/${id}`); } };",
        ),
        (
            "server.js",
            "import http from 'http'; import { app } from './app'; http.createServer((req, res) => app(req, res)).listen(1);",
        ),
        (
            "vite.ts",
            "import { createServer } from 'vite'; const s = await createServer({ root: '.' });",
        ),
        ("net.ts", "import net from 'net'; net.createServer((socket) => socket.end()).listen(1);"),
    ],
)
def test_what_only_looks_like_a_server_is_no_way_in(name: str, text: str, tmp_path: Path) -> None:
    assert [h.name for h in _read(tmp_path, {name: text}).handlers] == []


def test_a_server_whose_paths_cannot_be_told_is_named(tmp_path: Path) -> None:
    worker = """
import { createRouter } from "./own-router";
export default {
  async fetch(request, env) { const router = createRouter(env); return router.handle(request); },
};
"""
    router = "export function createRouter(env) { return load(env.ROUTES); }\n"
    prototype = _read(tmp_path, {"worker.js": worker, "own-router.js": router})
    assert [u.path for u in prototype.unfollowed] == ["worker.js"]


def test_columns_that_the_code_lists_are_no_text_of_the_caller(tmp_path: Path) -> None:
    function = """
export async function onRequestPatch({ request, env, params }) {
  const payload = await request.json();
  const allowed = ["status", "notes"];
  const kept = Object.fromEntries(Object.entries(payload).filter(([key]) => KEPT));
  const columns = Object.keys(kept);
  await env.DB.prepare(`UPDATE orders SET ${columns.map((key) => `${key} = ?`).join(", ")} WHERE id = ?`).bind(...Object.values(kept), params.id).run();
  return new Response("ok");
}
"""
    files = {"functions/orders/[id].js": function.replace("KEPT", "allowed.includes(key)")}
    (listed,) = _read(tmp_path / "listed", files).handlers
    assert not list(listed.effects_of(EffectKind.SQL))
    files = {"functions/orders/[id].js": function.replace("KEPT", "key !== 'id'")}
    (any_column,) = _read(tmp_path / "any", files).handlers
    assert _kinds(_only(any_column, EffectKind.SQL), "text") == {"body"}


def test_routes_of_a_router_of_its_own_are_named(tmp_path: Path) -> None:
    files = {
        "worker.js": """
import { Router } from "./router";
const router = new Router();
router.post("/api/login", async ({ request }) => new Response(await request.text()));
export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/health") return new Response("ok");
    return router.handle(request, env);
  },
};
""",
        "router.js": "export class Router { constructor() { this.routes = []; } post(path, run) { this.routes.push([path, run]); } handle(request) { return find(this.routes, request); } }\n",
    }
    assert [u.path for u in _read(tmp_path, files).unfollowed] == ["worker.js"]
