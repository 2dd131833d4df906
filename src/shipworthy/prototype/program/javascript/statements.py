"""Statements: declarations, assignments, tries and what leaves them."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.tree import (
    STATEMENTS,
    body,
    expression,
    inner,
    is_hasty,
    line,
    lowers_statement,
    statement,
)
from shipworthy.prototype.program.nodes import (
    Compute,
    Do,
    Expression,
    Handler,
    Index,
    Leave,
    Let,
    Literal,
    Member,
    Name,
    Return,
    Statement,
    Throw,
    Try,
    With,
)


@lowers_statement("expression_statement")
def _effect(node: SgNode, out: list[Statement]) -> None:
    for value in inner(node):
        effect(value, out)


def effect(node: SgNode, out: list[Statement]) -> None:
    """An expression for its effect: those after one another, assignments and `x++` are told apart."""
    kind = node.kind()
    while kind == "parenthesized_expression" and len(inner(node)) == 1:
        node = inner(node)[0]
        kind = node.kind()
    if kind in _EFFECTS:
        _EFFECTS[kind](node, out)
    elif kind in STATEMENTS:
        STATEMENTS[kind](node, out)
    else:
        out.append(Do(expression(node), line(node), is_hasty(node)))


def _assign(node: SgNode, out: list[Statement]) -> None:
    value, at = expression(node), line(node)
    chain: list[Expression] = []
    while isinstance(value, Compute) and value.operator == "=":  # `a = b = c` is b = c, a = b
        target, given = value.parts
        if chain and not isinstance(target, Name | Member | Index):
            break
        chain.append(target)
        value = given
    if not chain:
        out.append(Do(value, at))
    for each in reversed(chain):
        out.append(Let(each, value, at, declared=False))
        value = each


def _step(node: SgNode, out: list[Statement]) -> None:
    value, at = expression(node), line(node)
    if isinstance(value, Compute) and len(value.parts) == 1 and value.operator in ("++", "--"):
        target = value.parts[0]
        stepped = Compute(value.operator[0], (target, Literal(1, at)), at)
        out.append(Let(target, stepped, at, declared=False))
    else:
        out.append(Do(value, at))


def _one_by_one(node: SgNode, out: list[Statement]) -> None:
    for part in inner(node):
        effect(part, out)


_EFFECTS = {
    "assignment_expression": _assign,
    "augmented_assignment_expression": _assign,
    "update_expression": _step,
    "sequence_expression": _one_by_one,
}


@lowers_statement("lexical_declaration", "variable_declaration", "using_declaration")
def declare(node: SgNode, out: list[Statement]) -> None:
    """One Let for each declared name or pattern; `let x;` gives it nothing."""
    for part in inner(node):
        if part.kind() != "variable_declarator":
            out.append(Do(expression(part), line(part)))
            continue
        sides, at = inner(part), line(part)
        if sides:
            value = expression(sides[-1]) if len(sides) > 1 else Literal(None, at)
            hasty = len(sides) > 1 and is_hasty(sides[-1])
            out.append(Let(expression(sides[0]), value, at, hasty=hasty))


@lowers_statement("statement_block", "labeled_statement", "export_statement", "ERROR")
def _within(node: SgNode, out: list[Statement]) -> None:
    for part in inner(node):
        if part.kind() != "statement_identifier":
            statement(part, out)


@lowers_statement("with_statement")
def _with(node: SgNode, out: list[Statement]) -> None:
    object, done = node.field("object"), node.field("body")
    items = ((expression(object), None),) if object is not None else ()
    out.append(With(items, body(done), line(node)))


@lowers_statement("try_statement")
def _try(node: SgNode, out: list[Statement]) -> None:
    tried: tuple[Statement, ...] = ()
    handlers: list[Handler] = []
    final: tuple[Statement, ...] = ()
    for part in inner(node):
        kind = part.kind()
        if kind == "catch_clause":
            handlers.append(_handler(part))
        elif kind == "finally_clause":
            final = tuple(s for block in inner(part) for s in body(block))
        else:
            tried += body(part)
    out.append(Try(tried, tuple(handlers), final, line(node)))


def _handler(node: SgNode) -> Handler:
    """The error that a pattern takes apart is called `{}`."""
    at, name = line(node), ""
    done: tuple[Statement, ...] = ()
    for part in inner(node):
        kind = part.kind()
        if kind == "statement_block":
            done += body(part)
        elif kind == "identifier":
            name = part.text()
        else:
            name = "{}"
            done += (Let(expression(part), Name(name, at), at),)
    return Handler(name, "", done, at)


@lowers_statement("return_statement")
def _return(node: SgNode, out: list[Statement]) -> None:
    out.append(Return(_only(node), line(node)))


@lowers_statement("throw_statement")
def _throw(node: SgNode, out: list[Statement]) -> None:
    out.append(Throw(_only(node), line(node)))


@lowers_statement("break_statement", "continue_statement")
def _leave(node: SgNode, out: list[Statement]) -> None:
    out.append(Leave(line(node)))


def _only(node: SgNode) -> Expression | None:
    parts = inner(node)
    if len(parts) > 1:
        return Compute(node.kind(), tuple(expression(part) for part in parts), line(node))
    return expression(parts[0]) if parts else None
