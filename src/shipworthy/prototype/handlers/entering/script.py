"""What is run for a route of JavaScript, and how a request is passed to it in each style."""

from __future__ import annotations

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.answers import answered
from shipworthy.prototype.handlers.evaluation import Site
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    EffectKind,
    Guard,
    Origin,
)
from shipworthy.prototype.handlers.knowledge.events import CONTEXT, EVENT, event_answer
from shipworthy.prototype.handlers.knowledge.firebase import CALLED
from shipworthy.prototype.handlers.knowledge.firebase import passed as machines_only
from shipworthy.prototype.handlers.knowledge.kit import EVENT as KIT_EVENT
from shipworthy.prototype.handlers.knowledge.kit import HOOK
from shipworthy.prototype.handlers.knowledge.koa import KOA
from shipworthy.prototype.handlers.knowledge.limits import loosest
from shipworthy.prototype.handlers.knowledge.packaged import package_guard
from shipworthy.prototype.handlers.knowledge.requests import BINDINGS, HONO, NODE, WEB, parameter
from shipworthy.prototype.handlers.knowledge.responses import RES, returned, sent_back
from shipworthy.prototype.handlers.knowledge.socketio import SOCKET
from shipworthy.prototype.handlers.knowledge.workers import LISTENED, PAGES
from shipworthy.prototype.handlers.values import (
    NEVER,
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Value,
    from_origins,
    of_cases,
    replace,
)
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.nodes import Function, Name
from shipworthy.prototype.routes.route import Route


