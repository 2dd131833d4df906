"""What the middleware of a Next.js application checks before a route is reached."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.handlers.evaluation import Knowledge
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.knowledge.requests import WEB
from shipworthy.prototype.handlers.paths import covers
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNKNOWN,
    Closure,
    Guards,
    Value,
    meet_all,
)
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

_PARTS = regex(r"\[{1,2}(?:\.\.\.)?\w+\]{1,2}|:\w+[*+?]?")
_LONGEST_PATH = 120
_REFUSED = 400
_OF_AUTH_JS = ("next-auth/middleware", "next-auth/middleware.withAuth()")


def middleware_guards(
    routes: tuple[Route, ...], route: Route, program: Program, knowledge: Knowledge
) -> Guards:
    """The guards that the middleware above a route passes before it lets a request go on."""
    if route.framework != "next" or route.kind not in (RouteKind.ROUTE_HANDLER, RouteKind.PAGE):
        return NO_GUARDS
    path = _PARTS.sub("1", route.path)[:_LONGEST_PATH]
    passed = NO_GUARDS
    for layer in _above(routes, route):
        if covers(layer.path, path) and layer.location.path in program.modules:
            passed |= _run(layer, program, knowledge, path, route.method)
            program.change_back()
    return passed


def _above(routes: tuple[Route, ...], route: Route) -> Iterator[Route]:
    """The middleware of the application that a route belongs to."""
    for layer in routes:
        folder = layer.location.path.rpartition("/")[0].removesuffix("src").rstrip("/")
        inside = not folder or route.location.path.startswith(folder + "/")
        if layer.kind is RouteKind.MIDDLEWARE and layer.framework == "next" and inside:
            yield layer


def _run(layer: Route, program: Program, knowledge: Knowledge, path: str, method: str) -> Guards:
    walk = Walk(program, knowledge)
    walk.asked_path, walk.asked_method = path, method
    walk.path, walk.module = layer.location.path, program.modules[layer.location.path]
    value = _function(walk, layer, program)
    if value.what in _OF_AUTH_JS or _is_forwarded(layer, program):
        return frozenset({_guard(Check.SESSION, "next-auth/middleware", layer)})
    if value.closure is None:
        return walk.guards if value.what == "middleware" else NO_GUARDS
    return _let_on(walk, value, program)


def _function(walk: Walk, layer: Route, program: Program) -> Value:
    for name in ("middleware", "proxy", "default"):
        value = walk.exported(layer.location.path, name)
        if value.closure is not None or value.native is not None or value.what:
            break
    if value.native is not None:  # made by a library: it says what is run
        made = value.native(walk, None)
        return made if isinstance(made, Value) else UNKNOWN
    return value


def _is_forwarded(layer: Route, program: Program) -> bool:
    """`export { default } from "next-auth/middleware"`."""
    forwarded = program.modules[layer.location.path].forwarded
    return any(specifier == "next-auth/middleware" for _, specifier, _ in forwarded)


def _guard(check: Check, how: str, layer: Route) -> Guard:
    return Guard(check, frozenset(), how, layer.location.path, layer.location.line)


def _let_on(walk: Walk, value: Value, program: Program) -> Guards:
    """What was checked on every way on which the request goes on."""
    request = Value(what=WEB, identity=program.identity(), tags=frozenset({"truthy"}))
    closure: Closure | None = value.closure
    if closure is None:
        return NO_GUARDS
    clerk = Value(what="@clerk/nextjs/server.auth")
    given = (clerk, request) if "clerk" in value.tags else (request, UNKNOWN)
    before = walk.guards
    walk.ways = []
    walk.enter(closure, given, {}, closure.function.at)
    going_on: list[Guards] = []
    for outcome, passed in walk.ways:
        for case, more in outcome.cases or ((outcome, NO_GUARDS),):
            if _goes_on(case):
                going_on.append(passed | more)
    return before | meet_all(going_on) if going_on else NO_GUARDS


def _goes_on(value: Value) -> bool:
    """False for a redirect and a refusal: the request does not reach its route."""
    if any(tag.startswith("redirect") for tag in value.tags):
        return False
    status = (value.fields or {}).get("status")
    number = status.literal if status is not None else None
    return not (isinstance(number, int) and number >= _REFUSED)
