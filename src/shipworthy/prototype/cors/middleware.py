"""Cross-origin rules given to a middleware: express, fastify, Hono, NestJS, FastAPI, Flask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.patterns import parameters
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    dotted,
    keyword,
    properties,
    string,
)
from shipworthy.prototype.cors.allowed import AllowedOrigin, allowed_by, compares_a_piece


@dataclass(frozen=True)
class Rule:
    """One call of a middleware."""

    framework: str
    origin: AllowedOrigin
    credentials: bool
    node: SgNode


def rules(syntax: Syntax, bindings: Bindings) -> Iterator[Rule]:
    """Each call that sets up a middleware for other origins."""
    for call in syntax.calls:
        found = _python(call, bindings) if syntax.python else _script(call, bindings)
        if found is not None:
            yield found


_PACKAGES = {
    "cors": "express",
    "@fastify/cors": "fastify",
    "fastify-cors": "fastify",
    "hono/cors": "hono",
    "@koa/cors": "koa",
    "@elysiajs/cors": "elysia",
}


def _script(call: SgNode, bindings: Bindings) -> Rule | None:
    given = arguments(call)
    name = callee(call)
    module = bindings.module(call.field("function")).removeprefix("npm:").partition("@4")[0]
    if name.endswith(".enableCors"):
        return _options("nest", call, given[0] if given else None, bindings)
    if name.endswith(".register") and given and bindings.module(given[0]) in _PACKAGES:
        return _options("fastify", call, given[1] if len(given) > 1 else None, bindings)
    framework = _PACKAGES.get(module, "")
    if not framework:
        return None
    return _options(framework, call, given[0] if given else None, bindings)


def _options(framework: str, call: SgNode, options: SgNode | None, bindings: Bindings) -> Rule:
    literal = bindings.value(options)
    if literal is None:
        return Rule(framework, AllowedOrigin.ANY, False, call)
    if literal.kind() != "object":
        return Rule(framework, AllowedOrigin.UNKNOWN, False, call)
    shown = properties(literal)
    allows = bindings.value(shown.get("credentials"))
    credentials = allows is not None and allows.kind() == "true"
    origin = shown.get("origin")
    if origin is None:
        # The default of these packages is "*", which browsers refuse together with cookies; that of
        # fastify is "*", too, while koa reflects the origin.
        default = AllowedOrigin.REFLECTED if framework == "koa" else AllowedOrigin.ANY
        return Rule(framework, default, credentials, call)
    return Rule(framework, _origin(origin, bindings), credentials, call)


def _origin(node: SgNode, bindings: Bindings) -> AllowedOrigin:
    value = bindings.value(node)
    if value is None:
        return AllowedOrigin.UNKNOWN
    kind = value.kind()
    if kind == "true":
        return AllowedOrigin.REFLECTED
    if kind == "false":
        return AllowedOrigin.LISTED
    if kind in ("array", "list"):
        values = [string(c) for c in value.children() if c.is_named()]
        return AllowedOrigin.ANY if "*" in values else AllowedOrigin.LISTED
    if kind == "regex":
        loose = value.text().strip("/^$igm") in (".*", ".+", "")
        return AllowedOrigin.REFLECTED if loose else AllowedOrigin.LISTED
    if kind in ("ternary_expression", "binary_expression"):
        sides = [_origin(c, bindings) for c in value.children()[1:] if c.is_named()]
        known = [s for s in sides if s in (AllowedOrigin.REFLECTED, AllowedOrigin.LISTED)]
        return known[0] if known and len(set(known)) == 1 else AllowedOrigin.UNKNOWN
    if kind in FUNCTIONS or value.kind() == "method_definition":
        return _decided(value)
    return allowed_by(node, bindings)


def _decided(function: SgNode) -> AllowedOrigin:
    """`origin: (origin, callback) => …`: reflected where no path refuses."""
    names = [p.text() for p in parameters(function)]
    body = function.field("body")
    if body is None or not names:
        return AllowedOrigin.UNKNOWN
    asks = body.has(kind="if_statement") or body.has(kind="ternary_expression")
    compared = any(w in body.text() for w in ("includes(", "indexOf(", ".has(", ".test(", "some("))
    if asks or compared or "||" in body.text() or "&&" in body.text():
        return AllowedOrigin.LOOSE if compares_a_piece(function) else AllowedOrigin.LISTED
    if len(names) > 1:
        accepts = (
            f"{names[1]}(null, true)" in body.text()
            or f"{names[1]}(null, {names[0]})" in body.text()
        )
        return AllowedOrigin.REFLECTED if accepts else AllowedOrigin.UNKNOWN
    returned = dotted(body) == names[0] or f"return {names[0]};" in body.text()
    return AllowedOrigin.REFLECTED if returned else AllowedOrigin.UNKNOWN


def _python(call: SgNode, bindings: Bindings) -> Rule | None:
    name = bindings.qualified(call).rpartition(".")[2]
    given = arguments(call)
    if name == "add_middleware" and given and dotted(given[0]).endswith("CORSMiddleware"):
        return _starlette(call, bindings)
    if name == "CORSMiddleware" or (
        name == "Middleware" and given and dotted(given[0]).endswith("CORSMiddleware")
    ):
        return _starlette(call, bindings)
    if name in ("CORS", "cross_origin") and "flask" in "".join(bindings.modules.values()):
        return _flask(call, bindings)
    return None


def _starlette(call: SgNode, bindings: Bindings) -> Rule:
    pattern = keyword(call, "allow_origin_regex")
    text = (string(pattern) or "") if pattern is not None else ""
    origins = keyword(call, "allow_origins")
    if text.strip("^$()") in (".*", ".+", "https?://.*", "https://.*"):
        origin = AllowedOrigin.REFLECTED
    elif origins is not None:
        origin = _origin(origins, bindings)
    else:
        origin = AllowedOrigin.LISTED
    return Rule("starlette", origin, _allows(call, "allow_credentials", bindings), call)


def _flask(call: SgNode, bindings: Bindings) -> Rule | None:
    origins = keyword(call, "origins")
    resources = keyword(call, "resources")
    credentials = _allows(call, "supports_credentials", bindings)
    literal = bindings.value(resources)
    if origins is None and literal is not None and literal.kind() == "dictionary":
        inner = [v for v in properties(literal).values() if v.kind() == "dictionary"]
        shown = [properties(v).get("origins") for v in inner]
        judged = [_origin(v, bindings) if v is not None else AllowedOrigin.ANY for v in shown]
        origin = judged[0] if judged and len(set(judged)) == 1 else AllowedOrigin.UNKNOWN
        if not credentials:
            flags = [properties(v).get("supports_credentials") for v in inner]
            credentials = any(f is not None and f.kind() == "true" for f in flags)
    else:
        origin = _origin(origins, bindings) if origins is not None else AllowedOrigin.ANY
    return Rule("flask-cors", origin, credentials, call)


def _allows(call: SgNode, name: str, bindings: Bindings) -> bool:
    value = bindings.value(keyword(call, name))
    return value is not None and value.kind() == "true"
