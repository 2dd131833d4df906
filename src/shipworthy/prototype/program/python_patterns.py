"""The patterns of Python's match, as tests of what is matched."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.program.nodes import (
    Call,
    Compare,
    Compute,
    Expression,
    Items,
    Let,
    Name,
    Record,
    Spread,
)
from shipworthy.prototype.program.python_expressions import expression, line, negated, said


def matched(node: SgNode, subject: Expression) -> tuple[Expression | None, tuple[Let, ...]]:
    """The test that a pattern makes, None where it always holds, and the names it gives."""
    at, node = line(node), _inside(node)
    kind, inner = node.kind(), said(node)
    if kind == "as_pattern" and len(inner) == 2:
        test, names = matched(inner[0], subject)
        return test, (*names, Let(expression(inner[1]), subject, at))
    if kind == "case_pattern" and not inner:
        return None, ()  # `_`
    if kind == "dotted_name" and "." not in node.text():
        return None, (Let(expression(node), subject, at),)
    if kind == "union_pattern" and inner:
        return Compare("in", subject, Items(tuple(map(pattern, inner)), at), at), ()
    return Compare("==", subject, pattern(node), at), ()


def _inside(node: SgNode) -> SgNode:
    while node.kind() == "case_pattern":
        inner = said(node)
        if len(inner) != 1 or len(node.children()) != 1:
            break
        node = inner[0]
    return node


def pattern(node: SgNode) -> Expression:
    """A pattern as the value it stands for: a class is called, a sequence is Items."""
    node = _inside(node)
    kind, inner, at = node.kind(), said(node), line(node)
    if kind == "case_pattern":
        if len(inner) == 1:  # -1
            return negated("-", expression(inner[0]), at)
        return Compute(kind, tuple(map(pattern, inner)), at) if inner else Name("_", at)
    if kind in ("list_pattern", "tuple_pattern"):
        return Items(tuple(map(pattern, inner)), at)
    if kind == "splat_pattern":
        return Spread(pattern(inner[0]) if inner else Name("_", at), at)
    if kind == "class_pattern" and inner:
        return _class(node, inner)
    if kind == "dict_pattern":
        return _record(inner, at)
    if kind in ("union_pattern", "as_pattern", "keyword_pattern"):
        return Compute("|", tuple(map(pattern, inner)), at)
    return expression(node)


def _class(node: SgNode, inner: list[SgNode]) -> Expression:
    given: list[Expression] = []
    keywords: list[tuple[str, Expression]] = []
    for child in map(_inside, inner[1:]):
        parts = said(child)
        if child.kind() == "keyword_pattern" and len(parts) == 2:
            keywords.append((parts[0].text(), pattern(parts[1])))
        else:
            given.append(pattern(child))
    span = node.range()
    at, end = span.start.line + 1, span.end.line + 1
    return Call(expression(inner[0]), tuple(given), tuple(keywords), at, end)


def _record(inner: list[SgNode], at: int) -> Expression:
    pairs: list[tuple[str, Expression]] = []
    key = "[]"
    for child in inner:
        if child.kind() == "case_pattern":
            pairs.append((key, pattern(child)))
            key = "[]"
        elif child.kind() == "splat_pattern":
            pairs.append(("...", pattern(child)))
        else:
            literal = expression(child)
            key = str(getattr(literal, "value", "[]"))
    return Record(tuple(pairs), at)
