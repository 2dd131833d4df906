"""The values that a logging call shows whole, by name, and where such a value comes from."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.prototype.code.syntax import arguments, dotted, string
from shipworthy.prototype.queries.chains import CALLS, called_name, within

WHOLE = frozenset(
    """stringify dumps str repr String dict vars list toString trim toLowerCase toUpperCase lower
    upper strip model_dump to_dict dict as_dict fromEntries entries toJSON pformat format
    jsonify asdict inspect""".split()
)
"""Calls whose result shows their argument, or what they are called on, as it is."""
_LOOKUPS = frozenset({"get", "getenv"})
_HIDDEN = frozenset({"length", "size"})
NAMES = ("identifier", "member_expression", "attribute", "this")
_EITHER = ("||", "??", "or", "+", "%", "and", "&&")


class Value(Struct, frozen=True):
    """One value that is shown: its dotted name and whether it stands inside a string."""

    name: str
    node: SgNode
    embedded: bool = False


def values_of(node: SgNode, embedded: bool = False) -> Iterator[Value]:
    """The values that an argument of a logging call shows whole."""
    kind = node.kind()
    if kind in NAMES:
        name = dotted(node)
        if name and name.rpartition(".")[2] not in _HIDDEN:
            yield Value(name, node, embedded)
    elif kind in ("subscript_expression", "subscript"):
        name = _subscript(node)
        if name:
            yield Value(name, node, embedded)
    elif kind in CALLS:
        yield from _of_call(node, embedded)
    elif kind in ("binary_expression", "binary_operator", "boolean_operator"):
        yield from _of_operator(node, embedded)
    elif kind in ("ternary_expression", "conditional_expression"):
        for part in _branches(node):
            yield from values_of(part, embedded)
    elif kind in ("template_string", "string", "concatenated_string"):
        for child in node.children():
            if child.kind() in ("template_substitution", "interpolation", "string"):
                yield from _of_hole(child)
    elif kind in ("object", "dictionary", "array", "list", "tuple", "pair", "keyword_argument"):
        yield from _of_collection(node, embedded)
    elif kind == "shorthand_property_identifier":
        yield Value(node.text(), node, embedded)
    elif kind in WRAPPERS:
        inner = next((c for c in node.children() if c.is_named()), None)
        if inner is not None:
            yield from values_of(inner, embedded)


WRAPPERS = (
    "parenthesized_expression",
    "as_expression",
    "non_null_expression",
    "await_expression",
    "await",
    "satisfies_expression",
)


def literal_text(node: SgNode) -> str:
    """The literal parts of a message."""
    kind = node.kind()
    if kind in ("string", "template_string", "concatenated_string"):
        whole = string(node)
        if whole is not None:
            return whole
        parts = within(node, frozenset({"string_fragment", "string_content"}))
        return " ".join(part.text() for part in parts)
    if kind in ("binary_expression", "binary_operator"):
        left, right = node.field("left"), node.field("right")
        return " ".join(literal_text(side) for side in (left, right) if side is not None).strip()
    return ""


def _subscript(node: SgNode) -> str:
    """`data["email"]` is `data.email`; `users[0]` stays `users[]`."""
    base = node.field("object") or node.field("value")
    index = node.field("index") or node.field("subscript")
    if index is not None and index.kind() == "slice":
        return ""  # a part of it, usually the part that says nothing
    key = string(index) if index is not None else None
    head = dotted(base) if base is not None else ""
    if key is not None:
        return f"{head}.{key}"
    return f"{head}[]" if head else ""


def _of_call(call: SgNode, embedded: bool) -> Iterator[Value]:
    name, given = called_name(call), arguments(call)
    function = call.field("function")
    receiver = function.field("object") if function is not None else None
    if name in _LOOKUPS and given:
        key = string(given[0])
        if key is not None:
            yield Value(f"{dotted(receiver) if receiver else ''}.{key}", call, embedded)
    elif name in WHOLE:
        shown = given[:1] or ([receiver] if receiver is not None else [])
        if name == "format" and receiver is not None:
            shown = given
        is_text = name in ("toString", "String") and call.kind() == "call_expression"
        for part in shown:
            yield from values_of(part, is_text)
    elif name == "json" and receiver is not None:
        yield Value(f"{dotted(receiver)}.json()", call, embedded)


def _of_operator(node: SgNode, embedded: bool) -> Iterator[Value]:
    operator = node.field("operator")
    sign = operator.text() if operator is not None else ""
    if sign not in _EITHER:
        return
    left, right = node.field("left"), node.field("right")
    if left is not None and sign not in ("&&", "and"):
        yield from values_of(left, embedded or sign == "+")
    if right is not None:
        yield from values_of(right, embedded or sign == "+")


def _branches(node: SgNode) -> list[SgNode]:
    """What a conditional expression can give: not its condition."""
    if node.kind() == "ternary_expression":
        found = (node.field("consequence"), node.field("alternative"))
        return [part for part in found if part is not None]
    parts = [c for c in node.children() if c.is_named()]
    return [parts[0], parts[2]] if len(parts) == 3 else []


def _of_hole(child: SgNode) -> Iterator[Value]:
    if child.kind() == "string":
        yield from values_of(child)
        return
    inner = next((c for c in child.children() if c.is_named()), None)
    if inner is not None:
        yield from values_of(inner, True)


def _of_collection(node: SgNode, embedded: bool) -> Iterator[Value]:
    if node.kind() in ("pair", "keyword_argument"):
        value = node.field("value")
        if value is not None:
            yield from values_of(value, embedded)
        return
    for child in node.children():
        if child.is_named() and child.kind() != "comment":
            yield from values_of(child, embedded)
