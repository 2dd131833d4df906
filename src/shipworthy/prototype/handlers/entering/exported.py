"""Functions that a file exports to its framework: handlers of routes, edge functions, server actions."""

from __future__ import annotations

from shipworthy.finding import Location
from shipworthy.prototype.handlers.entering.auth_js import AuthJsEntry
from shipworthy.prototype.handlers.entering.inline import inline_entry
from shipworthy.prototype.handlers.entering.script import Entry, of_value
from shipworthy.prototype.handlers.entering.tanstack import server_function_entry
from shipworthy.prototype.handlers.evaluation import Knowledge
from shipworthy.prototype.handlers.following import Runnable
from shipworthy.prototype.handlers.knowledge.auth_js import is_auth_js
from shipworthy.prototype.handlers.knowledge.firebase import CALLABLE, FIRST
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.setting_up import run_module
from shipworthy.prototype.handlers.values import Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.nodes import Name
from shipworthy.prototype.routes.route import Route

_NODE_STYLE = frozenset({"express", "fastify", "polka", "koa", "vercel", "pages"})


def exported_entry(route: Route, program: Program, knowledge: Knowledge) -> Runnable | None:
    """The function of a route handler or of an edge function, by its name."""
    path = route.location.path
    walk = Walk(program, knowledge)
    value = walk.exported(path, route.handler)
    if is_auth_js(value):  # whoever signs in posts
        return AuthJsEntry(route.location, value) if route.method == "POST" else None
    if route.framework == "netlify" and route.handler == "handler":
        return of_value(route, value, "event")
    style = "node" if _is_node_style(value, route) else "web"
    return of_value(route, value, style)


def _is_node_style(value: Value, route: Route) -> bool:
    if route.framework in _NODE_STYLE:
        return True
    function = value.closure.function if value.closure else None
    if function is None or len(function.parameters) < 2:
        return False
    second = function.parameters[1].target
    return isinstance(second, Name) and second.id in ("res", "response", "reply")


def action_entry(route: Route, program: Program, knowledge: Knowledge) -> Runnable | None:
    """A server action of Next.js or a server function of TanStack Start."""
    value = _named(route, program, knowledge)
    if route.framework == "tanstack-start":
        return server_function_entry(route, value)
    if value.closure is None:
        return inline_entry(route, program, knowledge)
    return of_value(route, value, "action")


def _named(route: Route, program: Program, knowledge: Knowledge) -> Value:
    """What a file exports by the name of a route, or else has by that name without exporting it."""
    path, walk = route.location.path, Walk(program, knowledge)
    value = walk.exported(path, route.handler)
    if value.closure is None:
        value = walk.lookup(route.handler, program.unit(path).scope)
    return value


def served_entry(route: Route, program: Program, walk: Walk) -> Entry | None:
    """What an edge function gives to `Deno.serve`."""
    path = route.location.path
    run_module(walk, path)
    found = [r for r in walk.routing.routes if r.path == path and r.pattern == "serve"]
    if not found:
        return None
    closure = found[-1].chain[0].closure
    line, end = (closure.function.at, closure.function.end) if closure else (found[-1].line, 0)
    return Entry(Location(path, line, end), "web", found[-1].chain)


def firebase_entry(route: Route, program: Program, knowledge: Knowledge) -> Entry | None:
    """A function of Firebase: one that is called with data, or one of a request as Express has it."""
    value = _named(route, program, knowledge)
    kinds = {CALLABLE: "callable", FIRST: "callable of old"}
    style = next((kinds[tag] for tag in value.tags if tag in kinds), "node")
    return of_value(route, value, style)
