"""The parameters of a Python function, with what a framework passes to them."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from shipworthy.prototype.program.nodes import Expression, Parameter

_SPLATS = frozenset({"list_splat_pattern", "dictionary_splat_pattern"})
_SIGNS = frozenset({"comment", "keyword_separator", "positional_separator", "line_continuation"})


def parameters(
    listed: SgNode | None, lowered: Callable[[SgNode], Expression]
) -> tuple[Parameter, ...]:
    """The parameters in order; `lowered` puts a default into the small language.

    A call in an annotation (`Annotated[User, Depends(get_user)]`) is the default where there is none.
    """
    if listed is None:
        return ()
    nodes = [node for node in listed.named_children() if node.kind() not in _SIGNS]
    found: list[Parameter] = []
    for node in nodes:
        typed, given = node.field("type"), node.field("value")
        target = node.field("name") or node
        if target.kind() == "typed_parameter":
            target = next(iter(target.named_children()), target)
        variadic, keywords = target.kind() in _SPLATS, target.kind() == "dictionary_splat_pattern"
        if variadic:
            target = next(iter(target.named_children()), target)
        annotation = typed.text() if typed else ""
        if given is None and typed is not None and "(" in annotation:
            given = typed.find(kind="call")
        default = lowered(given) if given else None
        taken = Parameter(lowered(target), default, annotation, variadic, keywords=keywords)
        found.append(taken)
    return tuple(found)
