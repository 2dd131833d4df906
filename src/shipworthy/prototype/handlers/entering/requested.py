"""Handlers that get the request as their only parameter: those of aiohttp and Starlette."""

from __future__ import annotations

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.entering.answering import Answers
from shipworthy.prototype.handlers.entering.finding import Found, find
from shipworthy.prototype.handlers.entering.middleware import (
    Target,
    keep_target,
    passed_on,
    target_of,
)
from shipworthy.prototype.handlers.handler import Guard
from shipworthy.prototype.handlers.knowledge import aiohttp, fastapi
from shipworthy.prototype.handlers.knowledge.python_routing import MIDDLEWARE
from shipworthy.prototype.handlers.knowledge.requests import TARGET
from shipworthy.prototype.handlers.knowledge.wrapping import invoke
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import NO_GUARDS, Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.routes.route import Route

_REQUESTS = {"aiohttp": aiohttp.REQUEST, "starlette": fastapi.REQUEST}


class RequestedEntry(Struct):
    """A route of aiohttp or Starlette."""

    found: Found
    framework: str
    target: Target
    location: Location
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run the middleware, then the handler."""
        request = request_of(walk, self.framework, self.target) or Value()
        for value in self.found.before:
            if value.what == MIDDLEWARE and value.elements and not passed_on(walk, value, request):
                return walk.guards
        answers = Answers(walk)
        walk.answers = (id(self.found.function), answers)
        invoke(walk, self.found.value, (request,), {}, self.found.function.at)
        return answers.guards


def request_of(walk: Walk, framework: str, target: Target) -> Value | None:
    """The request, where the framework hands one over."""
    what = _REQUESTS.get(framework)
    if what is None:
        return None
    request = Value(what=what, identity=walk.program.identity(), tags=frozenset({"truthy"}))
    keep_target(walk, request.identity, TARGET, target)
    return request


def requested_entry(route: Route, program: Program, walk: Walk) -> RequestedEntry | None:
    """The entry of a route of aiohttp that a decorator declares."""
    found = find(route, program, walk)
    if found is None:
        return None
    return RequestedEntry(found, route.framework, target_of(route, walk), found.location)
