"""Convex: a function gets its context and its arguments, an HTTP action its context and the request."""

from __future__ import annotations

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.answers import answered, each_way
from shipworthy.prototype.handlers.handler import EffectKind, Guard
from shipworthy.prototype.handlers.knowledge.convex import (
    FUNCTION,
    arguments_of,
    context,
    kind_of,
    run_function,
)
from shipworthy.prototype.handlers.knowledge.requests import WEB
from shipworthy.prototype.handlers.knowledge.responses import returned
from shipworthy.prototype.handlers.setting_up import run_module
from shipworthy.prototype.handlers.values import NO_GUARDS, UNKNOWN, Value, truth
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.routes.route import Route, RouteKind


class ConvexEntry(Struct):
    """A function that is called by its name, or the action behind a route."""

    function: Value
    location: Location
    is_route: bool
    guards: frozenset[Guard] = NO_GUARDS

    def spoken(self, route: Route) -> str:
        """How a person would name it: "mutation orders.pay"."""
        if self.is_route:
            return route.path if route.method == "*" else f"{route.method} {route.path}"
        return f"{kind_of(self.function)} {route.path}"

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run it; the guards that are passed wherever it gives something."""
        at, first, before = self.location.line, len(walk.effects), walk.guards
        if self.is_route:
            tags = frozenset({"truthy"})
            given = Value(what=WEB, identity=walk.program.identity(), tags=tags)
        else:
            given = arguments_of(walk, self.function, at)
        passed = walk.guards
        walk.ways = []
        result = run_function(walk, self.function, context(), given, at)
        if self.is_route:
            walk.guards = before | answered(walk, first, by_effects=False)
            return walk.guards
        # `if (identity === null) return null;` turns away as `throw` does.
        walk.ways = [w for w in each_way(walk.ways) if not _is_nothing(w[0])] or walk.ways
        walk.guards = passed | answered(walk, first, by_effects=False)
        _shown_behind(walk, first)
        returned(walk, result, at)
        return walk.guards


def _shown_behind(walk: Walk, first: int) -> None:
    """Rows that were read before it was asked who calls are shown behind that all the same."""
    for number, effect in enumerate(walk.effects[first:], first):
        if effect.kind is EffectKind.QUERY and effect.operation == "select":
            walk.effects[number] = effect._replace(guards=effect.guards | walk.guards)


def _is_nothing(value: Value) -> bool:
    return not value.cases and (
        value.is_null or value.literal is False or (value.elements == () and truth(value) is None)
    )


def convex_entry(route: Route, walk: Walk) -> ConvexEntry | None:
    """What is run for a function or route; None for a function of a builder that is not known."""
    path = route.location.path
    if route.kind is RouteKind.PROCEDURE:
        function = Walk(walk.program, walk.knowledge).exported(path, route.handler)
    else:
        run_module(walk, path)
        found = walk.routing.declared_in(route.location)
        function = found[0].chain[0] if found else UNKNOWN
    if function.what != FUNCTION:
        return None
    return ConvexEntry(function, route.location, route.kind is not RouteKind.PROCEDURE)
