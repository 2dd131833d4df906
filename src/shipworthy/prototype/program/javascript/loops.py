"""Loops: for, for-of, for-in, while and do."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.statements import effect
from shipworthy.prototype.program.javascript.tree import (
    body,
    expression,
    inner,
    line,
    lowers_statement,
    statement,
)
from shipworthy.prototype.program.nodes import Expression, Loop, Statement


@lowers_statement("for_in_statement")
def _for_each(node: SgNode, out: list[Statement]) -> None:
    target, over, done = node.field("left"), node.field("right"), node.field("body")
    out.append(Loop(_value(target), _value(over), body(done), line(node)))


@lowers_statement("for_statement")
def _for(node: SgNode, out: list[Statement]) -> None:
    start, test = node.field("initializer"), node.field("condition")
    done, step = node.field("body"), node.field("increment")
    if start is not None:
        statement(start, out)
    statements = list(body(done))
    if step is not None:
        effect(step, statements)
    out.append(Loop(None, _test(test), tuple(statements), line(node)))


@lowers_statement("while_statement", "do_statement")
def _while(node: SgNode, out: list[Statement]) -> None:
    test, done = node.field("condition"), node.field("body")
    out.append(Loop(None, _value(test), body(done), line(node)))


def _value(node: SgNode | None) -> Expression | None:
    return expression(node) if node is not None else None


def _test(node: SgNode | None) -> Expression | None:
    """The test of a for; in JavaScript's grammar it is a statement."""
    if node is None or node.kind() == "empty_statement":
        return None
    if node.kind() == "expression_statement":
        parts = inner(node)
        return expression(parts[0] if len(parts) == 1 else node)
    return expression(node)
