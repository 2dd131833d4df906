"""Calls of what other files of the prototype answer: its endpoints and its functions."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, string
from shipworthy.prototype.executions.passing import cleans, passes
from shipworthy.prototype.outbound import calls as outbound


def endpoint_sources(syntax: Syntax) -> Iterator[tuple[SgNode, str]]:
    """Each call with the endpoint it asks: "/api/chat", "/functions/v1/summarize"."""
    for found in outbound.calls_of(syntax):
        target = found.call.target or ""
        path = target.removeprefix("{}")
        if "/functions/v1/" in found.url:
            name = found.url.rpartition("/functions/v1/")[2].partition("?")[0]
            yield found.node, f"/functions/v1/{name}"
        elif path.startswith("/"):
            yield found.node, path
    for call in syntax.calls:
        if callee(call).endswith("functions.invoke"):
            given = arguments(call)
            invoked = string(given[0]) if given else None
            if invoked:
                yield call, f"/functions/v1/{invoked}"


def imported_calls(syntax: Syntax, bindings: Bindings) -> Iterator[tuple[SgNode, str]]:
    """Each call of a function that may come from another file of the prototype, as `name()`."""
    own = {name for name, module in bindings.modules.items() if _may_be_own(module, syntax.python)}
    for call in syntax.calls:
        name = callee(call)
        head, _, rest = name.partition(".")
        if head in own and not passes(name) and not cleans(name):
            yield call, f"{rest.rpartition('.')[2] or head}()"


def _may_be_own(module: str, python: bool) -> bool:
    """True for relative and aliased imports; in Python any dotted module may be one's own."""
    return "." in module if python else module.startswith((".", "@/", "~/", "#"))
