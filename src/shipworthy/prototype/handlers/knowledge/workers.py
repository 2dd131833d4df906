"""Workers of Cloudflare: their settings, stores of keys and of files, and the contexts of Pages.

https://developers.cloudflare.com/workers/runtime-apis/bindings
"""

from __future__ import annotations

import re
from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.limits import limited
from shipworthy.prototype.handlers.knowledge.object_stores import OBJECTS
from shipworthy.prototype.handlers.knowledge.requests import BINDINGS, WEB, parameter
from shipworthy.prototype.handlers.knowledge.rows import one, query, rows, told
from shipworthy.prototype.handlers.knowledge.stored_files import note_private
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins
from shipworthy.regex import regex

Answer = Callable[[Evaluation, Site], Value | None]

PAGES = "request:pages"  # what a function of Cloudflare Pages is given
LISTENED = "request:fetch event"  # what `addEventListener("fetch", …)` hands over
_BINDING = "binding:"
"""Begins the tag that says which of the worker's settings and stores it is."""
_HOLDS_FILES = regex(
    r"bucket|r2|files?$|assets?|media|images?|uploads?|blobs?|photos?|attachments?", re.IGNORECASE
)
_COUNTS = regex(r"rate|limit|throttle", re.IGNORECASE)


def _setting(walk: Evaluation, value: Value, key: str) -> Value | None:
    origins = frozenset({Origin("environment", key)})
    return Value(origins=origins, tags=frozenset({f"{_BINDING}{key}"}))


def _binding(value: Value) -> str:
    return next((tag[len(_BINDING) :] for tag in value.tags if tag.startswith(_BINDING)), "")


def _is_store(value: Value) -> bool:
    return bool(_binding(value)) and not value.what.startswith("sql")


def _of_files(operation: str, walk: Evaluation, site: Site) -> Value:
    if operation == "download":
        bucket = Value(literal=_binding(site.receiver).lower())
        note_private(walk, site, site.argument(0), bucket)
        return Value(what="stored content", tags=frozenset({"maybe"}))
    walk.effect(
        EffectKind.STORAGE,
        operation,
        _binding(site.receiver),
        site.call.at,
        client="service",
        inputs={
            "path": all_origins(site.argument(0)),
            "text": all_origins(site.argument(1)),
        },
        literals={"store": OBJECTS},
    )
    return Value(what="stored content", tags=frozenset({"maybe"}))


def _get(walk: Evaluation, site: Site) -> Value | None:
    """`env.SESSIONS.get(token)`, `env.BUCKET.get(name)`."""
    if not _is_store(site.receiver):
        return None
    if _HOLDS_FILES.search(_binding(site.receiver)):
        return _of_files("download", walk, site)
    if site.argument(0).what == "object id":  # of a durable object
        return Value(what="durable object", tags=frozenset({"truthy"}))
    effect = _note(walk, site, "select")
    return one(walk, effect)


def _list(walk: Evaluation, site: Site) -> Value | None:
    if not _is_store(site.receiver):
        return None
    if _HOLDS_FILES.search(_binding(site.receiver)):
        return _of_files("list", walk, site)
    prefix = (site.argument(0).fields or {}).get("prefix")
    effect = query(
        walk, site, "select", _binding(site.receiver), literals={"store": "keys", "columns": "name"}
    )
    told(walk, effect, filters={"id": prefix} if prefix is not None else {})
    return Value(fields={"keys": rows(walk, effect), "...": UNKNOWN})


def _put(walk: Evaluation, site: Site) -> Value | None:
    if not _is_store(site.receiver):
        return None
    if _HOLDS_FILES.search(_binding(site.receiver)):
        return _of_files("upload", walk, site)
    effect = _note(walk, site, "upsert")
    value = site.argument(1)
    if value.what == "json text" and value.elements:
        value = value.elements[0]
    told(walk, effect, values=value)
    return UNKNOWN


def _delete(walk: Evaluation, site: Site) -> Value | None:
    if not _is_store(site.receiver):
        return None
    if _HOLDS_FILES.search(_binding(site.receiver)):
        return _of_files("remove", walk, site)
    _note(walk, site, "delete")
    return UNKNOWN


def _note(walk: Evaluation, site: Site, operation: str) -> int:
    effect = query(walk, site, operation, _binding(site.receiver), literals={"store": "keys"})
    told(walk, effect, filters={"id": site.argument(0)})
    return effect


def _of_binding(answer: Value) -> Answer:
    return lambda walk, site: answer if _binding(site.receiver) else None


def _asset(walk: Evaluation, site: Site) -> Value | None:
    """`env.ASSETS.fetch(request)`: a file of the page, or what another worker answers."""
    if not _binding(site.receiver):
        return None
    walk.effect(EffectKind.RESPONSE, "fetch", _binding(site.receiver), site.call.at)
    return Value(what="response", tags=frozenset({"truthy", "response"}))


def _limit(walk: Evaluation, site: Site) -> Value | None:
    """`env.RATE_LIMITER.limit({ key })`."""
    if not _COUNTS.search(_binding(site.receiver)):
        return None
    return limited(walk, site, Value(what="limit"))


def _run(walk: Evaluation, site: Site) -> Value | None:
    """`env.AI.run(model, { messages })`."""
    if _binding(site.receiver) != "AI":
        return None
    inputs = {"text": all_origins(site.argument(1))}
    model = site.argument(0).text or ""
    effect = walk.effect(EffectKind.MODEL, "run", model, site.call.at, inputs=inputs)
    return Value(origins=frozenset({Origin("model")}), effect=effect, tags=frozenset({"truthy"}))


def _pages(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`{ request, env, params, data, next }` of a function of Pages."""
    match key:
        case "request":
            return Value(what=WEB, identity=value.identity, tags=frozenset({"truthy"}))
        case "env":
            return Value(what=BINDINGS)
        case "params":
            return parameter("path")
        case "data":
            return Value(what="what middleware has found", identity=value.identity)
        case "next":
            return (value.fields or {}).get("next", UNKNOWN)
    return None


def _listened(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key == "request":
        return Value(what=WEB, identity=value.identity, tags=frozenset({"truthy"}))
    return (value.fields or {}).get(key)


PROPERTIES = {
    BINDINGS: _setting,
    "cloudflare:workers.env": _setting,
    PAGES: _pages,
    LISTENED: _listened,
}

NAMES: dict[str, Answer] = {
    "get": _get,
    "getWithMetadata": _get,
    "head": _get,
    "list": _list,
    "put": _put,
    "delete": _delete,
    "limit": _limit,
    "run": _run,
    "fetch": _asset,
    "idFromName": _of_binding(Value(what="object id", tags=frozenset({"truthy"}))),
    "idFromString": _of_binding(Value(what="object id", tags=frozenset({"truthy"}))),
    "newUniqueId": _of_binding(Value(what="object id", tags=frozenset({"truthy"}))),
}
