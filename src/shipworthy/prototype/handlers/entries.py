"""Follow every server entry point of a prototype and say what it does for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from shipworthy.finding import Location
from shipworthy.prototype.cookies.plain import plain_names
from shipworthy.prototype.handlers.addresses import addresses, registered_as
from shipworthy.prototype.handlers.answers import answered
from shipworthy.prototype.handlers.dispatched import dispatched
from shipworthy.prototype.handlers.entering.django import django_entry
from shipworthy.prototype.handlers.entering.fastapi import fastapi_entry
from shipworthy.prototype.handlers.entering.flask import flask_entry
from shipworthy.prototype.handlers.entering.nest import Application, application, nest_entry
from shipworthy.prototype.handlers.entering.streamlit import streamlit_entry
from shipworthy.prototype.handlers.entering.tanstack import (
    server_function_entry,
    server_route_entry,
)
from shipworthy.prototype.handlers.entering.trpc import TrpcEntry, resolver_at, serves
from shipworthy.prototype.handlers.evaluation import (
    BUDGET,
    Asked,
    Knowledge,
    Mounted,
    Registered,
    Site,
)
from shipworthy.prototype.handlers.gateway import gateway_guards
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    EffectKind,
    Guard,
    Handler,
    Origin,
)
from shipworthy.prototype.handlers.knowledge.events import CONTEXT, EVENT, event_answer
from shipworthy.prototype.handlers.knowledge.firebase import CALLABLE, CALLED, FIRST
from shipworthy.prototype.handlers.knowledge.firebase import passed as machines_only
from shipworthy.prototype.handlers.knowledge.kit import EVENT as KIT_EVENT
from shipworthy.prototype.handlers.knowledge.kit import HOOK
from shipworthy.prototype.handlers.knowledge.koa import KOA
from shipworthy.prototype.handlers.knowledge.library import Library
from shipworthy.prototype.handlers.knowledge.limits import loosest
from shipworthy.prototype.handlers.knowledge.packaged import package_guard
from shipworthy.prototype.handlers.knowledge.requests import BINDINGS, HONO, NODE, WEB, parameter
from shipworthy.prototype.handlers.knowledge.responses import RES
from shipworthy.prototype.handlers.knowledge.routing import ANSWERED, LISTEN, SERVE
from shipworthy.prototype.handlers.knowledge.workers import LISTENED, PAGES
from shipworthy.prototype.handlers.middleware import middleware_guards
from shipworthy.prototype.handlers.procedures import find_remotes, placed
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.server_actions import hidden_actions, may_move_money
from shipworthy.prototype.handlers.setting_up import run_module, set_up
from shipworthy.prototype.handlers.values import (
    NEVER,
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Closure,
    Value,
    all_origins,
    from_origins,
    meet_all,
)
from shipworthy.prototype.handlers.values import replace as replace_value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.loading import declared_twice
from shipworthy.prototype.program.nodes import Call, Function, Lambda, Name, Record
from shipworthy.prototype.routes import dispatchers
from shipworthy.prototype.routes.firebase import FIREBASE
from shipworthy.prototype.routes.kit import KIT
from shipworthy.prototype.routes.nest import NEST
from shipworthy.prototype.routes.route import Route, RouteKind

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NODE_STYLE = frozenset({"express", "fastify", "polka", "koa", "vercel", "pages"})


_SCOUTED = 40_000  # expressions, to find the paths of a server without a router
_DISPATCHED = 80_000  # to follow all of them


@dataclass
class Follower:
    """Follows one route after the other through one program."""

    program: Program
    knowledge: Knowledge
    spent: int = 0  # expressions, so far

    @cached_property
    def nest(self) -> Application:
        """What holds for all controllers of NestJS."""
        return application(self.program)

    def follow(
        self,
        route: Route,
        entry: Runnable,
        served: tuple[str, ...] = (),
        *,
        asked: Asked | None = None,
    ) -> Handler:
        """Follow one entry point with what stands before it; where one function takes up all that may
        be taken, once more without it."""
        walk, ends = self._run(entry, asked)
        heavy = walk.heaviest() if walk.left < 0 else None
        if heavy is not None and heavy not in self.program.heavy:
            self.program.heavy.add(heavy)
            walk, ends = self._run(entry, asked)
        return Handler(
            route=route,
            name=_spoken(route, served),
            subject=f"{entry.location.path}#{route.handler}",
            location=entry.location,
            effects=tuple(walk.effects),
            guards=ends,
            privileged=any(e.client in ("service", "owner") for e in walk.effects),
            hindrance=walk.hindrance,
            addresses=served,
        )

    def dispatch(self, route: Route, entry: Runnable, served: tuple[str, ...]) -> Iterator[Handler]:
        """Follow a server without a router: for a path that it does not know, then for each that it does."""
        asked, before = Asked(), self.spent
        walk, _ = self._run(entry, asked, _SCOUTED)

        def follow(each: Asked) -> Handler | None:
            if self.spent - before > _DISPATCHED:
                return None
            return self.follow(route, entry, (), asked=each)

        if asked.paths:
            yield from dispatched(route, asked, follow)
            return
        handler = self.follow(route, entry, served, asked=Asked())
        if handler.effects:
            yield handler
        elif not any(value.what == ANSWERED for value, _ in walk.ways):
            yield replace(handler, hindrance="none of its paths could be told")

    def _run(
        self, entry: Runnable, asked: Asked | None = None, budget: int = BUDGET
    ) -> tuple[Walk, frozenset[Guard]]:
        walk = Walk(self.program, self.knowledge)
        walk.left, walk.asked = budget, asked
        walk.guards = entry.guards
        walk.path = entry.location.path
        walk.module = self.program.modules[entry.location.path]
        ends = entry.run(walk)
        self.spent += budget - walk.left
        return walk, ends


@dataclass(slots=True)
class Entry:
    """What is to be run for a route, one after the other, and how a request is passed to it."""

    location: Location
    style: str  # "web", "node", "hono", "event", "action", "worker", "listener", "pages"
    chain: tuple[Value, ...]
    guards: frozenset[Guard] = NO_GUARDS
    asked: str = ""  # the path for which hooks of SvelteKit are asked

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

        def proceed(inner: Walk, site: Site) -> Value:
            if not site.given or site.given[0].is_null:
                going_on.append(inner.guards)
            return NULL

        def resolve(inner: Walk, site: Site) -> Value:
            going_on.append(inner.guards)
            return NULL

        goes_on = Value(what="next", native=proceed)
        before = walk.guards
        given = self._given(function, request, goes_on)
        walk.asked_path = ""
        if HOOK in value.tags:
            walk.asked_path = self.asked
            given = (Value(fields={"event": request, "resolve": Value(native=resolve)}),)
        first = len(walk.effects)
        machines_only(walk, value)
        if last and self.style == "event":
            walk.answers = (id(function), lambda answer, at: event_answer(walk, answer, at))
        here = value.closure.module.path == self.location.path
        result = walk.enter(value.closure, given, {}, function.at if here else self.location.line)
        if last:
            walk.guards = before | answered(walk, first, by_effects=self.style in ("node", "koa"))
            if self.style in _RETURNS:
                _answer(walk, result, function.at)
            return True
        if going_on:
            walk.guards = before | loosest(going_on, meet_all(going_on))
            if HOOK in value.tags and _turns_away(walk, first):
                walk.passed(Check.UNCLEAR, "hook", function.at)
        elif result.what == "never":
            return False
        return True

    def _given(self, function: Function, request: Value, goes_on: Value) -> tuple[Value, ...]:
        if self.style == "node":
            response = Value(what=RES, tags=frozenset({"truthy", "response"}))
            if len(function.parameters) == 4:  # an error handler
                return (UNKNOWN, request, response, goes_on)
            return (request, response, goes_on)
        if self.style in ("hono", "koa"):
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
            return (replace_value(request, fields={"next": goes_on}),)
        if self.style == "listener":
            return (replace_value(request, fields={"respondWith": _responding()}),)
        if self.style == "action":
            return tuple(_argument(p.target, p.annotation) for p in function.parameters)
        context = Value(fields={"params": parameter("path"), "...": UNKNOWN})
        return (request, context)


def _turns_away(walk: Walk, first: int) -> bool:
    """True where somebody is turned away by what was done since, and it is not told who is not."""
    if any(guard.check in AUTHENTICATES for guard in walk.guards):
        return False
    return any(
        e.kind is EffectKind.REDIRECT or e.literals.get("status", "") >= "400"
        for e in walk.effects[first:]
    )


_REQUESTS = {
    "node": NODE,
    "hono": HONO,
    "koa": KOA,
    "event": EVENT,
    "pages": PAGES,
    "listener": LISTENED,
    "callable": CALLED,
    "kit": KIT_EVENT,
    "kit data": KIT_EVENT,
    "callable of old": CALLED,
}
_RETURNS = frozenset({"action", "callable", "callable of old", "kit data"})
"""The styles in which what a function returns is the answer."""
_KEEPS_RUNNING = Value(what="context of a worker", tags=frozenset({"truthy"}))


def _responding() -> Value:
    """`event.respondWith(handle(event.request))`: what is given is the answer."""

    def respond(walk: Walk, site: Site) -> Value:
        walk.outcomes += walk.ways
        return NEVER

    return Value(native=respond)


def _answer(walk: Walk, result: Value, at: int) -> None:
    """What a server action returns is sent to whoever called it."""
    body = all_origins(result).union(*(all_origins(case) for case, _ in result.cases))
    if body:
        walk.effect(EffectKind.RESPONSE, "return", "", at, inputs={"body": body})


def _argument(target: object, annotation: str) -> Value:
    """A parameter of a server action: whoever calls gives it."""
    name = target.id if isinstance(target, Name) else ""
    if "FormData" in annotation or name in ("formData", "form_data"):
        return parameter("form", "formdata")
    if name in ("prevState", "previousState", "_prevState", "_"):
        return UNKNOWN
    return from_origins(Origin("argument", "", name))


def read_handlers(prototype: Prototype) -> tuple[Handler, ...]:
    """Every server entry point that could be found, followed; of the actions that no page asks for those
    which may move money."""
    unsigned = plain_names(prototype.cookies)
    program = Program(prototype.server_modules, prototype.modules.targets, unsigned)
    if not program.modules:
        return ()
    knowledge = Library()
    hidden = hidden_actions(prototype)
    unasked = {r for r in prototype.routes if r.kind is RouteKind.SERVER_ACTION and hidden.holds(r)}
    routes = [
        r
        for r in prototype.routes
        if r.location.path in program.modules
        and (r not in unasked or may_move_money(prototype.files[r.location.path].text or ""))
    ]
    declaring = {r.location.path for r in routes if r.kind in _DECLARED}
    starting = _importers(prototype, declaring)
    walk = set_up(program, knowledge, declaring | starting)
    if any(r.kind is RouteKind.PROCEDURE for r in routes):
        find_remotes(walk, declaring | starting)
    follower = Follower(program, knowledge)
    layers = tuple(r for r in routes if r.kind is RouteKind.MIDDLEWARE)
    found: list[Handler] = []
    for route in routes:
        if route.kind is RouteKind.PROCEDURE:
            found += _procedure(route, routes, walk, follower, layers)
            continue
        entry = _entry(route, walk, follower)
        if entry is not None:
            served = addresses(route, walk.routing)
            if twice := declared_twice(program.modules[entry.location.path]):
                found.append(_unloaded(route, entry.location, served, twice))
                continue
            entry.guards |= gateway_guards(prototype, route)
            entry.guards |= middleware_guards(layers, route, program, knowledge)
            if route.framework in dispatchers.DISPATCHERS or _is_of_requests(route):
                found += follower.dispatch(route, entry, served)
                continue
            followed = follower.follow(route, entry, served)
            found.append(replace(followed, asked=False) if route in unasked else followed)
    return tuple(found)


def _procedure(
    route: Route, routes: list[Route], walk: Walk, follower: Follower, layers: tuple[Route, ...]
) -> Iterator[Handler]:
    """A procedure, followed behind what stands before its adapter; nothing where it was not found."""
    place = placed(route, walk, routes)
    if place is None:
        return
    remote, mount = place.remote, place.mount
    above: tuple[Value, ...] = ()
    if mount is not None and remote is not None:
        before = _before(mount.router, mount.number, place.pattern, walk.routing.mounts, 0)
        own = (v for v in mount.chain if not serves(v, remote))
        above = (*before, *own)
    style = remote.style if remote is not None else "web"
    front = Entry(route.location, style, above)
    at = resolver_at(place.procedure, route)
    entry = TrpcEntry(place.procedure, remote, front, at)
    if remote is not None:
        entry.guards |= remote.guards
        for handler in (r for r in routes if r.location.path == remote.path):
            path = place.paths[0] if place.paths else handler.path
            asked = replace(handler, path=path, method=route.method)
            entry.guards |= middleware_guards(layers, asked, walk.program, walk.knowledge)
    yield follower.follow(route, entry, place.paths)


_DECLARED = (RouteKind.ENDPOINT, RouteKind.PROCEDURE)


def _is_of_requests(route: Route) -> bool:
    """True for `onRequest` of Firebase, which may tell paths apart below its own."""
    return route.framework == FIREBASE and route.method == "*"


def _unloaded(route: Route, place: Location, served: tuple[str, ...], twice: str) -> Handler:
    """An entry point that does nothing, as its file does not load."""
    subject = f"{place.path}#{route.handler}"
    why = f"its file does not load: {twice} is imported and declared again"
    effects, guards = (), NO_GUARDS
    return Handler(
        route,
        _spoken(route, served),
        subject,
        place,
        effects,
        guards,
        False,
        hindrance=why,
        addresses=served,
    )


def _importers(prototype: Prototype, paths: set[str]) -> set[str]:
    """The modules that lead to those which declare routes: where routers are put together."""
    found: set[str] = set()
    pending = set(paths)
    while pending:
        pending = {
            path
            for path, targets in prototype.modules.edges.items()
            if path not in found
            and path not in paths
            and targets & pending
            and path in prototype.server_modules
        }
        found |= pending
    return found


class Runnable(Protocol):
    """What is run for a route, in the manner of its framework."""

    location: Location
    guards: frozenset[Guard]

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run it all; the guards that are passed wherever it ends well."""
        ...


