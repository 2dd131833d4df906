"""HTTP endpoints of Python that a call declares, with the name of their view: `add_url_rule`, `add_resource`,
`add_api_route`, a router of Django's REST framework, the routes of aiohttp and Starlette."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    dotted,
    keyword,
    pattern_text,
    string,
)
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.prototype.routes.routers import VERBS
from shipworthy.regex import regex

_MAYBE = regex(r"\badd_[a-z_]+\(|\.register\(|\bRoute\(|\bweb\.[a-z]+\(")
_OF_AIOHTTP = regex(r"^[ \t]*(from|import) aiohttp\b", re.MULTILINE)
_OF_STARLETTE = regex(r"^[ \t]*from (starlette|fastapi)\.routing import .*Route\b", re.MULTILINE)
_OF_REST = regex(r"^[ \t]*from rest_framework(_nested)?(\.routers)? import", re.MULTILINE)


def called_endpoints(syntax: Syntax) -> Iterator[Route]:
    """The routes of one file that calls declare."""
    text = syntax.source.text or ""
    if not _MAYBE.search(text):
        return
    readers = dict(_READERS)
    if _OF_AIOHTTP.search(text):
        readers |= _AIOHTTP
    if _OF_STARLETTE.search(text):
        readers |= _STARLETTE
    if _OF_REST.search(text):
        readers["register"] = _of_rest
    for call in syntax.calls_named(readers):
        path, view, framework, methods = readers[callee(call).rpartition(".")[2]](call)
        handler = _view(view) if view is not None else ""
        written = _path(path) if path is not None else None
        if handler and written is not None:
            where = syntax.location(call)
            for method in methods:
                yield Route(RouteKind.ENDPOINT, framework, method, written, handler, where)


_Read = tuple[SgNode | None, SgNode | None, str, list[str]]


def _view(node: SgNode) -> str:
    """The name of a function or of a class: `users`, `views.users`, of `Users.as_view("users")` the class;
    of `endpoint_for(kind)` what makes it."""
    if node.kind() != "call":
        name = dotted(node)
    elif callee(node).endswith(".as_view"):
        name = callee(node).removesuffix(".as_view")
    else:
        name = callee(node) + MADE
    return name if re.fullmatch(r"[\w.]+(\(\))?", name) else ""


MADE = "()"
"""Ends the name of a function that makes the view."""


def _path(node: SgNode) -> str | None:
    path = pattern_text(node)
    return f"/{path.lstrip('/')}" if path is not None else None


def _at(given: list[SgNode], place: int) -> SgNode | None:
    return given[place] if place < len(given) and given[place].kind() != _KEYWORD else None


_KEYWORD = "keyword_argument"


def _methods(call: SgNode) -> list[str]:
    listed = keyword(call, "methods")
    names = [string(node) for node in listed.find_all(kind="string")] if listed else []
    return [name.upper() for name in names if name] or ["GET"]


def _url_rule(call: SgNode) -> _Read:
    """`app.add_url_rule("/x", "name", view, methods=["POST"])`; a class takes the methods that it has."""
    given = arguments(call)
    view = keyword(call, "view_func") or _at(given, 2)
    is_class = view is not None and view.kind() == "call"
    return (
        keyword(call, "rule") or _at(given, 0),
        view,
        "flask",
        ["*"] if is_class else _methods(call),
    )


def _resource(call: SgNode) -> _Read:
    given = arguments(call)
    return _at(given, 1), _at(given, 0), "flask", ["*"]


def _api_route(call: SgNode) -> _Read:
    given = arguments(call)
    path, view = keyword(call, "path") or _at(given, 0), keyword(call, "endpoint") or _at(given, 1)
    is_socket = "websocket" in callee(call)
    return path, view, "fastapi", ["*"] if is_socket else _methods(call)


def _of_starlette(call: SgNode) -> _Read:
    given = arguments(call)
    path, view = keyword(call, "path") or _at(given, 0), keyword(call, "endpoint") or _at(given, 1)
    return path, view, "starlette", _methods(call)


def _of_aiohttp(call: SgNode) -> _Read:
    """`web.get("/x", view)`, `app.router.add_get("/x", view)`."""
    given, verb = arguments(call), callee(call).rpartition(".")[2].removeprefix("add_")
    owner = callee(call).rpartition(".")[0]
    is_route = callee(call).rpartition(".")[2].startswith("add_") or owner == "web"
    path = _at(given, 0) if is_route else None
    return path, _at(given, 1), "aiohttp", [VERBS.get(verb, "*")]


def _any_of_aiohttp(call: SgNode) -> _Read:
    """`app.router.add_route("POST", "/x", view)`."""
    given = arguments(call)
    method = string(given[0]) if given else None
    return _at(given, 1), _at(given, 2), "aiohttp", [(method or "*").upper()]


def _of_rest(call: SgNode) -> _Read:
    """`router.register(r"orders", OrderViewSet)`."""
    given = arguments(call)
    return (
        keyword(call, "prefix") or _at(given, 0),
        keyword(call, "viewset") or _at(given, 1),
        "django",
        ["*"],
    )


_READERS: dict[str, Callable[[SgNode], _Read]] = {
    "add_url_rule": _url_rule,
    "add_resource": _resource,
    "add_api_route": _api_route,
    "add_api_websocket_route": _api_route,
}
_AIOHTTP: dict[str, Callable[[SgNode], _Read]] = {
    **{f"{start}{verb}": _of_aiohttp for start in ("add_", "") for verb in (*VERBS, "view")},
    "add_route": _any_of_aiohttp,
    "route": _any_of_aiohttp,
}
_STARLETTE = dict.fromkeys(("Route", "WebSocketRoute", "add_route"), _of_starlette)
