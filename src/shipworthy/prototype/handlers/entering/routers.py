"""Routes that routers of JavaScript declare, behind all middleware on the way to them."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.finding import Location
from shipworthy.prototype.handlers.addresses import addresses, registered_as, sample
from shipworthy.prototype.handlers.entering.script import SEES, Entry
from shipworthy.prototype.handlers.evaluation import Mounted
from shipworthy.prototype.handlers.values import Value, replace
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.routes.route import Route


def endpoint_entry(route: Route, walk: Walk) -> Entry | None:
    """A route that a router declares: all middleware on the way to it, then its own."""
    registered = registered_as(route, walk.routing)
    if registered is None:
        return None
    style = route.framework if route.framework in ("hono", "koa", "fastify") else "node"
    above = before(registered.router, registered.number, registered.pattern, walk.routing.mounts)
    chain = (*above, *(_seeing(value, registered.pattern) for value in registered.chain))
    served = addresses(route, walk.routing)
    return Entry(
        Location(registered.path, route.location.line, route.location.end_line),
        style,
        chain,
        asked=sample(served[0]) if len(served) == 1 else "",
        method=route.method,
    )


def before(
    router: int, number: int, pattern: str, mounts: list[Mounted], depth: int = 0
) -> Iterator[Value]:
    """The middleware of a router and of those above it that a pattern passes, outermost first."""
    parents = [m for m in mounts if m.child == router] if depth < 6 else []
    if parents:
        parent = parents[0]
        full = parent.prefix.rstrip("/") + pattern
        yield from before(parent.router, parent.number, full, mounts, depth + 1)
        yield from (_seeing(value, pattern) for value in parent.chain)
    for mount in mounts:
        earlier = mount.router == router and not mount.child and mount.number < number
        if earlier and _below(mount.prefix, pattern):
            left = pattern[len(mount.prefix.rstrip("*").rstrip("/")) :]
            yield from (_seeing(value, left) for value in mount.chain)


def _seeing(value: Value, pattern: str) -> Value:
    """A middleware with the path that Express shows it, from which the prefix of its mount is taken."""
    if value.closure is None or not (seen := sample(pattern or "/")):
        return value
    return replace(value, tags=value.tags | {SEES + seen})


def _below(prefix: str, pattern: str) -> bool:
    plain = prefix.rstrip("*").rstrip("/")
    return not plain or pattern == plain or pattern.startswith(f"{plain}/")