def _python(route: Route, program: Program, walk: Walk) -> Runnable | None:
    if route.framework in ("flask", "quart"):
        return flask_entry(route, program, walk)
    if route.framework == "django":
        return django_entry(route, program, walk)
    return fastapi_entry(route, program, walk)


def _entry(route: Route, walk: Walk, follower: Follower) -> Runnable | None:
    program, knowledge = follower.program, follower.knowledge
    path = route.location.path
    match route.kind:
        case _ if route.framework == NEST:
            return nest_entry(route, program, walk, follower.nest)
        case _ if route.framework in dispatchers.DISPATCHERS:
            return _dispatcher(route, program, walk)
        case RouteKind.EDGE_FUNCTION if route.framework == FIREBASE:
            return _firebase(route, program, knowledge)
        case RouteKind.EDGE_FUNCTION if route.framework == dispatchers.PAGES:
            return _pages(route, program, knowledge)
        case RouteKind.ENDPOINT if program.modules[path].python:
            return _python(route, program, walk)
        case RouteKind.ENDPOINT:
            return _endpoint(route, walk)
        case RouteKind.PAGE if route.framework == "streamlit":
            return streamlit_entry(route, program)
        case RouteKind.EDGE_FUNCTION if route.framework in ("supabase", "deno"):
            return _served(route, program, walk)
        case RouteKind.ROUTE_HANDLER if route.framework == KIT:
            return _of_kit(route, program, knowledge)
        case RouteKind.ROUTE_HANDLER if route.framework == "tanstack-start":
            return server_route_entry(route, Walk(program, knowledge))
        case RouteKind.ROUTE_HANDLER | RouteKind.EDGE_FUNCTION:
            return _exported(route, program, knowledge)
        case RouteKind.SERVER_ACTION:
            return _action(route, program, knowledge)
    return None


