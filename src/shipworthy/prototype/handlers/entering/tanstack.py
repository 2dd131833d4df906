"""TanStack Start: the steps of a server function or route, one after the other, hand on what they know."""

from __future__ import annotations

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.answers import answered
from shipworthy.prototype.handlers.evaluation import Site
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.knowledge.limits import loosest
from shipworthy.prototype.handlers.knowledge.requests import WEB, parameter
from shipworthy.prototype.handlers.knowledge.responses import returned
from shipworthy.prototype.handlers.knowledge.schemas import SCHEMA, passed_schema
from shipworthy.prototype.handlers.knowledge.server_functions import (
    BUILT,
    FILE_ROUTE,
    HANDLER,
    LAYER,
    VALIDATOR,
    steps_of,
)
from shipworthy.prototype.handlers.knowledge.wrapping import invoke, is_callable
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNKNOWN,
    Value,
    all_origins,
)
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.routes.route import Route


class ServerFunctionEntry(Struct):
    """A server function, which is given data, or a route, which is given the request: validators and
    middleware in their order, then the handler."""

    steps: tuple[Value, ...]
    location: Location
    guards: frozenset[Guard] = NO_GUARDS
    is_route: bool = False

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run it all; the guards that are passed before it answers."""
        sent = self._sent(walk)
        context = Value(fields={"...": UNKNOWN})
        for step in self.steps:
            given = Value(fields={**sent, "context": context, "...": UNKNOWN})
            inner = (step.elements or (UNKNOWN,))[0]
            match step.what:
                case kind if kind == VALIDATOR:
                    sent["data"] = self._valid(walk, inner, sent.get("data", UNKNOWN))
                case kind if kind == LAYER:
                    passed = self._layer(walk, inner, given)
                    if passed is None:
                        break
                    context = _joined(context, passed)
                case kind if kind == HANDLER:
                    self._answer(walk, inner, given)
                case _:  # middleware of a package, or from where it cannot be followed
                    walk.passed(Check.UNCLEAR, "middleware", self.location.line, ())
        return walk.guards

    def _sent(self, walk: Walk) -> dict[str, Value]:
        if not self.is_route:
            return {"data": parameter("body")}
        tags = frozenset({"truthy"})
        request = Value(what=WEB, identity=walk.program.identity(), tags=tags)
        return {"request": request, "params": parameter("path")}

    def _valid(self, walk: Walk, validator: Value, data: Value) -> Value:
        if validator.what == SCHEMA:
            return passed_schema(walk, validator, data, "schema", self.location.line)
        if not is_callable(validator):
            return data
        result = invoke(walk, validator, (data,), at=self.location.line)
        return result if all_origins(result) or result.fields else data

    def _layer(self, walk: Walk, layer: Value, given: Value) -> Value | None:
        """What the middleware hands on to the next; None where it never goes on."""
        going_on: list[frozenset[Guard]] = []
        handed: list[Value] = []

        def proceed(inner: Walk, site: Site) -> Value:
            going_on.append(inner.guards)
            handed.append((site.argument(0).fields or {}).get("context", UNKNOWN))
            return UNKNOWN

        if not is_callable(layer):
            return UNKNOWN
        before = walk.guards
        fields = {**(given.fields or {}), "next": Value(what="next", native=proceed)}
        result = invoke(walk, layer, (Value(fields=fields),), at=self.location.line)
        if not going_on:
            return None if result.what == "never" else UNKNOWN
        walk.guards = before | loosest(going_on)
        return handed[0] if len(handed) == 1 else UNKNOWN

    def _answer(self, walk: Walk, handler: Value, given: Value) -> None:
        if not is_callable(handler):
            return
        before, first = walk.guards, len(walk.effects)
        result = invoke(walk, handler, (given,), at=self.location.line)
        walk.guards = before | answered(walk, first, by_effects=False)
        returned(walk, result, self.location.line)


def _joined(context: Value, more: Value) -> Value:
    return Value(fields={**(context.fields or {}), **(more.fields or {}), "...": UNKNOWN})


def server_function_entry(route: Route, built: Value) -> ServerFunctionEntry | None:
    """The entry of a server function that was seen to be put together."""
    steps = built.elements or ()
    if built.what != BUILT or not any(step.what == HANDLER for step in steps):
        return None
    return ServerFunctionEntry(steps, route.location)


def server_route_entry(route: Route, walk: Walk) -> ServerFunctionEntry | None:
    """The entry of one method of a server route, behind the middleware of all methods and its own."""
    described = walk.exported(route.location.path, "Route")
    server = ((described.fields or {}).get("server") or UNKNOWN).fields or {}
    if described.what != FILE_ROUTE or not server:
        return None
    handlers = server.get("handlers", UNKNOWN)
    if is_callable(handlers):
        given = Value(fields={"createHandlers": Value(native=lambda w, site: site.argument(0))})
        handlers = invoke(walk, handlers, (given,), at=route.location.line)
    handler = (handlers.fields or {}).get(route.handler, UNKNOWN)
    layers = steps_of(server.get("middleware", UNKNOWN))
    if handler.fields and "handler" in handler.fields:
        layers += steps_of(handler.fields.get("middleware", UNKNOWN))
        handler = handler.fields["handler"]
    if not is_callable(handler):
        return None
    steps = (*layers, Value(what=HANDLER, elements=(handler,)))
    return ServerFunctionEntry(steps, route.location, is_route=True)
