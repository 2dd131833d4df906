"""Koa: the context that carries request and answer, and the routers of its packages.

https://koajs.com/#context
"""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.knowledge.requests import CALLS as REQUESTS
from shipworthy.prototype.handlers.knowledge.requests import parameter, principal, target_asked
from shipworthy.prototype.handlers.knowledge.responses import CALLS as RESPONSES
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.knowledge.routing import CALLS as ROUTING
from shipworthy.prototype.handlers.knowledge.routing import ROUTER
from shipworthy.prototype.handlers.values import NEVER, UNKNOWN, Value, from_origins

KOA = "request:koa"
_REQUEST, _STATE, _COOKIES = f"{KOA}.request", f"{KOA}.state", f"{KOA}.cookies"
_STATUS, _SENT = "status", "koa answer"
_PARTS = {
    "query": "query",
    "querystring": "query",
    "search": "query",
    "params": "path",
    "path": "path",
    "url": "query",
    "originalUrl": "query",
    "href": "query",
}
_CALLERS = frozenset("user auth currentUser userId account".split())


def _context(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`ctx.query`, `ctx.params`, `ctx.state`; its `body` is the answer."""
    if walk.asked_path and key in ("path", "url", "method", "originalUrl"):
        return target_asked(walk, key)
    if key in _PARTS:
        return parameter(_PARTS[key])
    match key:
        case "request" | "req":
            return Value(what=_REQUEST, tags=frozenset({"truthy"}))
        case "response" | "res":
            return value
        case "headers" | "header":
            return parameter("header", "headers")
        case "cookies":
            return Value(what=_COOKIES)
        case "state":
            return Value(what=_STATE, identity=value.identity, tags=frozenset({"truthy"}))
        case "session":
            return Value(what="session")
        case "user" | "auth" | "currentUser":
            return principal(walk, f"ctx.{key}", 0)
        case "host" | "hostname" | "origin":
            return from_origins(Origin("header", "", "host"))
        case "ip":
            return from_origins(Origin("header", "", "x-forwarded-for"))
        case "app" | "method" | "log" | "socket":
            return Value(what=f"{KOA}.{key}")
    return None


def _request(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`ctx.request.body`, `ctx.request.files`."""
    if key in ("body", "rawBody", "fields"):
        return parameter("body")
    if key in ("file", "files"):
        return parameter("upload")
    return _context(walk, value, key)


def _state(walk: Evaluation, value: Value, key: str) -> Value | None:
    return principal(walk, f"ctx.state.{key}", 0) if key in _CALLERS else None


def _assigned(walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
    """`ctx.status = 401; ctx.body = { error }`, in whichever order."""
    if key == "status":
        if not _tell_last(walk, value):
            walk.heap[0, _STATUS] = value
    elif key == "body" and not value.is_null:
        status = walk.heap.pop((0, _STATUS), UNKNOWN)
        first = value.elements[0] if value.what == "text" and value.elements else value
        html = (first.text or "").lstrip().startswith("<")
        respond(walk, value, status, at, "html" if html else "json")
        walk.heap[0, _SENT] = Value(effect=len(walk.effects) - 1)


def _tell_last(walk: Evaluation, status: Value) -> bool:
    """Give the answer that was put together just before its status."""
    sent = walk.heap.pop((0, _SENT), UNKNOWN)
    if (
        sent.effect < 0
        or sent.effect != len(walk.effects) - 1
        or not isinstance(status.literal, int)
    ):
        return False
    effect = walk.effects[sent.effect]
    if "status" in effect.literals or effect.branches != walk.branches:
        return False
    literals = {**effect.literals, "status": str(status.literal)}
    walk.effects[sent.effect] = effect._replace(literals=literals)
    return True


def _throw(walk: Evaluation, site: Site) -> Value | None:
    """`ctx.throw(401, "not signed in")`."""
    status = site.argument(0)
    respond(walk, Value(fields={"error": site.argument(1)}), status, site.call.at)
    return NEVER


def _assert(walk: Evaluation, site: Site) -> Value | None:
    """`ctx.assert(ctx.state.user, 401)`: goes on only where it is there."""
    walk.guards |= walk.tested(site.argument(0))[0]
    return UNKNOWN


def _routes(walk: Evaluation, site: Site) -> Value | None:
    """`app.use(router.routes())`."""
    return site.receiver


def _unless(walk: Evaluation, site: Site) -> Value | None:
    """`jwt({ secret }).unless({ path: […] })`: for which paths it asks was not read."""
    return Value(what="koa-unless", tags=frozenset({"truthy"}))


_ROUTERS = ("koa-router", "@koa/router")

CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **{f"koa{part}": ROUTING["express"] for part in ("", ".default")},
    **{
        f"{name}{part}": ROUTING["express.Router"]
        for name in _ROUTERS
        for part in ("", ".Router", ".default")
    },
    f"{ROUTER}.routes": _routes,
    f"{ROUTER}.middleware": _routes,
    f"{ROUTER}.allowedMethods": lambda walk, site: Value(what="koa methods"),
    "koa-jwt().unless": _unless,
    "koa-jwt.default().unless": _unless,
    f"{KOA}.throw": _throw,
    f"{KOA}.assert": _assert,
    f"{KOA}.redirect": RESPONSES["Response.redirect"],
    f"{KOA}.get": REQUESTS["headers.get"],
    f"{_REQUEST}.get": REQUESTS["headers.get"],
    f"{_COOKIES}.get": REQUESTS["cookies.get"],
}

PROPERTIES = {KOA: _context, _REQUEST: _request, _STATE: _state}

ASSIGNED = {KOA: _assigned}
