"""Under which URL paths a route is served: with the prefixes of all routers that it hangs on."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from shipworthy.prototype.handlers.evaluation import Registered, Routing
from shipworthy.prototype.routes.described import DESCRIBED
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

_DEEPEST = 6  # routers inside of routers


def addresses(route: Route, routing: Routing) -> tuple[str, ...]:
    """The URL paths of a route, "/api/orders/:id" as its framework writes them; none where a router
    on the way was not seen to be mounted, or its prefix is only known at run time."""
    if route.kind is RouteKind.SERVER_ACTION or route.framework == "django":
        return ()  # an action is posted to the page that shows it; Django's includes are not read
    if route.kind is RouteKind.PROCEDURE:
        return ()  # those of tRPC are asked elsewhere; Convex calls its own by their names
    if route.kind is not RouteKind.ENDPOINT:
        return (route.path,)
    registered = registered_as(route, routing)
    if registered is None:
        return ()
    return paths_of(registered.router, registered.pattern, routing)


def paths_of(router: int, pattern: str, routing: Routing) -> tuple[str, ...]:
    """The URL paths of what a router has below a pattern; none where it was not seen to be mounted."""
    paths = _paths(router, pattern, routing, 0)
    return tuple(dict.fromkeys(path for path in paths if path.startswith("/")))


def registered_as(route: Route, routing: Routing) -> Registered | None:
    """The declaration of a route that running the code has met; None where it met none."""
    found = [r for r in routing.declared_in(route.location) if r.method in (route.method, "*")]
    if not found and route.framework == DESCRIBED:
        return _handed_over(route, routing)
    return next((r for r in found if route.path.endswith(r.pattern)), found[0]) if found else None


def _handed_over(route: Route, routing: Routing) -> Registered | None:
    """The declaration of a route that is listed in one place and handed over in another, told by its path."""
    found = [
        replace(r, path=route.location.path, line=route.location.line)
        for r in routing.routes
        if r.method == route.method and r.described and r.pattern.endswith(route.path)
    ]
    return min(found, key=lambda r: len(r.pattern), default=None)


def sample(path: str) -> str:
    """A path as a request has it: "/orders/1" for "/orders/:id"; "" where any path may follow."""
    plain = _PARAMETER.sub("1", path)
    return plain if _PLAIN.match(plain) else ""


_PARAMETER = regex(r":\w+|\{\w+\}|<\w+>")
_PLAIN = regex(r"/[\w./@%~-]*$")


def _paths(router: int, path: str, routing: Routing, depth: int) -> Iterator[str]:
    parents = [mount for mount in routing.mounts if mount.child == router]
    if not parents:
        if router in routing.applications:
            yield path
        return
    for mount in parents if depth < _DEEPEST else ():
        if mount.is_known:
            yield from _paths(mount.router, _joined(mount.prefix, path), routing, depth + 1)


def _joined(prefix: str, path: str) -> str:
    joined = prefix.rstrip("/") + ("" if path == "/" else path)
    return joined or "/"
