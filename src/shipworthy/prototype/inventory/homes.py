"""The part of a prototype that a file belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.finding import Location
from shipworthy.prototype.inventory.stack import Part
from shipworthy.prototype.source import Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def home_of(prototype: Prototype, path: str) -> Part | None:
    """The part that a file stands in: the one with the longest folder around it."""
    around = [p for p in prototype.stack.parts if not p.folder or path.startswith(f"{p.folder}/")]
    return max(around, key=lambda p: len(p.folder), default=None)


def live_files(prototype: Prototype, part: Part, *roles: Role) -> Iterator[SourceFile]:
    """The files of these roles in a part that live code reaches, by path."""
    for file in prototype.of_role(*roles):
        if file.path not in prototype.abandoned and home_of(prototype, file.path) == part:
            yield file


def first_line(file: SourceFile, *words: str) -> Location | None:
    """The first line of a file that holds one of these words and is no comment."""
    if file.text is None or not any(word in file.text for word in words):
        return None
    for number, line in enumerate(file.lines, 1):
        if any(word in line for word in words) and not line.lstrip().startswith(_COMMENTS):
            return Location(file.path, number)
    return None


_COMMENTS = ("//", "*", "/*", "#", "{/*", "<!--")
