"""What the names of a file were set to: the first value of a name, or the last before a place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, enclosing


class Assigned:
    """The assignments of a file by the name on their left side, looked through once."""

    def __init__(self, syntax: Syntax) -> None:
        self._first: dict[str, SgNode | None] = {}
        self._of_name: dict[str, list[tuple[SgNode, SgNode]]] = {}
        self._values: dict[str, dict[SgNode | None, list[tuple[int, SgNode]]]] = {}
        for node, target, value in syntax.assignments:
            if target is None:
                continue
            name = target.text()
            self._first.setdefault(name, value)
            if value is not None:
                self._of_name.setdefault(name, []).append((node, value))

    def first(self, name: str) -> SgNode | None:
        """What the first assignment of a name in the file gives it."""
        return self._first.get(name)

    def last_before(self, use: SgNode) -> SgNode | None:
        """What a name was last set to before its use: in its own function or in the module."""
        name, at = use.text(), use.range().start.index
        found = [self._last(name, home, at) for home in {enclosing(use, FUNCTIONS), None}]
        return max((f for f in found if f), key=lambda f: f[0], default=(0, None))[1]

    def _last(self, name: str, home: SgNode | None, at: int) -> tuple[int, SgNode] | None:
        known = self._by_home(name).get(home, [])
        place = bisect_right(known, at, key=lambda item: item[0])
        return known[place - 1] if place else None

    def _by_home(self, name: str) -> Mapping[SgNode | None, Sequence[tuple[int, SgNode]]]:
        """Where each assignment of a name ends, and its value, by the function that it stands in."""
        known = self._values.get(name)
        if known is None:
            known = self._values[name] = {}
            for node, value in self._of_name.get(name, ()):
                own = known.setdefault(enclosing(node, FUNCTIONS), [])
                own.append((node.range().end.index, value))
        return known


@lru_cache(maxsize=4)
def assigned_in(syntax: Syntax) -> Assigned:
    """The assignments of a file; kept while its facts are read."""
    return Assigned(syntax)
