"""What lowers which kind of node, and the nodes that matter: neither types, comments nor wrappers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ast_grep_py import SgNode

from shipworthy.prototype.program.nodes import (
    Compute,
    Do,
    Expression,
    Function,
    Lambda,
    Literal,
    Statement,
)

LowersExpression: TypeAlias = Callable[[SgNode], Expression]
LowersStatement: TypeAlias = Callable[[SgNode, list[Statement]], None]

EXPRESSIONS: dict[str, LowersExpression] = {}
STATEMENTS: dict[str, LowersStatement] = {}

_SKIPPED = frozenset(
    """comment html_comment hash_bang_line type_annotation type_arguments type_parameters
    asserts_annotation type_predicate_annotation accessibility_modifier override_modifier
    optional_chain implements_clause interface_declaration type_alias_declaration
    function_signature method_signature abstract_method_signature index_signature
    ambient_declaration import_alias empty_statement debugger_statement
    predefined_type literal_type union_type object_type generic_type""".split()
)
_WRAPPERS = frozenset(
    """await_expression parenthesized_expression non_null_expression jsx_expression
    as_expression satisfies_expression type_assertion instantiation_expression
    computed_property_name""".split()
)
_BEFORE_A_TYPE = ("as_expression", "satisfies_expression", "instantiation_expression")


def lowers(*kinds: str) -> Callable[[LowersExpression], LowersExpression]:
    """Says that a function lowers the expressions of these kinds."""

    def remember(function: LowersExpression) -> LowersExpression:
        EXPRESSIONS.update(dict.fromkeys(kinds, function))
        return function

    return remember


def lowers_statement(*kinds: str) -> Callable[[LowersStatement], LowersStatement]:
    """Says that a function lowers the statements of these kinds, onto the end of a list."""

    def remember(function: LowersStatement) -> LowersStatement:
        STATEMENTS.update(dict.fromkeys(kinds, function))
        return function

    return remember


def line(node: SgNode) -> int:
    """Where a node starts, 1-based."""
    return node.range().start.line + 1


def inner(node: SgNode) -> list[SgNode]:
    """The children that are code: named, and neither types nor comments."""
    return [c for c in node.named_children() if c.kind() not in _SKIPPED]


def expression(node: SgNode) -> Expression:
    """An expression, or a pattern that is assigned to. Peels what changes no value."""
    kind = node.kind()
    while kind in _WRAPPERS:
        inside = inner(node)
        if not inside:
            return Literal(None, line(node))
        if len(inside) > 1 and kind not in _BEFORE_A_TYPE:  # code that could not be parsed
            return unknown(node)
        node = inside[0]
        kind = node.kind()
    return EXPRESSIONS.get(kind, unknown)(node)


def expressions(nodes: list[SgNode]) -> tuple[Expression, ...]:
    """Each of these expressions, in order."""
    # The tree can be 300 levels deep: a generator would take a third frame for each of them.
    lowered = []
    for node in nodes:
        lowered.append(expression(node))  # noqa: PERF401
    return tuple(lowered)


def is_hasty(node: SgNode) -> bool:
    """True for a call that is not waited for, whatever it stands in."""
    return _unwrapped(node).kind() == "call_expression"


def is_waiting(node: SgNode) -> bool:
    """True for `(await a)`."""
    return _unwrapped(node).kind() == "await_expression"


def _unwrapped(node: SgNode) -> SgNode:
    while node.kind() in _WRAPPERS and node.kind() != "await_expression":
        inside = inner(node)
        if not inside:
            return node
        node = inside[0]
    return node


def unknown(node: SgNode) -> Expression:
    """A form that has no node of its own: its kind and what stands in it."""
    at = line(node)
    parts: list[Expression] = []
    for child in inner(node):
        if child.kind() in STATEMENTS:
            body: list[Statement] = []
            statement(child, body)
            parts.append(Lambda(Function("", (), tuple(body), (), (), at, at), at))
        else:
            parts.append(expression(child))
    return Compute(node.kind(), tuple(parts), at)


def statement(node: SgNode, out: list[Statement]) -> None:
    """Puts a statement at the end of `out`: several where it declares several names."""
    kind = node.kind()
    lower = STATEMENTS.get(kind)
    if lower is not None:
        lower(node, out)
    elif kind not in _SKIPPED:
        out.append(Do(expression(node), line(node)))


def body(node: SgNode | None) -> tuple[Statement, ...]:
    """The statements of a block, or the one statement that stands in its place."""
    out: list[Statement] = []
    if node is None:
        return ()
    if node.kind() != "statement_block":
        statement(node, out)
        return tuple(out)
    for child in node.children():
        if child.is_named():
            statement(child, out)
    return tuple(out)
