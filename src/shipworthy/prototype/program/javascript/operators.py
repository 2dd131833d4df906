"""Operators: arithmetic, comparisons, strings joined with +, assignments used as values."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.tree import (
    expression,
    expressions,
    inner,
    is_hasty,
    is_waiting,
    line,
    lowers,
    unknown,
)
from shipworthy.prototype.program.nodes import (
    Choice,
    Compare,
    Compute,
    Either,
    Expression,
    Literal,
    Not,
    Text,
)

_LOGICAL = {"||": "or", "&&": "and", "??": "??"}
_COMPARISONS = {
    **{operator: operator for operator in ("==", "!=", "<", "<=", ">", ">=", "in")},
    "===": "==",
    "!==": "!=",
}


@lowers("binary_expression")
def _binary(node: SgNode) -> Expression:
    rights: list[tuple[str, SgNode, int]] = []
    while node.kind() == "binary_expression":  # long sums are deep on the left
        operator, operands = operator_of(node), inner(node)
        if len(operands) != 2 or not operator:
            break
        rights.append((operator, operands[1], line(node)))
        node = operands[0]
    result = expression(node) if rights or node.kind() != "binary_expression" else unknown(node)
    for operator, right, at in reversed(rights):
        result = joined(operator, result, expression(right), at)
    return result


@lowers("unary_expression")
def _unary(node: SgNode) -> Expression:
    operator, operands, at = operator_of(node), inner(node), line(node)
    if len(operands) != 1:
        return unknown(node)
    made = negated(operator, expression(operands[0]), at)
    if not isinstance(made, Not):
        return made
    return Not(*made[:2], is_hasty(operands[0]), is_waiting(operands[0]))


def negated(operator: str, operand: Expression, at: int) -> Expression:
    """What an operator before an expression makes of it."""
    if operator == "!":
        return Not(operand, at)
    if operator == "-" and isinstance(operand, Literal) and type(operand.value) in (int, float):
        return Literal(-operand.value, at)  # type: ignore[operator]
    return Compute(operator, (operand,), at)


@lowers("update_expression")
def _update(node: SgNode) -> Expression:
    return Compute(operator_of(node), expressions(inner(node)), line(node))


@lowers("ternary_expression")
def _choice(node: SgNode) -> Expression:
    operands = inner(node)
    if len(operands) != 3:
        return unknown(node)
    test, then, other = operands
    return Choice(expression(test), expression(then), expression(other), line(node))


@lowers("assignment_expression", "augmented_assignment_expression")
def _assignment(node: SgNode) -> Expression:
    """Also as a value: `x += y` gives x + y to x."""
    sides, at = inner(node), line(node)
    if len(sides) != 2:
        return unknown(node)
    target, value = expression(sides[0]), expression(sides[1])
    if node.kind() == "augmented_assignment_expression":
        value = joined(operator_of(node).removesuffix("="), target, value, at)
    return Compute("=", (target, value), at)


@lowers("sequence_expression")
def _sequence(node: SgNode) -> Expression:
    return Compute(",", expressions(inner(node)), line(node))


@lowers("yield_expression")
def _yield(node: SgNode) -> Expression:
    parts = inner(node)
    given = (expression(parts[0]),) if len(parts) == 1 else expressions(parts)
    return Compute("yield", given, line(node))


def joined(operator: str, left: Expression, right: Expression, at: int) -> Expression:
    """What an operator between two expressions makes of them."""
    if operator in _LOGICAL:
        return Either(_LOGICAL[operator], left, right, at)
    if operator in _COMPARISONS:
        return Compare(_COMPARISONS[operator], left, right, at)
    if operator == "+" and (_is_text(left) or _is_text(right)):
        return Text((*_pieces(left), *_pieces(right)), at)
    return Compute(operator, (left, right), at)


def operator_of(node: SgNode) -> str:
    """The sign between or before operands."""
    return next((c.kind() for c in node.children() if not c.is_named()), "")


def _is_text(value: Expression) -> bool:
    return isinstance(value, Text) or (isinstance(value, Literal) and isinstance(value.value, str))


def _pieces(value: Expression) -> tuple[Expression, ...]:
    return value.parts if isinstance(value, Text) else (value,)
