# ruff: noqa: E501 - code of prototypes is written as it is found
"""Koa: a context carries request and answer, and middleware goes on by calling the next one."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler

_SERVER = """
const Koa = require("koa");
const Router = require("@koa/router");
const jwt = require("jsonwebtoken");
const koaJwt = require("koa-jwt");
const { Pool } = require("pg");
const pool = new Pool();
const app = new Koa();
const router = new Router({ prefix: "/api" });
app.use(async (ctx, next) => {
  try { await next(); } catch (error) { ctx.status = error.status || 500; ctx.body = { error: error.message }; }
});
ABOVE
async function known(ctx, next) {
  const token = (ctx.headers.authorization || "").split(" ")[1];
  try { ctx.state.user = jwt.verify(token, process.env.JWT_SECRET); } catch (error) { ctx.throw(401, "no"); }
  await next();
}
async function told(ctx, next) {
  const token = ctx.get("Authorization").replace("Bearer ", "");
  try { ctx.state.user = jwt.verify(token, process.env.JWT_SECRET); await next(); }
  catch (error) { ctx.status = 401; ctx.body = { error: "no" }; }
}
router.get("/orders", async (ctx) => {
  ctx.body = (await pool.query(`SELECT * FROM orders WHERE name = '${ctx.query.name}'`)).rows;
});
router.delete("/orders/:id", known, async (ctx) => {
  await pool.query("DELETE FROM orders WHERE id = $1", [ctx.params.id]);
  ctx.status = 204;
});
router.put("/orders/:id", told, async (ctx) => {
  await pool.query("UPDATE orders SET name = $1 WHERE id = $2 AND user_id = $3", [ctx.request.body.name, ctx.params.id, ctx.state.user.id]);
  ctx.body = { ok: true };
});
router.post("/go", async (ctx) => {
  if (!ctx.request.body.to) { ctx.body = { error: "to is missing" }; ctx.status = 400; return; }
  ctx.redirect(ctx.request.body.to);
});
app.use(router.routes()).use(router.allowedMethods());
app.listen(3000);
"""


def _handlers(folder: Path, above: str = "") -> dict[str, Handler]:
    (folder / "package.json").write_text('{"name": "shop", "dependencies": {"koa": "2"}}')
    (folder / "app.js").write_text(_SERVER.replace("ABOVE", above))
    return {h.name: h for h in read_prototype(folder).handlers}


def _only(handler: Handler, kind: EffectKind) -> Effect:
    (found,) = handler.effects_of(kind)
    return found


def _inputs(effect: Effect, name: str) -> set[str]:
    return {str(origin) for origin in effect.inputs.get(name, frozenset())}


def test_what_a_context_brings_reaches_what_is_done_with_it(tmp_path: Path) -> None:
    found = _handlers(tmp_path)
    assert set(found) == {
        "GET /api/orders",
        "DELETE /api/orders/:id",
        "PUT /api/orders/:id",
        "POST /api/go",
    }
    assert _inputs(_only(found["GET /api/orders"], EffectKind.SQL), "text") == {"query.name"}
    changed = _only(found["PUT /api/orders/:id"], EffectKind.QUERY)
    assert _inputs(changed, "value:name") == {"body.name"}
    assert _inputs(changed, "filter:user_id") == {"principal.id"}
    assert _inputs(_only(found["POST /api/go"], EffectKind.REDIRECT), "url") == {"body.to"}


def test_middleware_that_goes_on_only_for_the_signed_in_is_a_check(tmp_path: Path) -> None:
    found = _handlers(tmp_path)
    assert found["GET /api/orders"].principal is None
    assert found["DELETE /api/orders/:id"].principal is Check.SESSION
    assert found["PUT /api/orders/:id"].principal is Check.SESSION


def test_a_status_is_told_before_or_after_the_answer(tmp_path: Path) -> None:
    said = [
        e.literals.get("status")
        for e in _handlers(tmp_path)["POST /api/go"].effects_of(EffectKind.RESPONSE)
    ]
    assert "400" in said


@pytest.mark.parametrize(
    ("above", "check"),
    [
        ("app.use(koaJwt({ secret: process.env.JWT_SECRET }));", Check.SESSION),
        (
            "app.use(koaJwt({ secret: process.env.JWT_SECRET }).unless({ path: [/^\\/api\\/orders/] }));",
            Check.UNCLEAR,
        ),
    ],
)
def test_a_package_above_all_routes_is_asked_or_unclear(
    above: str, check: Check, tmp_path: Path
) -> None:
    read = _only(_handlers(tmp_path, above)["GET /api/orders"], EffectKind.SQL)
    assert check in {g.check for g in read.guards}


def test_functions_that_are_put_into_a_record_later_are_followed(tmp_path: Path) -> None:
    (tmp_path / "orders.js").write_text(
        "const orders = {};\n"
        "orders.wipe = async (ctx) => { await ctx.db.query('DELETE FROM orders'); ctx.body = {}; };\n"
        "module.exports = orders;\n"
    )
    above = 'const orders = require("./orders");\nrouter.delete("/all", orders.wipe);'
    removed = _only(_handlers(tmp_path, above)["DELETE /api/all"], EffectKind.QUERY)
    assert (removed.operation, removed.target) == ("delete", "orders")
