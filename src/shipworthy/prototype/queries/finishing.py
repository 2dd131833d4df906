"""What is put to a query under its name before somebody waits for it."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, Link, callee, chain, enclosing
from shipworthy.prototype.queries.chains import MEMBERS, QueryCall, chain_top
from shipworthy.prototype.queries.gathered import WRAPPERS
from shipworthy.prototype.queries.uses import uses

_ENDS = frozenset({"then", "execute", "all", "exec"})


def later_links(call: QueryCall) -> list[tuple[list[Link], bool]] | None:
    """The links that are added under the name of a query, and whether only at times; None where
    the query goes elsewhere before anybody waits for it."""
    node = call.top
    parent = node.parent()
    while parent is not None and parent.kind() in WRAPPERS and parent.kind() != "await_expression":
        node, parent = parent, parent.parent()
    if parent is None:
        return None
    kind = parent.kind()
    if kind in ("await_expression", "await") or any(n.name in _ENDS for n in call.links):
        return []
    if kind in ("array", "list"):
        return [] if _is_gathered(parent) else None
    if kind in ("return_statement", "arrow_function"):
        function = parent if kind == "arrow_function" else enclosing(node, FUNCTIONS)
        return [] if function is not None and function.text().startswith("async") else None
    target = parent.field("name") or parent.field("left")
    function = enclosing(node, FUNCTIONS)
    if target is None or target.kind() != "identifier" or function is None:
        return None
    return _added(target.text(), parent, function)


def _is_gathered(array: SgNode) -> bool:
    given = array.parent()
    call = given.parent() if given is not None else None
    return call is not None and callee(call) in ("Promise.all", "Promise.allSettled")


def _added(name: str, holder: SgNode, function: SgNode) -> list[tuple[list[Link], bool]] | None:
    found: list[tuple[list[Link], bool]] = []
    for use in uses(name, function, holder.range().end.index):
        parent = use.parent()
        if parent is None or _is_target(use, parent):
            continue
        if parent.kind() in MEMBERS:
            top = chain_top(use)
            found.append((chain(top)[1:], _is_conditional(use, function)))
        elif parent.kind() not in ("await_expression", "await", "ternary_expression"):
            array = parent.kind() == "array" and _is_gathered(parent)
            if not array:
                return None
    return found


def _is_target(use: SgNode, parent: SgNode) -> bool:
    left = parent.field("left")
    return parent.kind() in ("assignment_expression", "assignment") and left == use


_BRANCHES = frozenset(
    "if_statement ternary_expression conditional_expression switch_case binary_expression".split()
)


def _is_conditional(use: SgNode, function: SgNode) -> bool:
    return any(above.kind() in _BRANCHES for above in _between(use, function))


def _between(node: SgNode, outer: SgNode) -> Iterator[SgNode]:
    for above in node.ancestors():
        if above == outer:
            return
        yield above
