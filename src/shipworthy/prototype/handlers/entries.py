"""Follow every server entry point of a prototype and say what it does for whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shipworthy import faults
from shipworthy.prototype.ahead import in_two
from shipworthy.prototype.cookies.plain import plain_names
from shipworthy.prototype.handlers.addresses import addresses
from shipworthy.prototype.handlers.entering.convex import ConvexEntry, convex_entry
from shipworthy.prototype.handlers.entering.dispatcher import dispatcher_entry, pages_entry
from shipworthy.prototype.handlers.entering.django import django_entry
from shipworthy.prototype.handlers.entering.exported import (
    action_entry,
    exported_entry,
    firebase_entry,
    served_entry,
)
from shipworthy.prototype.handlers.entering.fastapi import fastapi_entry
from shipworthy.prototype.handlers.entering.flask import flask_entry
from shipworthy.prototype.handlers.entering.inline import InlineEntry
from shipworthy.prototype.handlers.entering.kit import kit_entry
from shipworthy.prototype.handlers.entering.nest import nest_entry
from shipworthy.prototype.handlers.entering.page import page_entry
from shipworthy.prototype.handlers.entering.requested import requested_entry
from shipworthy.prototype.handlers.entering.routers import endpoint_entry
from shipworthy.prototype.handlers.entering.socketio import SocketEntry, socket_entry
from shipworthy.prototype.handlers.entering.streamlit import streamlit_entry
from shipworthy.prototype.handlers.entering.tanstack import server_route_entry
from shipworthy.prototype.handlers.entering.trpc import Served
from shipworthy.prototype.handlers.entering.views import view_entries
from shipworthy.prototype.handlers.following import Follower, Runnable, hindered
from shipworthy.prototype.handlers.gateway import gateway_guards
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.handlers.knowledge.library import Library
from shipworthy.prototype.handlers.middleware import middleware_guards
from shipworthy.prototype.handlers.platform_logins import server_signs_in, signs_in_at_platform
from shipworthy.prototype.handlers.procedures import find_procedures, follow_procedure
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.server_actions import hidden_actions, may_move_money
from shipworthy.prototype.handlers.setting_up import set_up
from shipworthy.prototype.handlers.unserved import unserved
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.loading import declared_twice
from shipworthy.prototype.routes import dispatchers
from shipworthy.prototype.routes.convex import CONVEX
from shipworthy.prototype.routes.firebase import FIREBASE
from shipworthy.prototype.routes.kit import KIT
from shipworthy.prototype.routes.nest import NEST
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.prototype.routes.socketio import SOCKETIO
from shipworthy.prototype.tables.schemas import prisma_enumerations

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


_SHARE = 4  # routes: what a process follows before it asks for more
_WORTH_A_PROCESS = 24  # routes: those that are received from a second process cost as well


def read_handlers(
    prototype: Prototype, beside: Callable[[], object] = lambda: None
) -> tuple[Handler, ...]:
    """Every server entry point that could be found, followed; of the actions that no page asks for those
    which may move money. `beside` is done here where another process follows them meanwhile."""
    entries = Entries(prototype)
    routes = entries.routes
    if not routes:
        return ()
    entries.start()
    enough = len(routes) >= _WORTH_A_PROCESS or prototype.has_long_rules
    if not enough or not prototype.is_worth_a_process:
        return tuple(entries.follow(routes))
    shares = [routes[first : first + _SHARE] for first in range(0, len(routes), _SHARE)]
    followed = in_two(lambda share: list(entries.follow(share)), shares, beside)
    return tuple(chain.from_iterable(followed))


class Entries:
    """The routes of a prototype that lead into its code, and the program that they are followed through.

    What one of them does is the same whichever were followed before."""

    def __init__(self, prototype: Prototype) -> None:
        self._prototype = prototype
        unsigned = plain_names(prototype.cookies)
        program = Program(
            prototype.server_modules, prototype.modules.targets, unsigned, _bundled(prototype)
        )
        for file in prototype.files.values():
            if file.name.endswith(".prisma"):
                program.enumerations |= prisma_enumerations(file.text or "")
        hidden = hidden_actions(prototype)
        self._follower = Follower(program, Library())
        self._unasked = {
            r for r in prototype.routes if r.kind is RouteKind.SERVER_ACTION and hidden.holds(r)
        }
        routes = [
            r for r in prototype.routes if r.location.path in program.modules and self._is_wanted(r)
        ]
        left_over = unserved(prototype, program, routes) if routes else ()
        self.routes = [r for r in routes if r not in left_over]
        self._layers = tuple(r for r in self.routes if r.kind is RouteKind.MIDDLEWARE)
        self._fault = ""  # of ours, at which the server could not be started

    @cached_property
    def _pages(self) -> Mapping[str, Route]:
        return {
            r.location.path: r
            for r in self._prototype.routes
            if r.kind is RouteKind.PAGE and r.framework == "next"
        }

    def start(self) -> None:
        """Start the server, as far as its code can be followed."""
        self._follower.program.signed_in = signs_in_at_platform(self._prototype)
        self._follower.program.signs_in_itself = server_signs_in(self._prototype)
        self._follower.program.removes_rows = not _throws_at_remove(self._prototype)
        try:
            _ = self._walk, self._procedures
        except BaseException as error:
            self._fault = faults.told(error)

    def follow(self, routes: Iterable[Route]) -> Iterator[Handler]:
        """Follow these routes, one after the other; one that this program fails at says so."""
        for route in routes:
            yield from self._followed(route)

    def _followed(self, route: Route) -> Iterable[Handler]:
        if self._fault:
            return (hindered(route, route.location, (), self._fault),)
        try:
            return list(self._follow(route))
        except BaseException as error:
            self._follower.program.change_back()
            return (hindered(route, route.location, (), faults.told(error)),)

    def _is_wanted(self, route: Route) -> bool:
        text = self._prototype.files[route.location.path].text
        if route.kind is RouteKind.PAGE and route.framework == "next":
            return self._waits(route.location.path)
        return route not in self._unasked or may_move_money(text or "")

    def _waits(self, page: str) -> bool:
        """True where a page waits for something on the server, itself or in what it is put together from."""
        drawn = (
            t for t in self._prototype.modules.edges.get(page, ()) if t.endswith((".tsx", ".jsx"))
        )
        files, served = self._prototype.files, self._prototype.server_modules
        return any("await " in (files[p].text or "") for p in (page, *drawn) if p in served)

    @cached_property
    def _declaring(self) -> set[str]:
        """The modules that declare routes, and those which lead to them."""
        paths = {
            r.location.path for r in self.routes if r.kind in _DECLARED and r.framework != CONVEX
        }
        return paths | _importers(self._prototype, paths)

    @cached_property
    def _walk(self) -> Walk:
        program, packages = self._follower.program, self._prototype.modules.packages
        graphs = {path for path in program.modules if "langgraph" in packages.get(path, ())}
        return set_up(program, self._follower.knowledge, self._declaring | graphs)

    @cached_property
    def _procedures(self) -> Mapping[tuple[str, int], Served]:
        if not any(_is_of_router(r) for r in self.routes):
            return {}
        return find_procedures(self._walk, self._declaring)

    def _follow(self, route: Route) -> Iterable[Handler]:
        walk, follower = self._walk, self._follower
        if _is_of_router(route):
            served_as = self._procedures.get((route.location.path, route.location.line))
            return follow_procedure(route, served_as, self.routes, walk, follower, self._layers)
        return chain.from_iterable(
            self._follow_entry(route, *each) for each in _entries(route, walk, follower)
        )

    def _follow_entry(self, declared: Route, route: Route, entry: Runnable) -> Iterable[Handler]:
        """What is run for a route that is declared as such, or as one of the methods of a view."""
        follower = self._follower
        program = follower.program
        served = addresses(route, self._walk.routing)
        if twice := declared_twice(program.modules[entry.location.path]):
            why = f"its file does not load: {twice} is imported and declared again"
            return (hindered(route, entry.location, served, why),)
        entry.guards |= gateway_guards(self._prototype, route)
        shown = self._pages.get(entry.page, route) if isinstance(entry, InlineEntry) else route
        entry.guards |= middleware_guards(self._layers, shown, program, follower.knowledge)
        if route.framework in dispatchers.DISPATCHERS or _is_of_requests(route):
            return follower.dispatch(route, entry, served)
        followed = follower.follow(route, entry, served)
        if isinstance(entry, (ConvexEntry, SocketEntry)):
            followed = replace(followed, name=entry.spoken(route))
        return (replace(followed, asked=False) if declared in self._unasked else followed,)


_DECLARED = (RouteKind.ENDPOINT, RouteKind.PROCEDURE)


def _is_of_router(route: Route) -> bool:
    """True for a procedure of tRPC, which a router holds; a function of Convex stands by itself."""
    return route.kind is RouteKind.PROCEDURE and route.framework not in (CONVEX, SOCKETIO)


def _is_of_requests(route: Route) -> bool:
    """True for `onRequest` of Firebase, which may tell paths apart below its own."""
    return route.framework == FIREBASE and route.method == "*"


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


def _python(route: Route, program: Program, walk: Walk) -> Runnable | None:
    if route.framework in ("flask", "quart"):
        return flask_entry(route, program, walk)
    if route.framework == "django":
        return django_entry(route, program, walk)
    if route.framework in ("aiohttp", "starlette"):
        return requested_entry(route, program, walk)
    return fastapi_entry(route, program, walk)


def _entries(route: Route, walk: Walk, follower: Follower) -> Iterable[tuple[Route, Runnable]]:
    """What is run for a route: of a view that is a class, each of its methods."""
    entry = _entry(route, walk, follower)
    if entry is not None:
        return ((route, entry),)
    if route.kind is RouteKind.ENDPOINT and follower.program.modules[route.location.path].python:
        return view_entries(route, follower.program, walk)
    return ()


def _entry(route: Route, walk: Walk, follower: Follower) -> Runnable | None:
    program, knowledge = follower.program, follower.knowledge
    path = route.location.path
    match route.kind:
        case _ if route.framework == CONVEX:
            return convex_entry(route, walk)
        case _ if route.framework == SOCKETIO:
            return socket_entry(route, walk)
        case _ if route.framework == NEST:
            return nest_entry(route, program, walk, follower.nest)
        case _ if route.framework in dispatchers.DISPATCHERS:
            return dispatcher_entry(route, program, walk)
        case RouteKind.EDGE_FUNCTION if route.framework == FIREBASE:
            return firebase_entry(route, program, knowledge)
        case RouteKind.EDGE_FUNCTION if route.framework == dispatchers.PAGES:
            return pages_entry(route, program, knowledge)
        case RouteKind.ENDPOINT if program.modules[path].python:
            return _python(route, program, walk)
        case RouteKind.ENDPOINT:
            return endpoint_entry(route, walk)
        case RouteKind.PAGE if route.framework == "next":
            return page_entry(route, program, knowledge)
        case RouteKind.PAGE if route.framework == "streamlit":
            return streamlit_entry(route, program)
        case RouteKind.EDGE_FUNCTION if route.framework in ("supabase", "deno"):
            return served_entry(route, program, walk)
        case RouteKind.ROUTE_HANDLER if route.framework == KIT:
            return kit_entry(route, program, knowledge)
        case RouteKind.ROUTE_HANDLER if route.framework == "tanstack-start":
            return server_route_entry(route, Walk(program, knowledge))
        case RouteKind.ROUTE_HANDLER | RouteKind.EDGE_FUNCTION:
            return exported_entry(route, program, knowledge)
        case RouteKind.SERVER_ACTION:
            return action_entry(route, program, knowledge)
    return None


def _throws_at_remove(prototype: Prototype) -> bool:
    """True where every Mongoose has no `document.remove()` any more: it throws, and the row stays
    (https://mongoosejs.com/docs/migrating_to_7.html#removed-remove)."""
    asked = [one for one in prototype.dependencies.packages if one.name in ("mongoose", "typeorm")]
    majors = [re.search(r"\d+", one.version or one.specifier) for one in asked if one.direct]
    mongoose = all(one.name == "mongoose" for one in asked)
    return mongoose and bool(majors) and all(m is not None and int(m[0]) >= 7 for m in majors)


def _bundled(prototype: Prototype) -> frozenset[str]:
    """The variables that code of a page reads: a prefix alone puts none of them into a bundle."""
    return frozenset(
        read.name
        for read in prototype.environment
        if read.reaches_browser
        and (
            read.accessor == "import.meta.env"
            or read.name.startswith("EXPO_PUBLIC_")
            or read.location.path in prototype.modules.browser
        )
    )
