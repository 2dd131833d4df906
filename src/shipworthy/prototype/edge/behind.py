"""Which code of a prototype is only reached through the proxy, and which rules of it decide about that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.edge.evidence import Edge
from shipworthy.prototype.edge.routes import GuardedRoute, rules_of
from shipworthy.prototype.inventory.servers import Hosting

if TYPE_CHECKING:
    from shipworthy.prototype import Prototype
    from shipworthy.prototype.handlers.handler import Handler

Closes = Callable[[GuardedRoute], bool]


def is_behind(prototype: Prototype, path: str) -> bool:
    """True for a file of the one server that the prototype has. Functions that a platform calls are asked
    by browsers directly, and of two servers the proxy may stand before the other one."""
    serving = [s for s in prototype.servers if s.hosting is not Hosting.FUNCTIONS]
    if any(path in s.files for s in prototype.servers if s.hosting is Hosting.FUNCTIONS):
        return False
    return len(serving) == 1 and path in serving[0].files


def all_rules_close(prototype: Prototype, subject: str, edge: Edge, closes: Closes) -> bool:
    """True where every rule that may decide about an entry point closes it, under all its addresses."""
    handlers = [h for h in prototype.handlers if h.subject == subject]
    if not handlers or not all(is_behind(prototype, h.location.path) for h in handlers):
        return False
    rules = [list(_rules(handler, edge)) for handler in handlers]
    return all(found and all(map(closes, found)) for found in rules)


def _rules(handler: Handler, edge: Edge) -> Iterator[GuardedRoute]:
    for address in handler.addresses:
        yield from rules_of(edge.evidence.routes, address, handler.route.method)
