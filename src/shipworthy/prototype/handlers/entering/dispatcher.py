"""Servers without a router: one function of whichever request."""

from __future__ import annotations

from shipworthy.prototype.handlers.entering.script import Entry, of_value
from shipworthy.prototype.handlers.evaluation import Knowledge
from shipworthy.prototype.handlers.knowledge.routing import LISTEN, SERVE
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.setting_up import run_module
from shipworthy.prototype.handlers.values import UNKNOWN, Closure, Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Lambda, Record
from shipworthy.prototype.routes import dispatchers
from shipworthy.prototype.routes.route import Route


def dispatcher_entry(route: Route, program: Program, walk: Walk) -> Entry | None:
    """What a server without a router is given: a function of whichever request."""
    path = route.location.path
    run_module(walk, path)
    here = [r for r in walk.routing.routes if r.path == path and r.pattern in (SERVE, LISTEN)]
    found = [r for r in here if r.line == route.location.line]
    if found:
        style = {dispatchers.NODE: "node", dispatchers.BUN: "worker"}.get(
            route.framework, "listener"
        )
        return of_value(route, found[0].chain[0], style)
    if route.framework != dispatchers.WORKER:
        return None
    made = walk.exported(path, "default")
    handler = (made.fields or {}).get("fetch", UNKNOWN)
    if handler.closure is None and made.fields is None:
        handler = _written_in(path, program)
    return of_value(route, handler, "worker")


def _written_in(path: str, program: Program) -> Value:
    """The function `fetch` of a record that is exported by way of something that is not followed."""
    unit = program.unit(path)
    for record in nodes_in((unit.module.body, unit.module.exports), Record):
        for key, value in record.pairs:
            if key == "fetch" and isinstance(value, Lambda):
                return Value(closure=Closure(value.function, unit.scope, unit.module))
    return UNKNOWN


def pages_entry(route: Route, program: Program, knowledge: Knowledge) -> Entry | None:
    """A function of Cloudflare Pages, with the `_middleware` of the folders above it."""
    path = route.location.path
    walk = Walk(program, knowledge)
    own = walk.exported(path, route.handler)
    chain: list[Value] = []
    root, _, inside = path.rpartition("functions/")
    folders = inside.split("/")[:-1]
    for depth in range(len(folders) + 1):
        folder = "/".join((f"{root}functions", *folders[:depth]))
        for ending in ("ts", "js"):
            above = f"{folder}/_middleware.{ending}"
            if above in program.modules:
                method = f"onRequest{route.method.title()}"
                given = walk.exported(above, "onRequest")
                chain.append(given if given is not UNKNOWN else walk.exported(above, method))
    chain += own.elements if own.elements is not None else (own,)
    flat = [v for each in chain for v in (each.elements or (each,))]
    if not flat or flat[-1].closure is None:
        return None
    entry = of_value(route, flat[-1], "pages")
    if entry is not None:
        entry.chain = tuple(flat)
    return entry
