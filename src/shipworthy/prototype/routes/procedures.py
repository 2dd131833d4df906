"""Procedures of tRPC: what `.query(…)`, `.mutation(…)` and `.subscription(…)` of a procedure declare.

Their forms: https://trpc.io/docs/server/procedures and https://trpc.io/docs/server/routers
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, arguments, chain
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

_METHODS = {"query": "GET", "mutation": "POST", "subscription": "GET"}
_MAYBE = regex(r"\.(?:query|mutation|subscription)\(")
_TRPC = regex(r"procedure|trpc", re.IGNORECASE)
_PROCEDURE = regex(r"procedure", re.IGNORECASE)
_ROUTER = regex(r"router$", re.IGNORECASE)
_RESOLVERS = FUNCTIONS | {"identifier", "member_expression", "call_expression"}
_DEEPEST = 8  # routers inside of routers


def trpc_procedures(syntax: Syntax) -> Iterator[Route]:
    """The procedures that a file declares; each is called by its keys in its router: "postRouter.create"."""
    text = syntax.source.text or ""
    if not _MAYBE.search(text) or not _TRPC.search(text):
        return
    for call in syntax.calls_named(frozenset(_METHODS)):
        given = arguments(call)
        function = call.field("function")
        verb = function.field("property") if function is not None else None
        if verb is None or len(given) != 1 or given[0].kind() not in _RESOLVERS:
            continue
        name, in_router = _name(call)
        links = chain(call)
        of_procedure = any(_PROCEDURE.search(link.name) for link in links[:2])
        if name and (in_router or of_procedure):
            method, where = _METHODS[verb.text()], syntax.location(call)
            yield Route(RouteKind.PROCEDURE, "trpc", method, name, name, where)


def _name(call: SgNode) -> tuple[str, bool]:
    """The variable and the keys that a procedure stands under, and whether a router holds it."""
    keys: list[str] = []
    in_router = False
    node: SgNode | None = call
    for _ in range(_DEEPEST * 3):
        holder = node.parent() if node is not None else None
        if node is None or holder is None:
            break
        kind = holder.kind()
        if kind == "pair" and (key := holder.field("key")) is not None:
            keys.insert(0, key.text().strip("\"'"))
        elif kind == "arguments":
            in_router |= _is_router(holder.parent())
        elif kind == "variable_declarator":
            name = holder.field("name")
            keys.insert(0, name.text() if name is not None else "")
            break
        elif kind not in _BETWEEN:
            break
        node = holder
    return ".".join(k for k in keys if k), in_router


_BETWEEN = frozenset(
    "object call_expression as_expression satisfies_expression parenthesized_expression".split()
)


def _is_router(call: SgNode | None) -> bool:
    """`router({…})`, `t.router({…})`, `createTRPCRouter({…})`."""
    function = call.field("function") if call is not None else None
    return function is not None and _ROUTER.search(function.text()) is not None
