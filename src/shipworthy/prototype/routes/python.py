"""HTTP endpoints that Python declares: FastAPI, Flask, Django and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

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
from shipworthy.prototype.routes.python_calls import called_endpoints
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.prototype.routes.routers import FACTORIES, USUAL_NAMES, VERBS, Router
from shipworthy.regex import regex

_URLS = regex(r"^urlpatterns\b", re.MULTILINE)
_NAMES = USUAL_NAMES | {"api", "bp", "blueprint", "routes"}
_FACTORIES = {**FACTORIES, "Namespace": "flask", "RouteTableDef": "aiohttp"}
_MAYBE = regex(r"@[\w.]+\.(?:get|post|put|patch|delete|head|options|route|api_route|websocket)\(")


def python_endpoints(syntax: Syntax) -> Iterator[Route]:
    """`@app.get("/x")`, `@bp.route("/x", methods=["POST"])` and Django's `path("x/", view)`."""
    if syntax.source.name == "urls.py" or _URLS.search(syntax.source.text or ""):
        yield from _django(syntax)
    yield from called_endpoints(syntax)
    if not _MAYBE.search(syntax.source.text or ""):
        return
    routers = _routers(syntax)
    for decorator in syntax.nodes("decorator"):
        call = next((c for c in decorator.children() if c.kind() == "call"), None)
        holder = decorator.parent()
        function = holder.field("definition") if holder else None
        if call is None or holder is None or function is None:
            continue
        called = callee(call).split(".")
        router = _router(called, routers)
        name = function.field("name")
        path = _path(call)
        if router is None or name is None or path is None:
            continue
        is_class = function.kind() == "class_definition"
        for method in ["*"] if is_class else _methods(called[-1], call):
            yield Route(
                RouteKind.ENDPOINT,
                router.framework,
                method,
                router.prefix + path or "/",
                name.text(),
                syntax.location(holder),
            )


def _routers(syntax: Syntax) -> dict[str, Router]:
    """The variables that hold an application, a router or a blueprint, with its prefix."""
    found: dict[str, Router] = {}
    for assignment in syntax.nodes("assignment"):
        left, right = assignment.field("left"), assignment.field("right")
        if left is None or right is None or right.kind() != "call":
            continue
        framework = _FACTORIES.get(callee(right).rpartition(".")[2])
        if framework:
            prefix = keyword(right, "prefix") or keyword(right, "url_prefix")
            found[dotted(left)] = Router(framework, (string(prefix) or "") if prefix else "")
    return found


def _router(called: list[str], routers: Mapping[str, Router]) -> Router | None:
    receiver, verb = ".".join(called[:-1]), called[-1]
    if verb not in (*VERBS, "route", "api_route", "websocket"):
        return None
    if receiver in routers:
        return routers[receiver]
    last = receiver.rpartition(".")[2]
    if last in _NAMES or last.endswith(("_router", "_bp", "_blueprint", "_app")):
        return Router("flask" if verb == "route" else "fastapi")
    return None


def _path(call: SgNode) -> str | None:
    given = arguments(call)
    first = keyword(call, "path") or keyword(call, "rule") or (given[0] if given else None)
    path = pattern_text(first) if first else None
    return path if path is not None and (path == "" or path.startswith("/")) else None


def _methods(verb: str, call: SgNode) -> list[str]:
    if verb in VERBS:
        return [VERBS[verb]]
    if verb == "websocket":
        return ["*"]
    listed = keyword(call, "methods")
    names = [string(node) for node in listed.find_all(kind="string")] if listed else []
    return [name.upper() for name in names if name] or ["GET"]


def _django(syntax: Syntax) -> Iterator[Route]:
    for call in syntax.calls:
        given = arguments(call)
        path = string(given[0]) if len(given) > 1 else None
        if callee(call) not in ("path", "re_path", "url") or path is None:
            continue
        view = given[1]
        handler = callee(view).removesuffix(".as_view") if view.kind() == "call" else dotted(view)
        if handler and handler != "include" and "admin.site" not in handler:
            where = syntax.location(call)
            yield Route(RouteKind.ENDPOINT, "django", "*", f"/{path.lstrip('/')}", handler, where)
