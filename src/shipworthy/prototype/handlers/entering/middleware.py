"""Middleware of Python: it gets the request and what hands it on."""

from __future__ import annotations

import re
from typing import NamedTuple

from shipworthy.prototype.handlers.addresses import addresses
from shipworthy.prototype.handlers.evaluation import SETTLED, Site
from shipworthy.prototype.handlers.handler import AUTHENTICATES, Check, Guard
from shipworthy.prototype.handlers.knowledge.requests import TARGET
from shipworthy.prototype.handlers.knowledge.wrapping import invoke, is_callable
from shipworthy.prototype.handlers.values import UNKNOWN, Value, meet_all
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Expression, Function, If, Member, Name
from shipworthy.prototype.routes.route import Route
from shipworthy.regex import regex


def passed_on(walk: Walk, middleware: Value, request: Value) -> bool:
    """Run a middleware, which hands the request on to what it is given; False where it never does."""
    (layer,) = middleware.elements or (UNKNOWN,)
    if not is_callable(layer):
        return True
    going_on: list[frozenset[Guard]] = []
    lines: list[int] = []

    def proceed(inner: Walk, site: Site) -> Value:
        going_on.append(inner.guards)
        lines.append(site.call.at)
        return Value(what="response", tags=frozenset({"truthy", "response"}))

    before = walk.guards
    walk.tells_targets = True
    walk.asked_path = walk.heap.get((request.identity, TARGET[0]), UNKNOWN).text or ""
    invoke(walk, layer, (request, Value(what="call_next", native=proceed)), {}, 0)
    walk.asked_path = ""
    passed = meet_all(going_on)
    if layer.closure is not None and _depends_on_target(layer.closure.function, going_on, lines):
        at = layer.closure.function.at
        passed |= {Guard(Check.UNCLEAR, frozenset(), _SOME_PATHS, layer.closure.module.path, at)}
    walk.guards = before | passed
    return bool(going_on)


_SOME_PATHS = "who calls is asked on some paths"


def _depends_on_target(
    function: Function, going_on: list[frozenset[Guard]], lines: list[int]
) -> bool:
    """True where some ways ask who calls, and each that does not is for paths or methods which cannot be
    told from that of the request: `if is_public(path): return await call_next(request)`."""
    asks = [any(g.check in AUTHENTICATES for g in passed) for passed in going_on]
    if all(asks) or not any(asks):
        return False
    open_ones = {line for line, asked in zip(lines, asks, strict=True) if not asked}
    told: set[int] = set()
    for branch in nodes_in(function.body, If):
        if _is_of_target(branch.test):
            told |= {call.at for call in nodes_in(branch.then, Call)}
    return open_ones <= told


def _is_of_target(test: Expression) -> bool:
    words = {node.id for node in nodes_in((test,), Name)}
    words |= {node.key for node in nodes_in((test,), Member)}
    return any(map(_TARGET.search, words)) and not any(map(_CALLER.search, words))


_TARGET = regex(
    r"path|public|exempt|exclu|skip|bypass|white_?list|open_?(route|endpoint)|^method$", re.I
)
_CALLER = regex(r"token|user|auth|session|header|cookie|key|credential|secret|^host", re.I)


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
