"""One query as its call chain states it, and the questions asked of such chains."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.prototype.code.syntax import Link, chain, member_of

CALLS = ("call_expression", "call")
MEMBERS = ("member_expression", "attribute")


class QueryCall(Struct, frozen=True):
    """A query before its surroundings are read. `top` is the call at the end of its chain; `text`
    the statement of one that is written as SQL, holes as {}."""

    library: str
    operation: str
    table: str | None
    top: SgNode
    links: tuple[Link, ...] = ()
    columns: str | None = None
    filters: tuple[str, ...] = ()
    limited: bool = False
    text: str = ""


def called_name(call: SgNode) -> str:
    """The last part of the name that is called; '' for a call of something without a name."""
    function = call.field("function")
    if function is None:
        return ""
    if function.kind() == "identifier":
        return function.text()
    name = member_of(function)
    return name.text() if name else ""


def chain_top(node: SgNode) -> SgNode:
    """The last call of the chain that this node begins or stands in."""
    while True:
        parent = node.parent()
        if parent is None or parent.kind() not in MEMBERS:
            return node
        above = parent.parent()
        if above is None or above.kind() not in CALLS:
            return node
        node = above


def links_of(call: SgNode) -> tuple[SgNode, tuple[Link, ...]]:
    """The end of a call's chain and all links of the chain."""
    top = chain_top(call)
    return top, tuple(chain(top))


_LEAVES = frozenset(
    """identifier property_identifier shorthand_property_identifier shorthand_property_identifier_pattern
    type_identifier string_fragment number integer null true false undefined this comment
    predefined_type statement_identifier""".split()
)


def within(
    node: SgNode, kinds: frozenset[str], stop: frozenset[str] = frozenset()
) -> Iterator[SgNode]:
    """The nodes of these kinds inside a node, in order, but not those inside a kind of `stop`.

    Unlike ast-grep's own search it takes the kinds of any grammar.
    """
    pending = node.named_children()[::-1]  # the others (the keyword `await`) are leaves
    while pending:
        child = pending.pop()
        kind = child.kind()
        if kind in kinds:
            yield child
        if kind not in stop and kind not in _LEAVES:
            pending += child.named_children()[::-1]
