"""HTTP endpoints that JavaScript declares: Express, Hono, Fastify, Koa and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ast_grep_py import SgNode

from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Link,
    Syntax,
    arguments,
    callee,
    chain,
    dotted,
    name_of_function,
    pattern_text,
    string,
)
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.prototype.routes.routers import FACTORIES, USUAL_NAMES, VERBS, Router
from shipworthy.regex import regex

# Most files hold no such call; this looks at the text before any node is touched.
_MAYBE = regex(
    r"\.(?:get|post|put|patch|delete|del|all|head|options|route)"
    r"(?:<|\(\s*(?:[\"'`][/*]|`\$\{|\{|[A-Za-z_$][\w$.]*\s*[,+]))|\.route\(\s*[A-Za-z_$]"
)
_HANDLERS = FUNCTIONS | {"identifier", "member_expression", "call_expression", "array"}


def javascript_endpoints(syntax: Syntax) -> Iterator[Route]:
    """`app.get("/x", handler)` of a receiver that is bound to a router, or is called one."""
    text = syntax.source.text or ""
    if not _MAYBE.search(text):
        return
    usual = _usual_framework(text)
    routers = _routers(syntax)
    prefixes = _mounts(syntax, routers)
    for call in syntax.calls:
        function = call.field("function")
        verb = function.field("property") if function else None
        if verb is None or verb.text() not in (*VERBS, "route"):
            continue
        links = chain(call)
        router = _router(links, routers, usual)
        if verb.text() == "route":
            if router is not None and router.framework == "fastify":
                yield from _described(syntax, call, router, prefixes.get(links[0].name, ""))
            continue
        path = _path(links) if router else None
        handler = peeled(links[-1].arguments[-1]) if links and links[-1].arguments else None
        if router is None or path is None or handler is None or handler.kind() not in _HANDLERS:
            continue
        yield Route(
            RouteKind.ENDPOINT,
            router.framework,
            VERBS[verb.text()],
            prefixes.get(links[0].name, "") + router.prefix + path,
            _name(handler) or f"{callee(call)} {path}",
            syntax.location(call),
        )


def _name(handler: SgNode) -> str:
    """What a handler is called; "" where many can be called so: `wrap(async (req, res) => …)`."""
    if handler.kind() in FUNCTIONS:
        return name_of_function(handler)
    many = handler.kind() == "call_expression" and arguments(handler)
    return "" if many else dotted(handler)


def _described(syntax: Syntax, call: SgNode, router: Router, prefix: str) -> Iterator[Route]:
    """Fastify's `app.route({ method: ["GET", "HEAD"], url: "/x", handler })`."""
    given = arguments(call)
    if len(given) != 1 or given[0].kind() != "object":
        return
    parts = {
        key.text().strip("\"'"): pair.field("value")
        for pair in given[0].children()
        if pair.kind() == "pair" and (key := pair.field("key"))
    }
    path = parts.get("url") or parts.get("path")
    text, methods = path and _spelled(path), parts.get("method")
    if not text or methods is None:
        return
    for method in re.findall(r"[A-Za-z]+", methods.text()):
        yield Route(
            RouteKind.ENDPOINT,
            router.framework,
            method.upper(),
            prefix + router.prefix + text,
            f"{callee(call)} {method.upper()} {text}",
            syntax.location(call),
        )


def _usual_framework(text: str) -> str:
    lower = text[:5_000].lower()
    return next((name for name in ("fastify", "hono", "koa") if name in lower), "express")


def _routers(syntax: Syntax) -> dict[str, Router]:
    """The names that hold a router: `const app = express()`, `const r = new Hono()`, and parameters that
    are one by their type, or by the `register` of Fastify that the function is given to."""
    text = syntax.source.text or ""
    found = {name: Router(_TYPES[kind]) for name, kind in _TYPED.findall(text)}
    found.update({name: Router("fastify") for name in _REGISTERED.findall(text)})
    for variable in syntax.nodes("variable_declarator"):
        name, value = variable.field("name"), variable.field("value")
        while value is not None and value.kind() in ("as_expression", "await_expression"):
            value = next((c for c in value.children() if c.is_named()), None)
        if name is None or value is None:
            continue
        if value.kind() in ("call_expression", "new_expression"):
            root = _root(value)
            framework = FACTORIES.get(callee(root))
            if framework == "express" and root.kind() == "new_expression":
                framework = "koa"  # `new Router()`
            if framework:
                found[name.text()] = Router(framework, _base_path(value))
    return found


