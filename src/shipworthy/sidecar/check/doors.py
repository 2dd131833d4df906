"""The routes of a policy that are not open to everybody, each with a path and method to knock with."""

from __future__ import annotations

from dataclasses import dataclass

from shipworthy.prototype.edge.routes import GuardedRoute, rule_of
from shipworthy.sidecar.check.target import Target

_SAFE = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Door:
    """A closed route, and a request that this route alone decides about."""

    route: GuardedRoute
    path: str
    method: str

    @property
    def need(self) -> str:
        """What it asks for."""
        return self.route.need

    @property
    def name(self) -> str:
        """As the policy has it."""
        return self.route.name

    @property
    def twin_only(self) -> bool:
        """A request that may change something is never sent to people's data."""
        return self.method not in _SAFE

    def origin(self, target: Target) -> tuple[tuple[str, str], ...]:
        """What keeps another check from refusing it first."""
        return () if self.method in _SAFE else (("origin", target.origin),)


def doors(target: Target, *kinds: str) -> list[Door]:
    """The closed routes, those of these kinds of need where some are named. What an earlier route takes
    away is left out."""
    found = []
    for route in target.routes:
        kind = route.need.partition(":")[0]
        if route.is_open or (kinds and kind not in kinds):
            continue
        path = route.path if route.path != "/" or route.exact else "/shipworthy-check"
        for method in _methods(route):
            if rule_of(target.routes, path, method) == route:
                found.append(Door(route, path, method))
                break
    return found


def _methods(route: GuardedRoute) -> tuple[str, ...]:
    """GET where it may be, else what the route names."""
    if not route.methods or "GET" in route.methods:
        return ("GET",)
    return route.methods
