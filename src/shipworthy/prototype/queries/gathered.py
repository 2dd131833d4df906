"""Queries that are gathered in a list and waited for together, so that nobody reads their results."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, callee, enclosing
from shipworthy.prototype.queries.uses import BLOCKS, named, uses

WRAPPERS = frozenset(
    """await_expression parenthesized_expression as_expression satisfies_expression
    non_null_expression type_assertion""".split()
)
"""What stands around a value without changing it."""


def is_unread_later(node: SgNode, parent: SgNode) -> bool:
    """True for a query in `rows.map((row) => client…)` or `updates.push(client…)` where
    `await Promise.all(…)` of these is all that follows."""
    if parent.kind() == "arrow_function":
        return _is_mapped_away(parent)
    return (
        parent.kind() == "arguments"
        and node.kind() != "await_expression"
        and _is_pushed_away(parent)
    )


def _is_mapped_away(function: SgNode) -> bool:
    given = function.parent()
    mapping = given.parent() if given is not None and given.kind() == "arguments" else None
    if mapping is None or not callee(mapping).endswith(".map"):
        return False
    holder = mapping.parent()
    if holder is not None and holder.kind() == "variable_declarator":
        return _is_only_awaited(holder)
    return _is_untaken(mapping)


def _is_pushed_away(given: SgNode) -> bool:
    call = given.parent()
    name, _, method = callee(call).rpartition(".") if call is not None else ("", "", "")
    if call is None or method != "push" or not name.isidentifier():
        return False
    holder = _declared(name, call)
    return holder is not None and _is_only_awaited(holder)


def _declared(name: str, use: SgNode) -> SgNode | None:
    """Where the function around a use declares a name."""
    function = enclosing(use, FUNCTIONS)
    for above in use.ancestors():
        if above == function:
            return None
        for statement in above.children():
            if statement.kind() == "lexical_declaration":
                for holder in named(statement):
                    target = holder.field("name")
                    if target is not None and target.text() == name:
                        return holder
    return None


def _is_only_awaited(holder: SgNode) -> bool:
    """True for a list of promises under a name where all that is done is to wait for them."""
    target, scope = holder.field("name"), enclosing(holder, BLOCKS)
    if target is None or target.kind() != "identifier" or scope is None:
        return False
    found = list(uses(target.text(), scope, holder.range().end.index))
    waits = [use for use in found if not _is_filled(use)]
    return bool(waits) and all(map(_is_untaken, waits))


def _is_filled(use: SgNode) -> bool:
    """`updates.push(…)`, and `updates.length`, which tells nothing of a result."""
    parent = use.parent()
    name = parent.field("property") if parent and parent.kind() == "member_expression" else None
    return name is not None and name.text() in ("push", "length")


def _is_untaken(promises: SgNode) -> bool:
    """`await Promise.all(promises);`, also where the name that it gets is never used."""
    given = promises.parent()
    call = given.parent() if given is not None and given.kind() == "arguments" else None
    if call is None or not callee(call).startswith("Promise.all"):
        return False
    parent = call.parent()
    while parent is not None and parent.kind() in WRAPPERS:
        parent = parent.parent()
    if parent is None or parent.kind() in ("expression_statement", "unary_expression"):
        return parent is not None
    target, scope = parent.field("name"), enclosing(parent, BLOCKS)
    if parent.kind() != "variable_declarator" or target is None or scope is None:
        return False
    is_name = target.kind() == "identifier"
    return is_name and not any(True for _ in uses(target.text(), scope, parent.range().end.index))