def _endpoint(route: Route, walk: Walk) -> Entry | None:
    """A route that a router declares: all middleware on the way to it, then its own."""
    registered = registered_as(route, walk.routing)
    if registered is None:
        return None
    style = route.framework if route.framework in ("hono", "koa") else "node"
    chain = (*_above(registered, walk), *registered.chain)
    return Entry(
        Location(registered.path, route.location.line, route.location.end_line), style, chain
    )


def _above(route: Registered, walk: Walk) -> Iterator[Value]:
    """The middleware that runs before a route, outermost first."""
    yield from _before(route.router, route.number, route.pattern, walk.routing.mounts, 0)


def _before(
    router: int, number: int, pattern: str, mounts: list[Mounted], depth: int
) -> Iterator[Value]:
    parents = [m for m in mounts if m.child == router] if depth < 6 else []
    if parents:
        parent = parents[0]
        full = parent.prefix.rstrip("/") + pattern
        yield from _before(parent.router, parent.number, full, mounts, depth + 1)
        yield from parent.chain
    for mount in mounts:
        earlier = mount.router == router and not mount.child and mount.number < number
        if earlier and _below(mount.prefix, pattern):
            yield from mount.chain


def _below(prefix: str, pattern: str) -> bool:
    plain = prefix.rstrip("*").rstrip("/")
    return not plain or pattern == plain or pattern.startswith(f"{plain}/")


