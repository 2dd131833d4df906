"""Functions of Convex that anybody may call by their names, and its HTTP routes.

https://docs.convex.dev/functions and https://docs.convex.dev/functions/http-actions
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, string
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

CONVEX = "convex"
_SERVER = regex(r"[\"'][^\"'\n]*_generated/server(\.js)?[\"']")
_FOLDER = regex(r"(?:^|/)convex/(?!_generated/)(.+)\.[cm]?[jt]sx?$")
_TEST = regex(r"\.(test|spec)\.[jt]sx?$")
_MADE = regex(r"(?:^|[a-z\d_])(query|mutation|action)(?:Generic)?$", re.IGNORECASE)
_INTERNAL = regex(r"internal|private|component|http", re.IGNORECASE)
_BETWEEN = frozenset({"as_expression", "parenthesized_expression", "satisfies_expression"})


def convex_functions(syntax: Syntax) -> Iterator[Route]:
    """`export const place = mutation({ args, handler })`, `http.route({ path, method, handler })`."""
    text, path = syntax.source.text or "", syntax.source.path
    folder = _FOLDER.search(path)
    if folder is None and not ("_generated/server" in text and _SERVER.search(text)):
        return
    if _TEST.search(path):
        return
    module = folder[1] if folder else path.rpartition("/")[2].partition(".")[0]
    module = module.replace("/", ".")
    if "httpRouter" in text:
        yield from _http(syntax)
    for call in syntax.calls:
        made = _MADE.search(callee(call)) if "." not in callee(call) else None
        name = _exported(call) if made is not None else ""
        if made is None or not name or _INTERNAL.search(callee(call)) or not arguments(call):
            continue
        method = "GET" if made[1].lower() == "query" else "POST"
        full = module if name == "default" else f"{module}.{name}"
        yield Route(RouteKind.PROCEDURE, CONVEX, method, full, name, syntax.location(call))


def _exported(call: SgNode) -> str:
    """The name by which a module exports what a call makes; "" where it does not at its top."""
    holder = call.parent()
    while holder is not None and holder.kind() in _BETWEEN:
        holder = holder.parent()
    if holder is None:
        return ""
    if holder.kind() == "export_statement":
        return "default"
    name = holder.field("name") if holder.kind() == "variable_declarator" else None
    declared = holder.parent()
    above = declared.parent() if declared is not None else None
    exported = above is not None and above.kind() == "export_statement"
    return name.text() if name is not None and exported else ""


def _http(syntax: Syntax) -> Iterator[Route]:
    for call in syntax.calls:
        given = arguments(call)
        if not callee(call).endswith(".route") or len(given) != 1:
            continue
        options = peeled(given[0]) or given[0]
        if options.kind() != "object":
            continue
        parts = {
            key.text().strip("\"'"): pair.field("value")
            for pair in options.children()
            if pair.kind() == "pair" and (key := pair.field("key"))
        }
        written = parts.get("path") or parts.get("pathPrefix")
        path = string(written) if written is not None else None
        method = string(asked) if (asked := parts.get("method")) is not None else None
        if path is not None:
            where = syntax.location(call)
            name = f"{method or '*'} {path}"
            yield Route(RouteKind.EDGE_FUNCTION, CONVEX, method or "*", path, name, where)
