"""Routes are found whichever way they are declared: typed, described, named elsewhere, passed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check, EffectKind

_MANIFEST = (
    '{"dependencies": {"express": "4.19.2", "fastify": "5.0.0", "@fastify/jwt": "9.0.0",'
    ' "fastify-plugin": "5.0.0", "koa": "2.15.0", "@koa/router": "13.0.0", "pg": "8.11.5"}}'
)
_POOL = 'import { Pool } from "pg";\nexport const pool = new Pool();\n'
_HEAD = 'import { pool } from "./db";\n'
_FASTIFY = f'import Fastify from "fastify";\n{_HEAD}const app = Fastify();\n'
_EXPRESS = f'import express from "express";\n{_HEAD}const app = express();\n'
_KOA = f'import Koa from "koa";\nimport Router from "@koa/router";\n{_HEAD}const router = new Router();\n'
_WIPES = 'await pool.query("DELETE FROM notes WHERE id = $1", [request.params.id]); return {};'
_HANDLER = f"async (request, reply) => {{ {_WIPES} }}"
_TOLD = f"async (request, res) => {{ {_WIPES.replace('return {};', 'res.json({});')} }}"
_CTX = (
    'async (ctx) => { await pool.query("DELETE FROM notes WHERE id = $1", [ctx.params.id]);'
    " ctx.body = {}; }"
)
_NAMES = (
    'const BASE = "/api";\nexport const api = { notes: { remove: { method: "DELETE" as const,'
    " path: `${BASE}/notes/:id` } } } as const;\n"
    "export const PATHS = Object.freeze({ NOTE: BASE + '/notes/:id' });\n"
)
_IMPORT = 'import { api, PATHS } from "@shared/paths";\n'


def _deletions(folder: Path, server: str, **files: str) -> list[tuple[str, bool]]:
    """The entry points that delete notes, and whether who calls is known by then."""
    paths = {"compilerOptions": {"paths": {"@shared/*": ["./shared/*"]}}}
    all_files = {
        "package.json": _MANIFEST,
        "tsconfig.json": str(paths).replace("'", '"'),
        "shared/paths.ts": _NAMES,
        "server/db.ts": _POOL,
        "server/index.ts": server,
        **{f"server/{name}.ts": text for name, text in files.items()},
    }
    return [
        (handler.name, effect.has(Check.SESSION))
        for handler in prototype_of(folder, all_files).handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation == "delete"
    ]


@pytest.mark.parametrize(
    "server",
    [
        f'{_FASTIFY}app.delete<{{ Params: {{ id: string }} }}>("/api/notes/:id", {_HANDLER});',
        f'{_FASTIFY}app.route({{ method: "DELETE", url: "/api/notes/:id", handler: {_HANDLER} }});',
        f'{_FASTIFY}app.route({{ method: ["delete"], path: "/api/notes/:id", handler: {_HANDLER} }});',
        f'{_FASTIFY}app.register(async (scope) => {{ scope.delete("/notes/:id", {_HANDLER}); }},'
        ' { prefix: "/api" });',
        f'{_EXPRESS}app.delete<{{ id: string }}>("/api/notes/:id", {_TOLD});',
        f"{_IMPORT}{_EXPRESS}app.delete(api.notes.remove.path, {_TOLD});",
        f"{_IMPORT}{_EXPRESS}app.delete(PATHS.NOTE, {_TOLD});",
        f"{_IMPORT}{_EXPRESS}app.route(PATHS.NOTE).delete({_TOLD});",
        f'{_EXPRESS}const BASE = "/api";\napp.delete(`${{BASE}}/notes/:id`, {_TOLD});',
        f'{_EXPRESS}const BASE = "/api";\napp.delete(BASE + "/notes/:id", {_TOLD});',
        f"{_EXPRESS}const notes = (web: express.Express) => {{"
        f' web.delete("/api/notes/:id", {_TOLD}); }};\nnotes(app);',
        f'{_KOA}router.del("/api/notes/:id", {_CTX});\nnew Koa().use(router.routes());',
    ],
)
def test_a_route_is_one_however_it_is_declared(tmp_path: Path, server: str) -> None:
    assert _deletions(tmp_path, server) == [("DELETE /api/notes/:id", False)]


@pytest.mark.parametrize(
    "server",
    [
        f'{_EXPRESS}const kept = new Map();\nkept.delete("/x");\nkept.get(api.notes, {_TOLD});',
        f"{_EXPRESS}app.delete(process.env.PLACE, {_TOLD});",
        f"{_FASTIFY}app.route({{ method: pick(), url: place(), handler: {_HANDLER} }});",
    ],
)
def test_what_has_no_path_that_can_be_read_is_not_guessed(tmp_path: Path, server: str) -> None:
    assert _deletions(tmp_path, server) == []


_AUTH = (
    'import fp from "fastify-plugin";\nimport jwt from "@fastify/jwt";\n'
    "export default fp(async (server) => {\n"
    "  server.register(jwt, { secret: process.env.JWT_SECRET! });\n"
    "  server.addHook('onRequest', async (request) => { await request.jwtVerify(); });\n});\n"
)


@pytest.mark.parametrize(("plugin", "known"), [(_AUTH, True), (_AUTH.replace("fp(", "("), False)])
def test_hooks_of_a_plugin_hold_outside_of_it_where_it_says_so(
    tmp_path: Path, plugin: str, *, known: bool
) -> None:
    head = f'import auth from "./auth";\n{_FASTIFY}app.register(auth);\n'
    server = f'{head}app.delete("/notes/:id", {_HANDLER});\n'
    assert _deletions(tmp_path, server, auth=plugin) == [("DELETE /notes/:id", known)]


def test_hooks_named_by_a_described_route_run_before_it(tmp_path: Path) -> None:
    check = "async (request) => { await request.jwtVerify(); }"
    server = (
        f'{_FASTIFY}app.route({{ method: "DELETE", url: "/notes/:id", onRequest: [{check}],'
        f" handler: {_HANDLER} }});"
    )
    assert _deletions(tmp_path, server) == [("DELETE /notes/:id", True)]


def test_a_named_path_stands_behind_the_place_its_router_is_used_at(tmp_path: Path) -> None:
    server = f'{_IMPORT}{_EXPRESS}const notes = express.Router();\napp.use("/v1", notes);'
    files = {
        "package.json": _MANIFEST,
        "shared/paths.ts": _NAMES,
        "server/db.ts": _POOL,
        "server/index.ts": server.replace("@shared", "../shared")
        + f"\nnotes.delete(PATHS.NOTE, {_TOLD});\n",
    }
    assert [r.path for r in prototype_of(tmp_path, files).routes] == ["/v1/api/notes/:id"]


def test_routes_that_a_barrel_passes_on_are_served(tmp_path: Path) -> None:
    server = f'import {{ addNotes }} from "./all";\n{_EXPRESS}addNotes(app);'
    notes = f'{_HEAD}export function addNotes(app) {{ app.delete("/notes/:id", {_TOLD}); }}\n'
    barrel = 'export { addNotes } from "./notes";\n'
    found = _deletions(tmp_path, server, notes=notes, all=barrel)
    assert found == [("DELETE /notes/:id", False)]
