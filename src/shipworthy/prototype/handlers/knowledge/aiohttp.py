"""Servers of aiohttp: the application and its routes, the request, answers."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.flask import session_item
from shipworthy.prototype.handlers.knowledge.python_routing import (
    MIDDLEWARE,
    mount,
    python_router,
    route_value,
)
from shipworthy.prototype.handlers.knowledge.requests import TARGET, parameter
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.knowledge.stored_files import note_private
from shipworthy.prototype.handlers.knowledge.wrapping import Answer, transparent
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins, from_origins

REQUEST = "request:aiohttp"
_PARTS = {
    "query": Value(origins=frozenset({Origin("query")}), what="searchParams"),
    "match_info": parameter("path"),
    "headers": Value(what="headers"),
    "cookies": Value(what="cookies"),
    "content": parameter("body"),
}
_VERBS = "get post put patch delete head options view".split()


def _application(walk: Evaluation, site: Site) -> Value | None:
    """`web.Application(middlewares=[…])`, `web.RouteTableDef()`."""
    made = python_router(walk)
    for layer in site.named.get("middlewares", UNKNOWN).elements or ():
        mount(walk, made.identity, (Value(what=MIDDLEWARE, elements=(layer,)),))
    if site.name == "Application":
        walk.routing.applications.add(made.identity)
    return made


def _declared(walk: Evaluation, site: Site) -> Value | None:
    """`web.get("/x", view)`, `web.route("POST", "/x", view)`."""
    first = 1 if site.name == "route" else 0
    return route_value(
        walk, site.argument(first, "path"), site.argument(first + 1, "handler"), site.call.at
    )


def _request(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key in _PARTS:
        return _PARTS[key]
    match key:
        case "rel_url" | "url":
            return Value(what=f"{REQUEST}.url")
        case "path" | "raw_path":
            kept = walk.heap.get((value.identity, TARGET[0]))
            return kept or from_origins(Origin("path"))
        case "host":
            return from_origins(Origin("header", "", "host"))
        case "method" | "app" | "remote" | "transport" | "loop":
            return Value(what=f"{REQUEST}.{key}")
    kept = walk.heap.get((value.identity, key))
    return kept if kept is not None else session_item(walk, key, 0)


def _get(walk: Evaluation, site: Site) -> Value | None:
    """`request.get("user")`: what a middleware has left there."""
    return walk.member(site.receiver, site.argument(0).text or "")


def _whole(kind: str, what: str = "") -> Answer:
    return lambda walk, site: parameter(kind, what or kind)


def _json(walk: Evaluation, site: Site) -> Value | None:
    return respond(walk, site.argument(0, "data"), site.argument(9, "status"), site.call.at)


def _response(walk: Evaluation, site: Site) -> Value | None:
    kind = site.named.get("content_type", UNKNOWN).text or ""
    body = site.named.get("text") or site.named.get("body") or UNKNOWN
    form = "html" if "html" in kind else "json"
    return respond(walk, body, site.named.get("status", UNKNOWN), site.call.at, form)


def _file(walk: Evaluation, site: Site) -> Value | None:
    path = site.argument(0, "path")
    note_private(walk, site, path)
    inputs, values = {"path": all_origins(path)}, {"path": path}
    walk.effect(EffectKind.FILE, "read", site.what, site.call.at, inputs=inputs, values=values)
    return Value(what="response", tags=frozenset({"truthy", "response"}))


CALLS: dict[str, Answer] = {
    "aiohttp.web.Application": _application,
    "aiohttp.web.RouteTableDef": _application,
    **{f"aiohttp.web.{verb}": _declared for verb in (*_VERBS, "route")},
    "aiohttp.web.middleware": transparent,
    "aiohttp.web.json_response": _json,
    "aiohttp.web.Response": _response,
    "aiohttp.web.FileResponse": _file,
    "aiohttp_session.get_session": lambda walk, site: Value(what="session"),
    f"{REQUEST}.json": _whole("body"),
    f"{REQUEST}.text": _whole("body"),
    f"{REQUEST}.read": _whole("body"),
    f"{REQUEST}.post": _whole("form", "formdata"),
    f"{REQUEST}.multipart": _whole("upload"),
    f"{REQUEST}.get": _get,
}
PROPERTIES = {
    REQUEST: _request,
    f"{REQUEST}.url": lambda walk, value, key: _PARTS["query"] if key == "query" else None,
}