def _served(route: Route, program: Program, walk: Walk) -> Entry | None:
    path = route.location.path
    run_module(walk, path)
    found = [r for r in walk.routing.routes if r.path == path and r.pattern == "serve"]
    if not found:
        return None
    closure = found[-1].chain[0].closure
    line, end = (closure.function.at, closure.function.end) if closure else (found[-1].line, 0)
    return Entry(Location(path, line, end), "web", found[-1].chain)


def _dispatcher(route: Route, program: Program, walk: Walk) -> Entry | None:
    """What a server without a router is given: a function of whichever request."""
    path = route.location.path
    run_module(walk, path)
    here = [r for r in walk.routing.routes if r.path == path and r.pattern in (SERVE, LISTEN)]
    found = [r for r in here if r.line == route.location.line]
    if found:
        style = {dispatchers.NODE: "node", dispatchers.BUN: "worker"}.get(
            route.framework, "listener"
        )
        return _of_value(route, found[0].chain[0], style)
    if route.framework != dispatchers.WORKER:
        return None
    made = walk.exported(path, "default")
    handler = (made.fields or {}).get("fetch", UNKNOWN)
    if handler.closure is None and made.fields is None:
        handler = _written_in(path, program)
    return _of_value(route, handler, "worker")


def _written_in(path: str, program: Program) -> Value:
    """The function `fetch` of a record that is exported by way of something that is not followed."""
    unit = program.unit(path)
    for record in nodes_in((unit.module.body, unit.module.exports), Record):
        for key, value in record.pairs:
            if key == "fetch" and isinstance(value, Lambda):
                return Value(closure=Closure(value.function, unit.scope, unit.module))
    return UNKNOWN


