"""Calls and the ways to reach into a value; objects and arrays, also as patterns."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.asserted import asserted
from shipworthy.prototype.program.javascript.functions import function_of
from shipworthy.prototype.program.javascript.literals import template
from shipworthy.prototype.program.javascript.tree import (
    expression,
    expressions,
    inner,
    line,
    lowers,
    unknown,
)
from shipworthy.prototype.program.nodes import (
    Call,
    Compute,
    Default,
    Expression,
    Index,
    Items,
    Lambda,
    Literal,
    Member,
    Name,
    Record,
    Spread,
    Text,
)

Pair = tuple[str, Expression]


@lowers("call_expression", "new_expression")
def _call(node: SgNode) -> Expression:
    parts = inner(node)
    if not parts:
        return unknown(node)
    if node.kind() == "call_expression" and (turned := asserted(node, _ON)) is not None:
        return turned
    return _given(node, parts, expression(parts[0]))


def _called(node: SgNode, function: Expression) -> Expression:
    return _given(node, inner(node), function)


def _given(node: SgNode, parts: list[SgNode], function: Expression) -> Expression:
    span = node.range()
    at, end = span.start.line + 1, span.end.line + 1
    given: tuple[Expression, ...] = ()
    for part in parts[1:]:
        kind = part.kind()
        if kind == "arguments":
            given += expressions(inner(part))
        elif kind == "template_string":  # the tag of a template is always given a Text
            text = template(part)
            given += (Text(text.parts if isinstance(text, Text) else (text,), at, tagged=True),)
        else:
            given += (expression(part),)
    return Call(function, given, (), at, end)


@lowers("member_expression")
def _member(node: SgNode) -> Expression:
    if (turned := asserted(node, _ON)) is not None:
        return turned
    return _member_of(node, None)


def _member_of(node: SgNode, owner: Expression | None) -> Expression:
    parts = node.children()
    if len(parts) < 3:
        return unknown(node)
    optional = parts[1].kind() in ("optional_chain", "?.")
    if len(parts) > 3:  # comments, or what could not be parsed
        named = inner(node)
        if len(named) != 2:
            return unknown(node)
        parts = named
    object = owner if owner is not None else expression(parts[0])
    return Member(object, parts[-1].text(), optional, line(node))


@lowers("subscript_expression")
def _subscript(node: SgNode) -> Expression:
    if (turned := asserted(node, _ON)) is not None:
        return turned
    return _element_of(node, None)


def _element_of(node: SgNode, owner: Expression | None) -> Expression:
    parts, at = inner(node), line(node)
    if len(parts) != 2:
        return unknown(node)
    object = owner if owner is not None else expression(parts[0])
    key = expression(parts[1])
    if isinstance(key, Literal) and isinstance(key.value, str):
        return Member(object, key.value, node.field("optional_chain") is not None, at)
    return Index(object, key, at)


_ON = {
    "call_expression": _called,
    "member_expression": _member_of,
    "subscript_expression": _element_of,
}
"""What puts a call, a property or an element on what is already lowered."""


@lowers("object", "object_pattern")
def _record(node: SgNode) -> Expression:
    pairs: list[Pair] = []
    for child in inner(node):
        pairs += _PAIRS.get(child.kind(), _other)(child)
    return Record(tuple(pairs), line(node))


@lowers("array", "array_pattern")
def _items(node: SgNode) -> Expression:
    elements: list[Expression] = []
    filled = False
    for child in node.children():
        if child.kind() == ",":
            if not filled:  # a hole counts: `const [, setOpen] = …`
                elements.append(Literal(None, line(child)))
            filled = False
        elif child.is_named() and child.kind() != "comment":
            elements.append(expression(child))
            filled = True
    return Items(tuple(elements), line(node))


@lowers("spread_element", "rest_pattern")
def _spread(node: SgNode) -> Expression:
    parts = inner(node)
    return Spread(expression(parts[0]), line(node)) if len(parts) == 1 else unknown(node)


@lowers("assignment_pattern", "object_assignment_pattern")
def _default(node: SgNode) -> Expression:
    parts = inner(node)
    if len(parts) != 2:
        return unknown(node)
    return Default(expression(parts[0]), expression(parts[1]), line(node))


def _pair(node: SgNode) -> list[Pair]:
    parts = inner(node)
    if len(parts) != 2:
        return _other(node)
    key, value = parts[0], expression(parts[1])
    if key.kind() == "property_identifier":
        return [(key.text(), value)]
    return _keyed(expression(key), value)


def _keyed(key: Expression, value: Expression) -> list[Pair]:
    if isinstance(key, Literal):
        return [(str(key.value), value)]
    base: Expression = key
    while isinstance(base, Member):
        base = base.object
    if isinstance(key, Member) and isinstance(base, Name) and key.key in _APART:
        return [("$ne", value)]  # `[Op.ne]: id` of Sequelize
    # What a computed key calls is not to be lost.
    return [("[]", value)] if isinstance(base, Name) else [("[]", value), ("[]", key)]


_APART = frozenset({"ne", "not", "notIn"})


def _shorthand(node: SgNode) -> list[Pair]:
    name = node.text()
    return [(name, Name(name, line(node)))]


def _shorthand_default(node: SgNode) -> list[Pair]:
    value = _default(node)
    target = value.target if isinstance(value, Default) else None
    return [(target.id if isinstance(target, Name) else "[]", value)]


def _method(node: SgNode) -> list[Pair]:
    name, function = node.field("name"), function_of(node)
    value = Lambda(function, function.at)
    if name is not None and name.kind() == "computed_property_name":
        return _keyed(expression(name), value)
    return [(function.name, value)]


def _rest(node: SgNode) -> list[Pair]:
    value = _spread(node)
    return [("...", value.value if isinstance(value, Spread) else value)]


def _other(node: SgNode) -> list[Pair]:
    return [("[]", Compute(node.kind(), expressions(inner(node)), line(node)))]


_PAIRS = {
    "pair": _pair,
    "pair_pattern": _pair,
    "shorthand_property_identifier": _shorthand,
    "shorthand_property_identifier_pattern": _shorthand,
    "object_assignment_pattern": _shorthand_default,
    "method_definition": _method,
    "spread_element": _rest,
    "rest_pattern": _rest,
}
