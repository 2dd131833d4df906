"""Which names a pattern binds, and what stands inside wrappers such as await and parentheses."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import dotted, string

_WRAPPERS = frozenset(
    """await_expression await parenthesized_expression non_null_expression as_expression
    satisfies_expression type as_pattern_target""".split()
)


def peeled(node: SgNode | None) -> SgNode | None:
    """The expression inside await, parentheses, `!`, `as` and `satisfies`."""
    while node is not None and node.kind() in _WRAPPERS:
        node = next((c for c in node.children() if c.is_named()), None)
    return node


def targets(pattern: SgNode) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names that a pattern binds, each with the properties it is taken out of."""
    kind = pattern.kind()
    if kind in ("identifier", "shorthand_property_identifier_pattern"):
        name = pattern.text()
        yield name, () if kind == "identifier" else (name,)
    elif kind in ("attribute", "member_expression"):
        yield dotted(pattern), ()
    elif kind in ("subscript", "subscript_expression"):
        key = _subscript(pattern)
        if key:
            yield key, ()
    elif kind == "pair_pattern":
        key_node, value = pattern.field("key"), pattern.field("value")
        for name, keys in targets(value) if value else ():
            yield name, (key_node.text() if key_node else "", *keys)
    elif kind in ("assignment_pattern", "object_assignment_pattern"):
        left = pattern.field("left")
        yield from targets(left) if left else ()
    elif kind == "as_pattern_target":
        for child in pattern.children():
            yield from targets(child)
    elif kind in _PATTERNS:
        for index, child in enumerate(c for c in pattern.children() if c.is_named()):
            for name, keys in targets(child):
                yield name, keys if kind == "object_pattern" else (str(index), *keys)


_PATTERNS = frozenset(
    """object_pattern array_pattern rest_pattern pattern_list tuple_pattern list_pattern
    list_splat_pattern""".split()
)


def parameters(function: SgNode) -> list[SgNode]:
    """The parameters of a function in order, each as the name or pattern that it binds."""
    single = function.field("parameter")
    if single:
        return [single]
    listed = function.field("parameters")
    found: list[SgNode] = []
    for child in listed.children() if listed else ():
        if not child.is_named() or child.kind() == "comment":
            continue
        inner = child.field("pattern") or child.field("name")
        if inner is None and child.kind() not in ("identifier", *_PATTERNS):
            inner = next((c for c in child.children() if c.kind() == "identifier"), None)
        found.append(inner or child)
    return found


def _subscript(node: SgNode) -> str:
    """`st.session_state["sql"]` as the dotted name `st.session_state.sql`."""
    base = node.field("value") or node.field("object")
    index = node.field("subscript") or node.field("index")
    key = string(index) if index else None
    return f"{dotted(base)}.{key}" if base and key and dotted(base) else ""