def _pages(route: Route, program: Program, knowledge: Knowledge) -> Entry | None:
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
    entry = _of_value(route, flat[-1], "pages")
    if entry is not None:
        entry.chain = tuple(flat)
    return entry


def _of_kit(route: Route, program: Program, knowledge: Knowledge) -> Entry | None:
    """A handler, loader or form action of SvelteKit, behind the hooks of its application."""
    path = route.location.path
    walk = Walk(program, knowledge)
    owner, _, name = route.handler.rpartition(".")
    value = walk.exported(path, owner or name)
    if owner:
        value = (value.fields or {}).get(name, UNKNOWN)
    entry = _of_value(route, value, "kit data" if owner or name == "load" else "kit")
    base = path.partition("src/routes/")[0] + "src/hooks.server."
    hooks = next((base + end for end in ("ts", "js") if base + end in program.modules), "")
    if entry is not None and hooks:
        handle = walk.exported(hooks, "handle")
        layers = handle.elements if handle.elements is not None else (handle,)
        marked = (replace_value(v, tags=v.tags | {HOOK}) for v in layers if v.closure is not None)
        entry.chain = (*marked, *entry.chain)
        entry.asked = _PARAMETER.sub("1", route.path.partition("?")[0])
    if entry is not None and name == "load":
        entry.guards |= _sent_away_by_layouts(path, program)
    return entry


