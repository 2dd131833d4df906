"""The expressions of Python, put into the small language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ast_grep_py import SgNode

from shipworthy.prototype.program.nodes import (
    Call,
    Choice,
    Compare,
    Compute,
    Either,
    Expression,
    Function,
    Index,
    Items,
    Lambda,
    Literal,
    Member,
    Name,
    Not,
    Record,
    Return,
    Spread,
    Text,
)
from shipworthy.prototype.program.python_parameters import parameters
from shipworthy.prototype.program.python_strings import added, content, filled, is_string, text_of
from shipworthy.regex import regex

_UNSAID = frozenset({"comment", "line_continuation", "type", "type_parameter", "type_conversion"})
_LONGEST = 50  # comparisons in a row, which would nest as deep as their number
_COMPARED = {sign: sign for sign in ("==", "!=", "<", "<=", ">", ">=", "in", "not in")}
_COMPARED |= {"is": "==", "is not": "!=", "<>": "!="}


def expression(node: SgNode) -> Expression:
    """Any expression; what is not known is Compute of its kind with the expressions inside it."""
    return _FORMS.get(node.kind(), _unknown)(node)


def line(node: SgNode) -> int:
    """The line a node starts on, from 1."""
    return node.range().start.line + 1


def said(node: SgNode) -> list[SgNode]:
    """The named nodes below a node without comments and types."""
    return [child for child in node.named_children() if child.kind() not in _UNSAID]


def several(nodes: Sequence[SgNode], at: int) -> Expression:
    """One expression as it is, several as a tuple."""
    return expression(nodes[0]) if len(nodes) == 1 else Items(tuple(map(expression, nodes)), at)


def _unknown(node: SgNode) -> Expression:
    return Compute(node.kind(), tuple(map(expression, said(node))), line(node))


def _peeled(node: SgNode) -> Expression:
    inner = said(node)
    return expression(inner[0]) if len(inner) == 1 else _unknown(node)


def _name(node: SgNode) -> Expression:
    return Name(node.text(), line(node))


def _dotted_name(node: SgNode) -> Expression:
    first, *rest = node.text().split(".")
    at = line(node)
    found: Expression = Name(first.strip(), at)
    for key in rest:
        found = Member(found, key.strip(), False, at)
    return found


def _number(node: SgNode) -> Expression:
    text = node.text()
    try:
        value = int(text, 0) if node.kind() == "integer" else float(text)
    except ValueError:  # 0777, 10L and 3j, and more digits than Python converts
        return Literal(text, line(node))
    return Literal(value, line(node))


def _constant(value: bool | None) -> Callable[[SgNode], Expression]:
    return lambda node: Literal(value, line(node))


def _string(node: SgNode) -> Expression:
    at, prefix = line(node), ""
    parts: list[Expression] = []
    for child in node.named_children():
        kind = child.kind()
        if kind == "string_start":
            prefix = child.text()
        elif kind == "string_content":
            parts.append(Literal(content(child, prefix), line(child)))
        elif kind == "interpolation":
            parts.append(_interpolation(child))
        elif kind != "string_end":
            parts.append(expression(child))
    return text_of(parts, at)


def _interpolation(node: SgNode) -> Expression:
    inner = said(node)
    formats = [child for child in inner if child.kind() == "format_specifier"]
    values = [child for child in inner if child.kind() != "format_specifier"]
    holes = [hole for form in formats for hole in said(form)]  # {total:{width}.2f}
    if holes or len(values) != 1:
        return Compute("format", tuple(map(expression, values + holes)), line(node))
    return expression(values[0])


def _concatenated(node: SgNode) -> Expression:
    return text_of([expression(child) for child in said(node)], line(node))


def _attribute(node: SgNode) -> Expression:
    owner, name = node.field("object"), node.field("attribute")
    if owner is None or name is None:
        return _unknown(node)
    return Member(expression(owner), name.text(), False, line(node))


def _subscript(node: SgNode) -> Expression:
    inner, at = said(node), line(node)
    if len(inner) < 2:
        return _unknown(node)
    key = several(inner[1:], at)
    if isinstance(key, Literal) and isinstance(key.value, str):
        return Member(expression(inner[0]), key.value, False, at)
    return Index(expression(inner[0]), key, at)


def _call(node: SgNode) -> Expression:
    function, listed, span = node.field("function"), node.field("arguments"), node.range()
    if function is None or listed is None:
        return _unknown(node)
    given: list[Expression] = []
    keywords: list[tuple[str, Expression]] = []
    for child in [listed] if listed.kind() == "generator_expression" else said(listed):
        kind = child.kind()
        if kind == "keyword_argument":
            name, value = child.field("name"), child.field("value")
            if name and value:
                keywords.append((name.text(), expression(value)))
        elif kind == "dictionary_splat":
            keywords.append(("...", _peeled(child)))
        else:
            given.append(expression(child))
    called = expression(function)
    return Call(called, tuple(given), tuple(keywords), span.start.line + 1, span.end.line + 1)


def _items(node: SgNode) -> Expression:
    return Items(tuple(map(expression, said(node))), line(node))


def _spread(node: SgNode) -> Expression:
    return Spread(_peeled(node), line(node))


def _dictionary(node: SgNode) -> Expression:
    pairs: list[tuple[str, Expression]] = []
    for child in said(node):
        key, value = child.field("key"), child.field("value")
        if child.kind() == "dictionary_splat":
            pairs.append(("...", _peeled(child)))
        elif key is None or value is None:
            pairs.append(("[]", expression(child)))
        else:
            name = expression(key)
            if isinstance(name, Literal):
                pairs.append((str(name.value), expression(value)))
            else:
                if not isinstance(name, Name):  # what is called to make the key is not to be lost
                    pairs.append(("[]", name))
                pairs.append(("[]", expression(value)))
    return Record(tuple(pairs), line(node))


def _comprehension(node: SgNode) -> Expression:
    parts: list[Expression] = []
    targets: list[Expression] = []
    for child in said(node):
        kind, inner = child.kind(), said(child)
        if kind == "for_in_clause" and len(inner) >= 2:
            targets.append(expression(inner[0]))
            parts.append(several(inner[1:], line(child)))
        elif kind == "if_clause" and len(inner) == 1:
            parts.append(expression(inner[0]))
        else:
            parts.append(expression(child))
    parts.append(Compute("for", tuple(targets), line(node)))
    return Compute("comprehension", tuple(parts), line(node))


def _binary(node: SgNode) -> Expression:
    left, sign, right = node.field("left"), node.field("operator"), node.field("right")
    if left is None or sign is None or right is None:
        return _unknown(node)
    return computed(sign.text(), expression(left), expression(right), line(node))


def computed(operator: str, left: Expression, right: Expression, at: int) -> Expression:
    """`left + right` and the like; strings put together are text."""
    if operator == "+":
        return added(left, right, at)
    if operator == "%" and (isinstance(left, Text) or is_string(left)):
        return filled(left, right, at)
    return Compute(operator, (left, right), at)


def _boolean(node: SgNode) -> Expression:
    left, sign, right = node.field("left"), node.field("operator"), node.field("right")
    if left is None or sign is None or right is None:
        return _unknown(node)
    return Either(sign.text(), expression(left), expression(right), line(node))


def _not(node: SgNode) -> Expression:
    inner = said(node)
    if len(inner) != 1:
        return _unknown(node)
    return Not(expression(inner[0]), line(node), inner[0].kind() == "call")


def _unary(node: SgNode) -> Expression:
    operator, operand = node.field("operator"), node.field("argument")
    if operator is None or operand is None:
        return _unknown(node)
    return negated(operator.text(), expression(operand), line(node))


def negated(operator: str, value: Expression, at: int) -> Expression:
    """`-value` and the like; the negative of a number is a number."""
    if operator == "-" and isinstance(value, Literal) and isinstance(value.value, (int, float)):
        return Literal(-value.value, at)
    return Compute(operator, (value,), at)


def _comparison(node: SgNode) -> Expression:
    operators: list[str] = []
    operands: list[Expression] = []
    for child in node.children():
        kind = child.kind()
        if kind in _COMPARED:
            operators.append(_COMPARED[kind])
        elif kind not in _UNSAID:
            operands.append(expression(child))
    at = line(node)
    if not 0 < len(operators) < _LONGEST or len(operands) != len(operators) + 1:
        return Compute("comparison", tuple(operands), at)
    found: Expression = Compare(operators[0], operands[0], operands[1], at)
    for index in range(1, len(operators)):
        compared = Compare(operators[index], operands[index], operands[index + 1], at)
        found = Either("and", found, compared, at)
    return found


def _choice(node: SgNode) -> Expression:
    inner = said(node)
    if len(inner) != 3:
        return _unknown(node)
    then, test, other = map(expression, inner)
    return Choice(test, then, other, line(node))


def _lambda(node: SgNode) -> Expression:
    span, body = node.range(), node.field("body")
    at, end = span.start.line + 1, span.end.line + 1
    returned = (Return(expression(body), at),) if body else ()
    listed = parameters(node.field("parameters"), expression)
    return Lambda(Function("", listed, returned, (), (), at, end), at)


def _walrus(node: SgNode) -> Expression:
    return Compute("=", tuple(map(expression, said(node))), line(node))


def _computed_as(operator: str) -> Callable[[SgNode], Expression]:
    return lambda node: Compute(operator, tuple(map(expression, said(node))), line(node))


def _slice(node: SgNode) -> Expression:
    """`[:4]` and `[-4:]` are "a few"; `[4:]` is nearly all."""
    few = _FEW.match(node.text().replace(" ", ""))
    return Compute("few" if few else "slice", tuple(map(expression, said(node))), line(node))


_FEW = regex(r"0?:\d$|-\d:$")


_FORMS: dict[str, Callable[[SgNode], Expression]] = {
    "identifier": _name,
    "keyword_identifier": _name,
    "dotted_name": _dotted_name,
    "attribute": _attribute,
    "call": _call,
    "string": _string,
    "concatenated_string": _concatenated,
    "integer": _number,
    "float": _number,
    "true": _constant(True),
    "false": _constant(False),
    "none": _constant(None),
    "ellipsis": _computed_as("..."),
    "subscript": _subscript,
    "dictionary": _dictionary,
    "list": _items,
    "tuple": _items,
    "set": _items,
    "expression_list": _items,
    "pattern_list": _items,
    "tuple_pattern": _items,
    "list_pattern": _items,
    "list_splat": _spread,
    "list_splat_pattern": _spread,
    "dictionary_splat": _spread,
    "dictionary_splat_pattern": _spread,
    "binary_operator": _binary,
    "boolean_operator": _boolean,
    "comparison_operator": _comparison,
    "not_operator": _not,
    "unary_operator": _unary,
    "conditional_expression": _choice,
    "lambda": _lambda,
    "named_expression": _walrus,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "slice": _slice,
    "pair": _computed_as("pair"),
    "yield": _computed_as("yield"),
    "await": _peeled,
    "parenthesized_expression": _peeled,
    "format_expression": _peeled,
    "as_pattern_target": _peeled,
}
