"""The routes and mounts that running the code of a module declares."""

from __future__ import annotations

from msgspec import Struct, field

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

    @property
    def number(self) -> int:
        """The place of the next declaration."""
        return len(self.routes) + len(self.mounts)
