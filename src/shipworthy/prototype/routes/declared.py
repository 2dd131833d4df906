"""The ways in: pages, route handlers, server actions, edge functions, HTTP endpoints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.directives import directives
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, callee, name_of_function, string
from shipworthy.prototype.routes.convex import convex_functions
from shipworthy.prototype.routes.described import described_routes
from shipworthy.prototype.routes.dispatchers import dispatchers
from shipworthy.prototype.routes.firebase import firebase_functions
from shipworthy.prototype.routes.javascript import javascript_endpoints
from shipworthy.prototype.routes.kit import kit_pages
from shipworthy.prototype.routes.nest import nest_endpoints
from shipworthy.prototype.routes.pages import client_pages
from shipworthy.prototype.routes.procedures import trpc_procedures
from shipworthy.prototype.routes.python import python_endpoints
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.prototype.routes.socketio import socket_events
from shipworthy.regex import regex

__all__ = ["Route", "RouteKind", "read", "url_path"]

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_HANDLER_FILE = regex(
    r"(?:^|/)(?:(?:src/)?app/(?:(?P<next>.*)/)?route|src/routes/(?:(?P<kit>.*)/)?\+server)\.[jt]sx?$"
)
_FUNCTIONS = ("function_declaration", "arrow_function", "function_expression")


def read(syntax: Syntax) -> list[Route]:
    """The routes that one file declares in its code."""
    if syntax.python:
        return list(python_endpoints(syntax))
    return [
        *_route_handlers(syntax),
        *_server_actions(syntax),
        *javascript_endpoints(syntax),
        *described_routes(syntax),
        *dispatchers(syntax),
        *trpc_procedures(syntax),
        *firebase_functions(syntax),
        *convex_functions(syntax),
        *socket_events(syntax),
        *kit_pages(syntax),
        *nest_endpoints(syntax),
        *client_pages(syntax),
    ]


def url_path(folder: str) -> str:
    """The URL path of a folder of a file-system router: groups and slots are no part of it."""
    kept = [
        part
        for part in folder.split("/")
        if part and not (part.startswith("(") and part.endswith(")")) and not part.startswith("@")
    ]
    return "/" + "/".join(re.sub(r"^\(\.{1,3}\)", "", part) for part in kept)


def _route_handlers(syntax: Syntax) -> Iterator[Route]:
    """The exported GET, POST, … of a route.ts of Next.js or a +server.ts of SvelteKit."""
    match = _HANDLER_FILE.search(syntax.source.path)
    if match is None:
        return
    framework = "next" if syntax.source.name.startswith("route.") else "sveltekit"
    path = url_path(match["next"] or match["kit"] or "")
    for name, node in _exports(syntax):
        if name in METHODS:
            where = syntax.location(node)
            yield Route(RouteKind.ROUTE_HANDLER, framework, name, path, name, where)


def _exports(syntax: Syntax) -> Iterator[tuple[str, SgNode]]:
    """The names that a file exports and the nodes that declare them."""
    for statement in syntax.nodes("export_statement"):
        declaration = statement.field("declaration")
        if declaration is None:
            for specifier in statement.find_all(kind="export_specifier"):
                name = specifier.field("alias") or specifier.field("name")
                if name:
                    yield name.text(), specifier
            continue
        own = declaration.field("name")
        if own:
            yield own.text(), declaration
            continue
        for variable in declaration.children():
            bound = variable.field("name") if variable.kind() == "variable_declarator" else None
            if bound is None:
                continue
            if bound.kind() == "object_pattern":  # export const { GET, POST } = handlers
                for part in bound.find_all(kind="shorthand_property_identifier_pattern"):
                    yield part.text(), variable
            else:
                yield bound.text(), variable


def _server_actions(syntax: Syntax) -> Iterator[Route]:
    """Exported functions of a "use server" file, functions that open with the directive, and
    createServerFn of TanStack Start."""
    text = syntax.source.text or ""
    if "createServerFn" in text or (".handler(" in text and _OF_A_BUILDER.search(text)):
        yield from _server_functions(syntax)
    if "use server" not in text:
        return
    if "use server" in directives(text):
        for name, node in _exports(syntax):
            if _is_function(node):
                yield _action("next", name, syntax, node)
        return
    times: Counter[str] = Counter()
    for function in syntax.nodes(*_FUNCTIONS):
        if _opens_with_directive(function):
            name = name_of_function(function) or "submit"
            times[name] += 1
            told_apart = f"{name}{times[name]}" if times[name] > 1 else name
            yield _action("next", told_apart, syntax, function)


def _server_functions(syntax: Syntax) -> Iterator[Route]:
    for variable in syntax.nodes("variable_declarator"):
        name, value = variable.field("name"), variable.field("value")
        made = value is not None and value.kind() == "call_expression"
        called = callee(value) if name and value and made else ""
        if name and (called.startswith("createServerFn()") or _ENDS_BUILDER.match(called)):
            yield _action("tanstack-start", name.text(), syntax, variable)


# `signedInFn.inputValidator(…).handler(…)` of a builder that several functions share.
_OF_A_BUILDER = regex(r"=\s*\w+Fn\b(\(\))?\s*\.")
_ENDS_BUILDER = regex(r"\w+Fn(\(\))?\..*\bhandler$")


def _action(framework: str, name: str, syntax: Syntax, node: SgNode) -> Route:
    where = syntax.location(node)
    return Route(RouteKind.SERVER_ACTION, framework, "POST", name, name, where)


def _is_function(node: SgNode) -> bool:
    """True for a function and for what a call or a name makes one (`withAuth(async …)`)."""
    value = node if node.kind() in FUNCTIONS else node.field("value")
    if value is None:
        return node.kind() == "export_specifier"
    return value.kind() in (*FUNCTIONS, "call_expression", "identifier")


def _opens_with_directive(function: SgNode) -> bool:
    body = function.field("body")
    if body is None or body.kind() != "statement_block":
        return False
    first = next((c for c in body.children() if c.is_named() and c.kind() != "comment"), None)
    if first is None or first.kind() != "expression_statement":
        return False
    literal = first.child(0)
    return literal is not None and string(literal) == "use server"
