"""The routes and mounts that running the code of a module declares."""

from __future__ import annotations

from msgspec import Struct, field

from shipworthy.finding import Location
from shipworthy.prototype.handlers.values import Value


class Registered(Struct, frozen=True):
    """A route that running the code of a module has declared: `chain` are its middleware and handler."""

    router: int
    method: str
    pattern: str
    chain: tuple[Value, ...]
    path: str
    line: int
    number: int
    described: bool = False  # by a record, which may stand elsewhere


class Mounted(Struct, frozen=True):
    """Middleware that a router runs below a prefix, or another router (`child`) that it hands over to."""

    router: int
    prefix: str
    chain: tuple[Value, ...]
    child: int
    number: int
    is_known: bool = True  # False where the prefix is only known at run time


class Routing(Struct):
    """The routes and mounts that were declared so far, in order; `applications` are the routers that
    may be served as they are, without being mounted on another."""

    routes: list[Registered] = field(default_factory=list)
    mounts: list[Mounted] = field(default_factory=list)
    applications: set[int] = field(default_factory=set)
    _by_line: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    _indexed: int = 0  # so many of the routes are in `_by_line`

    @property
    def number(self) -> int:
        """The place of the next declaration."""
        return len(self.routes) + len(self.mounts)

    def declared_in(self, place: Location) -> list[Registered]:
        """The routes that were declared in these lines, in order."""
        for at in range(self._indexed, len(self.routes)):
            route = self.routes[at]
            self._by_line.setdefault((route.path, route.line), []).append(at)
        self._indexed = len(self.routes)
        lines = range(place.line, max(place.end_line, place.line) + 1)
        found = (at for line in lines for at in self._by_line.get((place.path, line), ()))
        return [self.routes[at] for at in sorted(found)]
