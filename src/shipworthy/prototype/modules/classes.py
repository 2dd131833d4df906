"""Classes that no code constructs or mentions: what stands in them never runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import Syntax, identifiers
from shipworthy.prototype.source import Role

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SHORTEST = 5  # letters of a name that nobody else uses by chance


class IdleClass(Struct, frozen=True):
    """A class of a file that the file itself never constructs, extends or hands on."""

    name: str
    location: Location


def read(syntax: Syntax) -> list[IdleClass]:
    """The classes of a TypeScript or JavaScript file that nothing else in it mentions.

    Decorated classes and the default export are left out: frameworks find these by themselves.
    """
    if syntax.python or "class " not in (syntax.source.text or ""):
        return []
    found = []
    for node in syntax.root.find_all(kind="class_declaration"):
        name, parent = node.field("name"), node.parent()
        if name is None or len(name.text()) < _SHORTEST or parent is None:
            continue
        if "@" in (node.text()[:1], parent.text()[:1]) or parent.text().startswith(
            "export default"
        ):
            continue
        place = syntax.location(node)
        used = (n.range().start.line + 1 for n in identifiers(syntax.root).get(name.text(), ()))
        last = place.end_line or place.line
        if all(place.line <= line <= last for line in used):
            found.append(IdleClass(name.text(), place))
    return found


@lru_cache(maxsize=1)
def idle_classes(prototype: Prototype) -> dict[str, list[Location]]:
    """Where classes stand that no file mentions, tests and documents aside, by path."""
    found: dict[str, list[Location]] = {}
    for path, facts in prototype.facts.items():
        for idle in facts.idle_classes:
            if not _is_mentioned(prototype, idle.name, path):
                found.setdefault(path, []).append(idle.location)
    return found


def is_idle(prototype: Prototype, location: Location) -> bool:
    """True for a place in a class that nothing constructs."""
    classes = idle_classes(prototype).get(location.path, ())
    return any(c.line <= location.line <= (c.end_line or c.line) for c in classes)


def _is_mentioned(prototype: Prototype, name: str, path: str) -> bool:
    said = re.compile(rf"\b{re.escape(name)}\b")
    return any(name in text and said.search(text) for text in _others(prototype, path))


def _others(prototype: Prototype, path: str) -> Iterator[str]:
    left_out = (Role.DOCUMENTATION, Role.TEST, Role.ASSET, Role.LOCK)
    files = prototype.files.values()
    return (f.text for f in files if f.text and f.path != path and f.role not in left_out)
