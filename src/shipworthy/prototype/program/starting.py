"""Whether a server starts at all without a setting that one of its files has a default for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.homes import home_of
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_STARTS = regex(r"^([^/]+/){0,3}(main|server|index|app|bootstrap|wsgi|asgi)\.\w+$")


def refuses_without(prototype: Prototype, path: str, name: str) -> bool:
    """True where what runs before the file, or beside it in each process, ends without the setting:
    what it imports, what the entry that leads to it imports, and the providers of NestJS in its part.
    """
    asking = [
        (other, found)
        for other, facts in prototype.facts.items()
        for found in facts.refusals
        if found.name == name and other != path and other not in prototype.abandoned
    ]
    if not asking:
        return False
    home = home_of(prototype, path)
    if any(found.provided and home_of(prototype, other) == home for other, found in asking):
        return True
    return not _loaded_with(prototype, path).isdisjoint(other for other, _ in asking)


def _loaded_with(prototype: Prototype, path: str) -> frozenset[str]:
    """What is loaded whenever the file is: its imports, and those of the entry that leads to it."""
    loaded = frozenset(prototype.modules.reachable([path]))
    for entry in filter(_STARTS.search, prototype.facts):
        reached = prototype.modules.reachable([entry])
        if path in reached:
            loaded |= reached | {entry}
    return loaded