def _sent_away_by_layouts(path: str, program: Program) -> frozenset[Guard]:
    """What a layout above a page loads may turn callers away; which ones was not followed. Actions of
    forms do not run it."""
    found: set[Guard] = set()
    folder = path.rpartition("/")[0]
    while "src/routes" in folder:
        for end in ("ts", "js"):
            layout = f"{folder}/+layout.server.{end}"
            if layout != path and layout in program.modules:
                calls = nodes_in(program.modules[layout], Call)
                found |= {
                    Guard(Check.UNCLEAR, frozenset(), "layout", layout, call.at)
                    for call in calls
                    if isinstance(call.function, Name) and call.function.id in ("redirect", "error")
                }
        folder = folder.rpartition("/")[0]
    return frozenset(found)


_PARAMETER = re.compile(r"\[{1,2}[^\]]+\]{1,2}")


def _firebase(route: Route, program: Program, knowledge: Knowledge) -> Entry | None:
    """A function of Firebase: one that is called with data, or one of a request as Express has it."""
    path = route.location.path
    walk = Walk(program, knowledge)
    value = walk.exported(path, route.handler)
    if value.closure is None:
        value = walk.lookup(route.handler, program.unit(path).scope)
    kinds = {CALLABLE: "callable", FIRST: "callable of old"}
    style = next((kinds[tag] for tag in value.tags if tag in kinds), "node")
    return _of_value(route, value, style)


def _exported(route: Route, program: Program, knowledge: Knowledge) -> Entry | None:
    path = route.location.path
    walk = Walk(program, knowledge)
    value = walk.exported(path, route.handler)
    if route.framework == "netlify" and route.handler == "handler":
        return _of_value(route, value, "event")
    style = "node" if _is_node_style(value, route) else "web"
    return _of_value(route, value, style)


def _is_node_style(value: Value, route: Route) -> bool:
    if route.framework in _NODE_STYLE:
        return True
    function = value.closure.function if value.closure else None
    if function is None or len(function.parameters) < 2:
        return False
    second = function.parameters[1].target
    return isinstance(second, Name) and second.id in ("res", "response", "reply")


def _action(route: Route, program: Program, knowledge: Knowledge) -> Runnable | None:
    path = route.location.path
    walk = Walk(program, knowledge)
    value = walk.exported(path, route.handler)
    if value.closure is None:
        value = walk.lookup(route.handler, program.unit(path).scope)
    if route.framework == "tanstack-start":
        return server_function_entry(route, value)
    return _of_value(route, value, "action")


def _of_value(route: Route, value: Value, style: str) -> Entry | None:
    if value.closure is None:
        return None
    function = value.closure.function
    here = value.closure.module.path == route.location.path
    at = Location(route.location.path, function.at, function.end) if here else route.location
    return Entry(at, style, (value,))


def _spoken(route: Route, served: tuple[str, ...]) -> str:
    """The method with the whole path, where its routers leave only one."""
    if route.kind is RouteKind.SERVER_ACTION:
        return f"action {route.handler}"
    if route.kind is RouteKind.PROCEDURE and not served:
        return f"procedure {route.handler}"
    path = served[0] if len(served) == 1 else route.path
    return path if route.method == "*" else f"{route.method} {path}"
