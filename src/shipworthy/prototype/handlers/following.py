"""Following one entry point after the other through one program."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.handlers.comparing.methods import NO_GET
from shipworthy.prototype.handlers.dispatched import dispatched
from shipworthy.prototype.handlers.entering.nest import Application, application
from shipworthy.prototype.handlers.evaluation import BUDGET, Asked, Knowledge
from shipworthy.prototype.handlers.handler import Effect, Guard, Handler
from shipworthy.prototype.handlers.knowledge.routing import ANSWERED
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import NO_GUARDS
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.routes.route import Route, RouteKind


class Runnable(Protocol):
    """What is run for a route, in the manner of its framework."""

    location: Location
    guards: frozenset[Guard]

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run it all; the guards that are passed wherever it ends well."""
        ...


_SCOUTED = 40_000  # expressions, to find the paths of a server without a router
_LEFT_OUT = 3  # functions that are too heavy to be followed for one entry point
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
        heavy: list[int] = []
        while walk.left < 0 and len(heavy) < _LEFT_OUT:
            heaviest = walk.heaviest()
            if heaviest is None:
                break
            heavy.append(heaviest)
            walk, ends = self._run(entry, asked, heavy=heavy)
        return Handler(
            route=route,
            name=_spoken(route, served),
            subject=f"{entry.location.path}#{route.handler}",
            location=entry.location,
            effects=_reached_by(route, walk.effects),
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
        self,
        entry: Runnable,
        asked: Asked | None = None,
        budget: int = BUDGET,
        heavy: Collection[int] = (),
    ) -> tuple[Walk, frozenset[Guard]]:
        walk = Walk(self.program, self.knowledge)
        walk.heavy = heavy
        walk.left, walk.asked = budget, asked
        walk.guards = entry.guards
        walk.path = entry.location.path
        walk.module = self.program.modules[entry.location.path]
        ends = entry.run(walk)
        self.spent += budget - walk.left
        self.program.change_back()
        return walk, ends


def _reached_by(route: Route, effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Without what a view does for a POST alone, where it is asked as a GET."""
    if route.method != "GET":
        return tuple(effects)
    return tuple(e for e in effects if not any(g.how == NO_GET for g in e.guards))


def hindered(route: Route, place: Location, served: tuple[str, ...], why: str) -> Handler:
    """An entry point of which nothing is known, and why."""
    subject = f"{place.path}#{route.handler}"
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


def _spoken(route: Route, served: tuple[str, ...]) -> str:
    """The method with the whole path, where its routers leave only one."""
    if route.kind is RouteKind.SERVER_ACTION:
        return f"action {route.handler}"
    if route.kind is RouteKind.PROCEDURE and not served:
        return f"procedure {route.handler}"
    path = served[0] if len(served) == 1 else route.path
    return path if route.method == "*" else f"{route.method} {path}"
