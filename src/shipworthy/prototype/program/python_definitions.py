"""Functions and classes of Python, put into the small language."""

from __future__ import annotations

from typing import Any

from ast_grep_py import SgNode

from shipworthy.prototype.program.nodes import (
    Class,
    Compute,
    Define,
    Expression,
    Function,
    Handler,
    If,
    Let,
    Literal,
    Loop,
    Name,
    Statement,
    Try,
    With,
)
from shipworthy.prototype.program.python_expressions import expression, line, said
from shipworthy.prototype.program.python_parameters import parameters


def function(
    node: SgNode, body: tuple[Statement, ...], decorators: tuple[Expression, ...]
) -> Function:
    """A function from its node and its statements."""
    name, span = node.field("name"), node.range()
    listed = parameters(node.field("parameters"), expression)
    own = name.text() if name else ""
    at, end = span.start.line + 1, span.end.line + 1
    outside = _outside(node)
    if outside:
        body = tuple(_rebinding(statement, outside) for statement in body)
    waits = any(child.kind() == "async" for child in node.children())
    given = node.field("return_type")
    returns = given.text() if given else ""
    return Function(own, listed, body, decorators, (), at, end, waits, returns)


def _outside(node: SgNode) -> frozenset[str]:
    """The names that `global` and `nonlocal` of a function give to variables further out."""
    text = node.text()
    if "global " not in text and "nonlocal " not in text:
        return frozenset()
    found = (*node.find_all(kind="global_statement"), *node.find_all(kind="nonlocal_statement"))
    return frozenset(name.text() for said_ in found for name in said_.named_children())


def _rebinding(statement: Any, names: frozenset[str]) -> Any:
    """A statement in which the assignments to these names declare nothing."""
    if isinstance(statement, Let):
        rebinds = isinstance(statement.target, Name) and statement.target.id in names
        return statement._replace(declared=False) if rebinds else statement
    if not isinstance(statement, (If, Loop, Try, With, Handler)):
        return statement
    inside: Any = statement
    changed = {
        key: tuple(_rebinding(inner, names) for inner in getattr(inside, key))
        for key in ("body", "then", "other", "handlers", "final")
        if hasattr(inside, key)
    }
    return inside._replace(**changed)


def class_of(
    node: SgNode, body: tuple[Statement, ...], decorators: tuple[Expression, ...]
) -> Class:
    """A class from its node and its statements, which are sorted into fields, methods and others."""
    name, listed, span = node.field("name"), node.field("superclasses"), node.range()
    return Class(
        name.text() if name else "",
        tuple(_base(base) for base in said(listed)) if listed else (),
        tuple(statement for statement in body if isinstance(statement, Let)),
        tuple(statement.function for statement in body if isinstance(statement, Define)),
        decorators,
        span.start.line + 1,
        span.end.line + 1,
        tuple(statement for statement in body if not isinstance(statement, (Let, Define))),
    )


def _base(node: SgNode) -> Expression:
    name, value = node.field("name"), node.field("value")
    if node.kind() == "keyword_argument" and name and value:
        at = line(node)
        return Compute("keyword", (Literal(name.text(), at), expression(value)), at)
    return expression(node)


def annotated(node: SgNode) -> Expression:
    """What stands for the value of `name: str`: the annotation as written, and what it calls."""
    at = line(node)
    called = node.find_all(kind="call") if "(" in node.text() else ()
    outer: list[Expression] = []
    end = -1
    for call in called:
        span = call.range()
        if span.start.index >= end:
            outer.append(expression(call))
            end = span.end.index
    return Compute("annotation", (Literal(node.text(), at), *outer), at)
