"""The functions of a file that a call is reached through, by the names other code calls them."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, callee


def callers_of(node: SgNode, syntax: Syntax) -> tuple[str, ...]:
    """The functions of the file that a call is reached through, its own first."""
    names: list[str] = []
    pending = [node]
    while pending:
        function = holder_of(pending.pop())
        name = name_in_file(function) if function is not None else ""
        if name and name not in names:
            names.append(name)
            pending += syntax.calls_by_name.get(name, ())
    return tuple(names)


def holder_of(node: SgNode) -> SgNode | None:
    """The nearest function with a name around a node."""
    for above in node.ancestors():
        if above.kind() in FUNCTIONS and name_in_file(above):
            return above
    return None


def name_in_file(function: SgNode) -> str:
    """The name that other code of the file calls a function by; '' for a callback."""
    own = function.field("name")
    if own is not None:
        return own.text()
    parent = function.parent()
    name = parent.field("name") if parent and parent.kind() == "variable_declarator" else None
    if name is None and parent and parent.kind() == "pair":
        name = parent.field("key")
    if parent and parent.kind() == "arguments":
        call = parent.parent()
        above = call.parent() if call and callee(call).endswith("useCallback") else None
        name = above.field("name") if above and above.kind() == "variable_declarator" else None
    return name.text() if name else ""


def is_within(node: SgNode, outer: SgNode) -> bool:
    """True for a node that stands inside another one."""
    at, span = node.range().start.index, outer.range()
    return span.start.index <= at < span.end.index
