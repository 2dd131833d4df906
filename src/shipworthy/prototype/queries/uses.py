"""Where a name is used after it was set, and whether such a use only reaches the console."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, callee, identifiers
from shipworthy.prototype.queries.chains import within

BLOCKS = frozenset({"statement_block", "program", "switch_body", "class_body"})
_BOUND = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_STATEMENTS = frozenset({"expression_statement", "if_statement"})


def is_logged(use: SgNode) -> bool:
    """True where a value only reaches the console, or decides whether something is logged."""
    for above in use.ancestors():
        kind = above.kind()
        if kind == "call_expression":
            if callee(above).startswith("console."):
                return True
        elif kind == "if_statement":
            return _only_logs(above, use)
        elif kind in _STATEMENTS or kind in FUNCTIONS or kind in BLOCKS:
            return False
    return False


def _only_logs(statement: SgNode, use: SgNode) -> bool:
    """True for `if (error) console.error(…)` without an else."""
    condition, body = statement.field("condition"), statement.field("consequence")
    if condition is None or body is None or statement.field("alternative") is not None:
        return False
    if condition.range().end.index < use.range().end.index:
        return False
    steps = list(named(body)) if body.kind() == "statement_block" else [body]
    calls = [child for step in steps for child in named(step)]
    return (
        bool(steps)
        and all(step.kind() == "expression_statement" for step in steps)
        and all(c.kind() == "call_expression" and callee(c).startswith("console.") for c in calls)
    )


def uses(name: str, scope: SgNode, after: int) -> Iterator[SgNode]:
    """Where a name is read in a scope after an offset, the parameters of catch clauses left out."""
    span = scope.range()
    named_so = identifiers(scope.get_root().root()).get(name, ())
    first = bisect_left(named_so, max(after, span.start.index), key=_start)
    for node in named_so[first:]:
        if _start(node) >= span.end.index:
            break
        if not _is_shadowed(node, name, scope):
            yield node


def _start(node: SgNode) -> int:
    return node.range().start.index


def _is_shadowed(node: SgNode, name: str, scope: SgNode) -> bool:
    for above in node.ancestors():
        if above == scope:
            return False
        if above.kind() == "catch_clause":
            parameter = above.field("parameter")
            if parameter is not None and parameter.text() == name:
                return True
        if above.kind() in FUNCTIONS:
            parameters = above.field("parameters") or above.field("parameter")
            if parameters is not None and _binds(parameters, name):
                return True
    return False


def _binds(parameters: SgNode, name: str) -> bool:
    if parameters.kind() == "identifier":
        return parameters.text() == name
    return any(bound.text() == name for bound in within(parameters, _BOUND))


def named(node: SgNode) -> Iterator[SgNode]:
    return (c for c in node.children() if c.is_named() and c.kind() != "comment")