_TYPES = {
    "FastifyInstance": "fastify",
    **dict.fromkeys(("Express", "Application", "Router"), "express"),
    "Hono": "hono",
}
_TYPED = regex(
    r"\(\s*(\w+)\s*:\s*(?:express\.)?(FastifyInstance|Express|Application|Router|Hono)\b"
)
_REGISTERED = regex(
    r"(?:\.register\(|FastifyPlugin(?:Async|Callback)?(?:<[^=]*>)?\s*=|\bfp\()\s*(?:async\s+)?(?:function\s*\w*\s*)?\(?(\w+)\s*[,)=:]"
)


def _root(value: SgNode) -> SgNode:
    """The first call of a chain: `new Hono()` of `new Hono().get(…).post(…)`."""
    node = value
    while node.kind() == "call_expression":
        function = node.field("function")
        inner = function.field("object") if function else None
        if inner is None or inner.kind() not in ("call_expression", "new_expression"):
            break
        node = inner
    return node


def _base_path(value: SgNode) -> str:
    """The prefix of `new Hono().basePath("/api")` and `new Router({ prefix: "/api" })`."""
    for link in chain(value):
        if link.name == "basePath" and link.arguments:
            return string(link.arguments[0]) or ""
    found = re.search(r"prefix:\s*[\"'`](/[^\"'`]*)", value.text()[:200])
    return found[1] if found else ""


def _router(links: list[Link], routers: Mapping[str, Router], usual: str) -> Router | None:
    """The router that a chain starts from; None where its receiver is something else."""
    if not links:
        return None
    first = links[0]
    if first.name in routers:
        return routers[first.name]
    if first.node.kind() == "new_expression" or first.arguments is not None:
        framework = FACTORIES.get(callee(_root(first.node)) or first.name)
        return Router(framework, _base_path(links[-1].node)) if framework else None
    names = [link.name for link in links if link.arguments is None]
    if names[-1:] and names[-1] in USUAL_NAMES and names[0] in (*USUAL_NAMES, "this"):
        return Router(usual)
    return None


def _path(links: list[Link]) -> str | None:
    """The path of the last call: its own first argument, or that of `.route(path)` before it."""
    for link in reversed(links[:-1]):
        if link.name == "route" and link.arguments:
            return _spelled(link.arguments[0])
        if link.name not in VERBS:
            break
    last = links[-1].arguments or ()
    return _spelled(last[0]) if len(last) > 1 else None


def _spelled(node: SgNode) -> str | None:
    """A path as it is written, or beginning with the name that stands for it: "{=api.orders.path}"."""
    if node.kind() in ("identifier", "member_expression"):
        return f"{{={name}}}" if _NAME.fullmatch(name := dotted(node)) else None
    if node.kind() == "binary_expression":
        left, right = node.field("left"), node.field("right")
        rest = string(right) if right else None
        first = _spelled(left) if left else None
        return None if first is None or rest is None else first + rest
    text = pattern_text(node)
    if text is not None and text.startswith("{}"):
        begins = _FIRST.match(node.text())
        return f"{{={begins[1]}}}{text[2:]}" if begins else None
    return text if text is not None and text.startswith(("/", "*")) else None


_NAME = regex(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*")
_FIRST = regex(rf"`\$\{{({_NAME.pattern})\}}")


def _mounts(syntax: Syntax, routers: Mapping[str, Router]) -> dict[str, str]:
    """The prefixes of routers that this file mounts itself: `app.use("/api", router)`."""
    found: dict[str, str] = {}
    for call in syntax.calls:
        function = call.field("function")
        name = function.field("property") if function else None
        if name is None or name.text() not in ("use", "route"):
            continue
        given = arguments(call)
        prefix = string(given[0]) if len(given) > 1 else None
        if prefix and given[-1].kind() == "identifier" and given[-1].text() in routers:
            found[given[-1].text()] = prefix.rstrip("/")
    return found
