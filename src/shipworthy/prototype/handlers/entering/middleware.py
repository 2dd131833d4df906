"""Middleware of Python: it gets the request and what hands it on."""

from __future__ import annotations

from shipworthy.prototype.handlers.handler import Guard
from shipworthy.prototype.handlers.knowledge.wrapping import invoke, is_callable
from shipworthy.prototype.handlers.values import UNKNOWN, Value, meet_all
from shipworthy.prototype.handlers.walk import Walk


def passed_on(walk: Walk, middleware: Value, request: Value) -> bool:
    """Run a middleware, which hands the request on to what it is given; False where it never does."""
    (layer,) = middleware.elements or (UNKNOWN,)
    if not is_callable(layer):
        return True
    going_on: list[frozenset[Guard]] = []

    def proceed(inner: Walk, _site: object) -> Value:
        going_on.append(inner.guards)
        return Value(what="response", tags=frozenset({"truthy", "response"}))

    before = walk.guards
    walk.asked_path = walk.heap.get((request.identity, "path of the request"), UNKNOWN).text or ""
    invoke(walk, layer, (request, Value(what="call_next", native=proceed)), {}, 0)
    walk.asked_path = ""
    walk.guards = before | meet_all(going_on)
    return bool(going_on)


def asked_for(walk: Walk, request: Value, path: str, method: str) -> None:
    """Put into a request which path, and by which method, it asks for."""
    known = frozenset({"settled"})
    walk.heap[request.identity, "path of the request"] = Value(literal=path, tags=known)
    if method not in ("", "*"):
        walk.heap[request.identity, "method of the request"] = Value(literal=method, tags=known)
