"""Which value a name stands for at a place of a file, as far as the file itself shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.prototype.code.local_names import imported_names
from shipworthy.prototype.code.patterns import parameters, peeled, targets
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, callee, dotted
from shipworthy.prototype.source import Language

MODULE = -1
"""The scope of what stands outside of any function."""


class Binding(Struct, frozen=True):
    """One place that gives a name its value. `value` is None for a parameter; `keys` are the
    properties that destructuring takes out of it; `scope` is where its function starts."""

    name: str
    value: SgNode | None
    node: SgNode
    scope: int
    keys: tuple[str, ...] = ()


class Bindings:
    """The names of one file: variables, parameters, attributes (`self.client`) and imports."""

    def __init__(self, syntax: Syntax) -> None:
        self.python = syntax.python
        self.plain = syntax.language is Language.JAVASCRIPT
        functions = [n for kind in FUNCTIONS for n in syntax.nodes(kind)]
        spans = sorted((n.range().start.index, n.range().end.index) for n in functions)
        self._starts = [start for start, _ in spans]
        self._spans = spans
        self._outer = _outer(spans)
        self._scopes: dict[int, list[int]] = {}
        self.functions = {n.range().start.index: n for n in functions}
        self.modules = dict(imported_names(syntax))
        self.all: list[Binding] = []
        self._by_name: dict[tuple[int, str], list[Binding]] = {}
        for binding in self._read(syntax):
            self.all.append(binding)
            self._by_name.setdefault((binding.scope, binding.name), []).append(binding)

    def scopes(self, node: SgNode) -> list[int]:
        """The functions around a node, innermost first, and the module; each by where it starts."""
        at = node.range().start.index
        known = self._scopes.get(at)
        if known is None:
            known = self._scopes[at] = []
            number = bisect_right(self._starts, at) - 1
            while number >= 0:
                start, end = self._spans[number]
                if at < end:
                    known.append(start)
                number = self._outer[number]
            known.append(MODULE)
        return known

    def of(self, node: SgNode, name: str = "") -> list[Binding]:
        """The bindings of the name at a node, from the nearest scope that has any."""
        name = name or dotted(node)
        for scope in self.scopes(node) if name else ():
            found = self._by_name.get((scope, name))
            if found:
                return found
        owner, _, own = name.partition(".")
        if owner in ("self", "cls", "this") and own and "." not in own:
            return self._by_name.get((MODULE, own), [])  # an attribute that the class body sets
        return []

    def declares(self, scope: int, name: str) -> bool:
        """True where this scope gives the name a value, or takes it as a parameter."""
        return (scope, name) in self._by_name

    def value(self, node: SgNode | None, depth: int = 4) -> SgNode | None:
        """The expression that a node stands for: wrappers peeled off, a name followed to its only
        value; the name itself where it has several values or none that is known."""
        node = peeled(node)
        if node is None or depth == 0 or node.kind() not in ("identifier", "attribute", *_MEMBERS):
            return node
        found = self.of(node)
        if len(found) != 1 or found[0].value is None or found[0].keys:
            return node
        return self.value(found[0].value, depth - 1)

    def module(self, node: SgNode | None) -> str:
        """The module that the first part of a dotted name was imported from; '' for other names."""
        name = dotted(node) if node else ""
        return self.modules.get(name.partition(".")[0].removesuffix("()"), "")

    def qualified(self, call: SgNode) -> str:
        """The dotted name that is called, with an imported first part spelled out: for Python
        `rq.get` is "requests.get", for JavaScript `ai.embed` is "ai.ai.embed"."""
        name = callee(call)
        head, dot, rest = name.partition(".")
        module = self.modules.get(head.removesuffix("()"))
        if module is None:
            return name
        return f"{module}{dot}{rest}" if self.python else f"{module}.{name}"

    def _read(self, syntax: Syntax) -> Iterator[Binding]:
        for node in self.functions.values():
            yield from self._parameters(node)
        if syntax.python:
            for node, target, value in syntax.assignments:
                yield from self._bind(node, target, value)
            for node in syntax.nodes("with_statement"):
                for item in node.find_all(kind="as_pattern"):
                    target = item.child(2)
                    yield from self._bind(item, target, item.child(0))
            for node in syntax.nodes("named_expression"):
                yield from self._bind(node, node.field("name"), node.field("value"))
            return
        for node, target, value in syntax.assignments:
            yield from self._bind(node, target, value)
        for node in syntax.nodes("assignment_expression"):
            yield from self._bind(node, node.field("left"), node.field("right"))
        fields = "field_definition" if self.plain else "public_field_definition"
        for node in syntax.nodes(fields):
            name, value = node.field("name") or node.field("property"), node.field("value")
            if name is not None and value is not None:
                yield Binding(f"this.{name.text()}", value, node, MODULE)

    def _bind(self, node: SgNode, target: SgNode | None, value: SgNode | None) -> Iterator[Binding]:
        if target is None or value is None:
            return
        declares = node.kind() in ("variable_declarator", "as_pattern") or self.python
        for name, keys in targets(target):
            home = MODULE if "." in name else self.scopes(node)[0]
            if not declares and "." not in name:
                known = [s for s in self.scopes(node) if (s, name) in self._by_name]
                home = known[0] if known else home
            yield Binding(name, value, node, home, keys)

    def _parameters(self, function: SgNode) -> Iterator[Binding]:
        scope = function.range().start.index
        for name in parameters(function):
            for inner, keys in targets(name):
                yield Binding(inner, None, name, scope, keys)


def _outer(spans: list[tuple[int, int]]) -> list[int]:
    """The number of the function around each function; -1 where there is none."""
    outer: list[int] = []
    for number, (start, _) in enumerate(spans):
        around = number - 1
        while around >= 0 and spans[around][1] <= start:
            around = outer[around]
        outer.append(around)
    return outer


@lru_cache(maxsize=4)
def bindings_of(syntax: Syntax) -> Bindings:
    """The bindings of a file; kept while its facts are read."""
    return Bindings(syntax)


_MEMBERS = ("member_expression", "shorthand_property_identifier")
