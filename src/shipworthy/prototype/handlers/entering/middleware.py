"""Middleware of Python: it gets the request and what hands it on."""

from __future__ import annotations

from typing import NamedTuple

from shipworthy.prototype.handlers.addresses import addresses
from shipworthy.prototype.handlers.evaluation import SETTLED
from shipworthy.prototype.handlers.handler import Guard
from shipworthy.prototype.handlers.knowledge.requests import TARGET
from shipworthy.prototype.handlers.knowledge.wrapping import invoke, is_callable
from shipworthy.prototype.handlers.values import UNKNOWN, Value, meet_all
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.routes.route import Route


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
    walk.tells_targets = True
    walk.asked_path = walk.heap.get((request.identity, TARGET[0]), UNKNOWN).text or ""
    invoke(walk, layer, (request, Value(what="call_next", native=proceed)), {}, 0)
    walk.asked_path = ""
    walk.guards = before | meet_all(going_on)
    return bool(going_on)


class Target(NamedTuple):
    """What a request asks a server for; "" for what is not known."""

    path: str
    method: str
    endpoint: str  # its name in Flask, without that of a blueprint


def target_of(route: Route, walk: Walk) -> Target:
    """The one path under which a route is served, and its method. Only the walk that has followed how
    routers are put together knows it."""
    paths = addresses(route, walk.routing)
    method = route.method if route.method != "*" else ""
    return Target(paths[0] if len(paths) == 1 else "", method, route.handler.rpartition(".")[2])


def keep_target(walk: Walk, place: int, keys: tuple[str, ...], target: Target) -> None:
    """Put into a request, at a place of the heap, what it asks for."""
    for key, word in zip(keys, target, strict=False):
        if word:
            walk.heap[place, key] = Value(literal=word, tags=SETTLED)