class Entry(Struct):
    """What is to be run for a route, one after the other, and how a request is passed to it."""

    location: Location
    style: str  # "web", "node", "fastify", "hono", "event", "action", "worker", "listener", "pages", "socket"
    chain: tuple[Value, ...]
    guards: frozenset[Guard] = NO_GUARDS
    asked: str = ""  # the path for which hooks and middleware are asked
    method: str = "*"

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run it all; the guards that are passed wherever it ends well."""
        request = self._request(walk)
        for position, value in enumerate(self.chain):
            last = position == len(self.chain) - 1
            if not self._step(walk, value, request, last=last):
                break
        return walk.guards

    def pass_through(self, walk: Walk) -> Value:
        """Run it all as middleware of something else: the request as that gets it."""
        request = self._request(walk)
        for value in self.chain:
            if not self._step(walk, value, request, last=False):
                break
        return request

    def _request(self, walk: Walk) -> Value:
        return Value(
            what=_REQUESTS.get(self.style, WEB),
            identity=walk.program.identity(),
            tags=frozenset({"truthy"}),
        )

    def _step(self, walk: Walk, value: Value, request: Value, *, last: bool) -> bool:
        if value.closure is None:
            package_guard(walk, value)
            return True
        function = value.closure.function
        going_on: list[frozenset[Guard]] = []
        refused: list[Value] = []
        put: list[dict[str, Value]] = []

        def proceed(inner: Walk, site: Site) -> Value:
            if not site.given or site.given[0].is_null:
                going_on.append(inner.guards)
                put.append({k: v for (of, k), v in inner.heap.items() if of == request.identity})
            else:
                refused.append(site.given[0])
            return NULL

        def resolve(inner: Walk, site: Site) -> Value:
            going_on.append(inner.guards)
            return NULL

        goes_on = Value(what="next", native=proceed)
        before = walk.guards
        given = self._given(function, request, goes_on)
        walk.asked_path, walk.asked_whole, walk.asked_method = "", "", "*"
        if not last and self.style in _ROUTED:
            self._ask(walk, value)
        if HOOK in value.tags:
            walk.asked_path = self.asked
            given = (Value(fields={"event": request, "resolve": Value(native=resolve)}),)
        first = len(walk.effects)
        machines_only(walk, value)
        if last and self.style in _ANSWERS:
            answer_of = _ANSWERS[self.style]
            walk.answers = (id(function), lambda answer, at: answer_of(walk, answer, at))
        here = value.closure.module.path == self.location.path
        walk.in_hook = self.style == "fastify" and not last
        result = walk.enter(value.closure, given, {}, function.at if here else self.location.line)
        if last:
            walk.guards = before | answered(walk, first, by_effects=self.style in _TOLD)
            if self.style in _RETURNS:
                returned(walk, result, function.at)
            return True
        if going_on:
            # The first call of each window goes another way through what counts the calls.
            counted = {g for way in going_on for g in way if g.check is Check.RATE}
            walk.guards = before | loosest(going_on) | counted
            if self.style == "socket" and refused and walk.guards == before and not _named(put):
                walk.passed(Check.UNCLEAR, "a middleware that turns some away", function.at)
            _as_it_went_on(walk, request, list(zip(put, going_on, strict=False)))
            if HOOK in value.tags and _turns_away(walk, first):
                walk.passed(Check.UNCLEAR, "hook", function.at)
        elif result.what == "never":
            return False
        return True

    def _ask(self, walk: Walk, value: Value) -> None:
        """Let a middleware see the path that is asked for, where it tells paths apart itself."""
        seen = next((t.removeprefix(SEES) for t in value.tags if t.startswith(SEES)), "")
        walk.asked_path = seen if self.style == "node" else self.asked
        walk.asked_whole = self.asked
        walk.asked_method = self.method

    def _given(self, function: Function, request: Value, goes_on: Value) -> tuple[Value, ...]:
        if self.style in ("node", "fastify"):
            response = Value(what=RES, tags=frozenset({"truthy", "response"}))
            if len(function.parameters) == 4:  # an error handler
                return (UNKNOWN, request, response, goes_on)
            return (request, response, goes_on)
        if self.style in ("hono", "koa", "socket"):
            return (request, goes_on)
        if self.style == "event":
            return (request, Value(what=CONTEXT, tags=frozenset({"truthy"})), goes_on)
        if self.style in ("callable", "kit", "kit data"):
            return (request,)
        if self.style == "callable of old":
            return (parameter("body"), request)
        if self.style == "worker":
            return (request, Value(what=BINDINGS), _KEEPS_RUNNING)
        if self.style == "pages":
            return (replace(request, fields={"next": goes_on}),)
        if self.style == "listener":
            return (replace(request, fields={"respondWith": _responding()}),)
        if self.style == "action":
            return tuple(_argument(p.target, p.annotation) for p in function.parameters)
        context = Value(fields={"params": parameter("path"), "...": UNKNOWN})
        return (request, context)


def _named(put: list[dict[str, Value]]) -> bool:
    """True where a socket keeps what is sent along: `socket.userId = socket.handshake.auth.userId`."""
    kept = [value.origins for way in put for value in way.values() if value.origins]
    return bool(kept) and all(o.is_input for origins in kept for o in origins)


def _turns_away(walk: Walk, first: int) -> bool:
    """True where somebody is turned away by what was done since, and it is not told who is not."""
    if any(guard.check in AUTHENTICATES for guard in walk.guards):
        return False
    return any(
        e.kind is EffectKind.REDIRECT or e.literals.get("status", "") >= "400"
        for e in walk.effects[first:]
    )


SEES = "sees the path "
"""Begins the tag that says which path Express shows a middleware."""
_ROUTED = frozenset({"node", "fastify", "hono", "koa"})
_REQUESTS = {
    "node": NODE,
    "fastify": NODE,
    "hono": HONO,
    "koa": KOA,
    "socket": SOCKET,
    "event": EVENT,
    "pages": PAGES,
    "listener": LISTENED,
    "callable": CALLED,
    "kit": KIT_EVENT,
    "kit data": KIT_EVENT,
    "callable of old": CALLED,
}
_TOLD = frozenset({"node", "fastify", "koa"})
"""The styles in which an object is told what to answer."""
_ANSWERS = {"event": event_answer, "fastify": sent_back}
"""The styles in which what a function returns becomes the answer, unless one was given before."""
_RETURNS = frozenset({"action", "callable", "callable of old", "kit data"})
"""The styles in which what a function returns is the answer."""
_KEEPS_RUNNING = Value(what="context of a worker", tags=frozenset({"truthy"}))


def _responding() -> Value:
    """`event.respondWith(handle(event.request))`: what is given is the answer."""

    def respond(walk: Walk, site: Site) -> Value:
        walk.outcomes += walk.ways
        return NEVER

    return Value(native=respond)


def _argument(target: object, annotation: str) -> Value:
    """A parameter of a server action: whoever calls gives it."""
    name = target.id if isinstance(target, Name) else ""
    if "FormData" in annotation or name in ("formData", "form_data"):
        return parameter("form", "formdata")
    if name in ("prevState", "previousState", "_prevState", "_"):
        return UNKNOWN
    return from_origins(Origin("argument", "", name))


def of_value(route: Route, value: Value, style: str) -> Entry | None:
    """The entry of a route that one function answers; None for what is no function of the prototype."""
    if value.closure is None:
        return None
    function = value.closure.function
    here = value.closure.module.path == route.location.path
    at = Location(route.location.path, function.at, function.end) if here else route.location
    return Entry(at, style, (value,))


def _as_it_went_on(
    walk: Walk, request: Value, ways: list[tuple[dict[str, Value], frozenset[Guard]]]
) -> None:
    """What was put into a request, by the ways on which it went on: `req.user` is nothing on those on
    which nobody was known."""
    for key in {key: None for put, _ in ways for key in put}:
        found = [(put.get(key, NULL), passed) for put, passed in ways]
        values = [value for value, _ in found]
        under = walk.put_under.get((request.identity, key), NO_GUARDS)
        if all(value is values[0] for value in values):
            # `if (session.userId) req.user = { … }; next();`
            if not any(g.check in AUTHENTICATES for g in under - walk.guards):
                continue
            found = [(values[0], under), (NULL, NO_GUARDS)]
        elif not any(value.is_null for value in values):
            continue
        cases = ((value, passed - walk.guards) for value, passed in found)
        walk.heap[request.identity, key] = of_cases(cases)
