"""The `!` of TypeScript, which tree-sitter's grammar binds too loosely: `a !== b!.c` is read as
`(a !== b)!.c`, and `x && y!.z()` as `(x && y)!.z()`. Here they are put right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.operators import joined, negated, operator_of
from shipworthy.prototype.program.javascript.tree import expression, inner, line
from shipworthy.prototype.program.nodes import Expression
from shipworthy.regex import regex

_LOOSE = frozenset({"binary_expression", "unary_expression"})
_POSTFIX = frozenset({"call_expression", "member_expression", "subscript_expression"})
Puts = Mapping[str, Callable[[SgNode, Expression], Expression]]


# The sign comes first, what stands before it after: a search starts fast at a literal.
_SIGN = regex(r"!(?<=[\w)\]]!)\s*(?:\?\.|[.\[(!])")


class _Reading:
    """Whether the file that is being lowered has such a sign at all: most have none, and to look for one
    at every call takes half as long as to lower it."""

    signs = False


def begin(text: str) -> None:
    """A file is about to be lowered, as a whole and before the next one."""
    _Reading.signs = _SIGN.search(text) is not None


def asserted(node: SgNode, puts: Puts) -> Expression | None:
    """The operation whose last operand the calls and properties after a `!` belong to; None where
    nothing was read wrongly."""
    if not _Reading.signs:
        return None
    after: list[SgNode] = []
    while True:
        kind = node.kind()
        if kind == "non_null_expression":
            parts = inner(node)
            if len(parts) != 1:
                return None
            if parts[0].kind() in _LOOSE:
                return _onto(parts[0], after[::-1], puts)
            node = parts[0]
        elif kind in _POSTFIX:
            owner = node.child(0)
            if owner is None:
                return None
            after.append(node)
            node = owner
        else:
            return None


def _onto(node: SgNode, after: list[SgNode], puts: Puts) -> Expression:
    """An operation with what follows put onto its last operand."""
    operands, kind = inner(node), node.kind()
    if kind == "non_null_expression" and len(operands) == 1:
        return _onto(operands[0], after, puts)
    if kind == "binary_expression" and len(operands) == 2:
        last = _onto(operands[1], after, puts)
        return joined(operator_of(node), expression(operands[0]), last, line(node))
    if kind == "unary_expression" and len(operands) == 1:
        return negated(operator_of(node), _onto(operands[0], after, puts), line(node))
    result = expression(node)
    for each in after:
        result = puts[each.kind()](each, result)
    return result
