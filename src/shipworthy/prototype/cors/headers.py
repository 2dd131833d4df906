"""Access-Control headers that the code sends by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, arguments, callee, string
from shipworthy.prototype.cors.allowed import AllowedOrigin, allowed_by

_ORIGIN = "access-control-allow-origin"
_CREDENTIALS = "access-control-allow-credentials"
_SETTERS = frozenset(
    "setHeader set header append headers.set headers.append add_header setdefault writeHead".split()
)


@dataclass(frozen=True)
class Header:
    """One Access-Control-Allow-Origin, and whether cookies are allowed beside it."""

    origin: AllowedOrigin
    credentials: bool
    node: SgNode


def headers(syntax: Syntax, bindings: Bindings) -> Iterator[Header]:
    """Each header of an object literal, of a set call, and of a header list of next.config."""
    named = list(_named(syntax))
    allowing = [node for name, node, value in named if name == _CREDENTIALS and _is_true(value)]
    for name, node, value in named:
        if name == _ORIGIN:
            origin = allowed_by(value, bindings)
            yield Header(origin, any(_together(node, other) for other in allowing), node)


def _named(syntax: Syntax) -> Iterator[tuple[str, SgNode, SgNode]]:
    """Header name, node and value."""
    for pair in syntax.nodes("pair") or syntax.root.find_all(kind="pair"):
        key, value = pair.field("key"), pair.field("value")
        if key is None or value is None:
            continue
        name = (string(key) or key.text()).lower()
        if name in (_ORIGIN, _CREDENTIALS):
            yield name, pair, value
        elif name == "key" and (string(value) or "").lower() in (_ORIGIN, _CREDENTIALS):
            beside = _beside(pair)  # { key: "Access-Control-…", value: "…" }
            if beside is not None:
                yield (string(value) or "").lower(), pair, beside
    for call in syntax.calls:
        given = arguments(call)
        name = (string(given[0]) or "").lower() if len(given) == 2 else ""
        if name in (_ORIGIN, _CREDENTIALS) and callee(call).rpartition(".")[2] in _SETTERS:
            yield name, call, given[1]
    for node in syntax.nodes("assignment", "assignment_expression"):
        left, right = node.field("left"), node.field("right")
        index = (left.field("subscript") or left.field("index")) if left is not None else None
        name = (string(index) or "").lower() if index is not None else ""
        if name in (_ORIGIN, _CREDENTIALS) and right is not None:
            yield name, node, right


def _beside(pair: SgNode) -> SgNode | None:
    holder = pair.parent()
    for other in holder.children() if holder is not None else ():
        key = other.field("key") if other.kind() == "pair" else None
        if key is not None and (string(key) or key.text()) == "value":
            return other.field("value")
    return None


def _is_true(value: SgNode) -> bool:
    return value.kind() == "true" or (string(value) or "").lower() == "true"


def _together(one: SgNode, other: SgNode) -> bool:
    """True for two headers of one object, of one list of headers, or set in one function."""
    if one.kind() == other.kind() == "pair":
        return any(_same(a, b) for a, b in zip(_holders(one), _holders(other), strict=False))
    return _home(one) == _home(other)


def _holders(pair: SgNode) -> list[SgNode]:
    """The object of a pair; for `{ key: …, value: … }` the list that it stands in."""
    holder = pair.parent()
    key = pair.field("key")
    if holder is not None and key is not None and key.text() == "key":
        holder = holder.parent()
    return [holder] if holder is not None else []


def _same(one: SgNode, other: SgNode) -> bool:
    return one.range().start.index == other.range().start.index


def _home(node: SgNode) -> int:
    for above in node.ancestors():
        if above.kind() in FUNCTIONS:
            return above.range().start.index
    return -1
