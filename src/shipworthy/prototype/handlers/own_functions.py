"""The prototype's own functions behind the names that a file calls them by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, callee

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def called_near(prototype: Prototype, path: str, line: int) -> Iterator[tuple[str, int, str]]:
    """The own functions that the function around a line calls: the file, a line and the name of each."""
    syntax = _syntax(prototype, path)
    if syntax is None:
        return
    around = _around(syntax, line)
    named = {callee(c) for c in syntax.calls if around is None or _holds(around, c)}
    for name in sorted(named):
        own = name.removeprefix("this.").removeprefix("self.")
        for function in _defined(syntax, own):
            yield path, syntax.location(function).line, own
        for other, function in _imported(prototype, syntax, path, name):
            yield other.source.path, other.location(function).line, name


def function_called(prototype: Prototype, path: str, name: str) -> Iterator[SgNode]:
    """The function that a file means by a name: its own, or an imported one."""
    syntax = _syntax(prototype, path)
    if syntax is not None:
        yield from _defined(syntax, name)
        yield from (function for _, function in _imported(prototype, syntax, path, name))


def spans(place: Location, line: int) -> bool:
    """True where a line lies in a place."""
    return place.line <= line <= max(place.line, place.end_line)


def _around(syntax: Syntax, line: int) -> SgNode | None:
    """The innermost function around a line."""
    found = [f for kind in FUNCTIONS for f in syntax.nodes(kind) if spans(syntax.location(f), line)]
    return max(found, key=lambda f: f.range().start.index, default=None)


def _holds(function: SgNode, node: SgNode) -> bool:
    outer, inner = function.range(), node.range()
    return outer.start.index <= inner.start.index and inner.end.index <= outer.end.index


def _imported(
    prototype: Prototype, syntax: Syntax, path: str, name: str
) -> Iterator[tuple[Syntax, SgNode]]:
    meant = bindings_of(syntax).modules.get(name, "")
    where, called = meant, name
    if syntax.python:  # these say what is imported as well: `app.deps.require_staff`
        where, _, called = meant.rpartition(".")
    other = _syntax(prototype, prototype.modules.targets.get(path, {}).get(where, ""))
    if other is not None:
        yield from ((other, function) for function in _defined(other, called))


def _defined(syntax: Syntax, name: str) -> Iterator[SgNode]:
    for kind in FUNCTIONS:
        for function in syntax.nodes(kind):
            found = function.field("name")
            if found is not None and found.text() == name:
                yield function


def _syntax(prototype: Prototype, path: str) -> Syntax | None:
    file = prototype.files.get(path)
    if file is None or file.language is None or file.text is None:
        return None
    return Syntax(file, file.language)
