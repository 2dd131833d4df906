"""Servers and stores that are not followed yet: who may do what there was not judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.modules.imports import Import
from shipworthy.prototype.routes.convex import CONVEX
from shipworthy.prototype.routes.dispatchers import DISPATCHERS
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.prototype.routes.socketio import SOCKETIO
from shipworthy.prototype.source import Role, SourceFile, Unread
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_ANY: frozenset[str] = frozenset()
_SERVERS = {
    "elysia": ("Elysia", _ANY),
    "polka": ("Polka", _ANY),
    "restify": ("Restify", _ANY),
    "@hapi/hapi": ("hapi", _ANY),
    "@nestjs/graphql": ("GraphQL of NestJS", frozenset({"Resolver"})),
    "@nestjs/websockets": ("gateways of NestJS", frozenset({"WebSocketGateway"})),
    "@apollo/server": ("Apollo Server", _ANY),
    "apollo-server": ("Apollo Server", _ANY),
    "apollo-server-express": ("Apollo Server", _ANY),
    "graphql-yoga": ("GraphQL Yoga", _ANY),
    "socket.io": ("Socket.IO", frozenset({"Server"})),
    "ws": ("ws", frozenset({"WebSocketServer", "Server"})),
    "h3": ("h3", frozenset({"defineEventHandler", "eventHandler"})),
    "starlette.routing": ("Starlette", frozenset({"Route", "WebSocketRoute"})),
    "aiohttp.web": ("aiohttp", _ANY),
    "tornado.web": ("Tornado", _ANY),
    "litestar": ("Litestar", _ANY),
    "falcon": ("Falcon", _ANY),
    "robyn": ("Robyn", _ANY),
    "gradio": ("Gradio", _ANY),
    "chainlit": ("Chainlit", _ANY),
    "http.server": ("http.server", _ANY),
}
"""By the module imported: the server, and which of the module's names make one (none stands for any)."""
_STORES = {
    "pocketbase": "PocketBase",
    "node-appwrite": "Appwrite",
    "appwrite": "Appwrite",
    "objection": "Objection",
    "neo4j-driver": "Neo4j",
    "surrealdb": "SurrealDB",
    "cassandra-driver": "Cassandra",
    "convex-ents": "Convex Ents",
    "@instantdb/admin": "InstantDB",
    "neo4j": "Neo4j",
    "cassandra.cluster": "Cassandra",
}
"""By the module imported by code that may run on a server: where it keeps rows."""
_CODE = r"\.[cm]?[jt]s$"
_FILES = tuple(
    (regex(path), name, word, regex(said))
    for path, name, word, said in (
        (
            r"(^|/)server/(api|routes)/.*\.[jt]s$",
            "Nuxt",
            "defineEventHandler",
            r"\bdefineEventHandler\s*\(",
        ),
        (_CODE, "tRPC before version 10", "trpc.router", r"\btrpc\.router\s*(<[^>]*>)?\(\s*\)"),
        (_CODE, "Bun.serve", "Bun.serve", r"\bBun\.serve\s*\((?!.*\bapp\.fetch)"),
        (
            _CODE,
            "Node's http server",
            "createServer",
            r"\bcreateServer\s*\(\s*(async\s*)?(function\b|\()(?![^;]*\bhandle\()",
        ),
        (
            _CODE,
            "a worker",
            "default",
            r"export\s+default\s*\{\s*(async\s+)?fetch\s*(\(|:\s*\w+\()(?![^;]*\bapp\.fetch)",
        ),
    )
)
"""Servers that are told by a file's path and words in it, as they import nothing that says so."""
_SPOKEN = {"cloudflare": "a worker", "node": "Node's http server", "bun": "Bun.serve"}
_FILES_READ = frozenset({"Bun.serve", "Node's http server", "a worker"})
"""Those of them that are followed where their one way in could be told."""
_TOLD = {"aiohttp": "aiohttp", "starlette": "Starlette", SOCKETIO: "Socket.IO"}
"""By the framework of a route: the servers that are followed where a route of theirs was found."""


def read_unfollowed(prototype: Prototype) -> tuple[Unread, ...]:
    """The files of the product that serve or keep rows in a way which is not followed, and what does."""
    found: dict[str, str] = {}
    followed = {r.location.path for r in prototype.routes if r.framework in DISPATCHERS}
    told = {_TOLD[r.framework] for r in prototype.routes if r.framework in _TOLD}
    for file in prototype.of_role(Role.PRODUCT):
        served = (
            n
            for n in _served(prototype, file)
            if n not in told and (n not in _FILES_READ or file.path not in followed)
        )
        if name := next(served, ""):
            found[file.path] = f"the entry points of {name} are not followed yet"
        elif name := next(_kept(prototype, file), ""):
            found[file.path] = f"the queries of {name} are not followed yet"
    # `new Router()`, whose ever it is; views that a call names
    routed = [
        r
        for r in prototype.routes
        if r.framework == "koa"
        or (r.framework in _TOLD and r.location.path in prototype.server_modules)
    ]
    known = {h.route.location for h in prototype.handlers} if routed else set()
    for route in routed:
        if route.location not in known:
            found[route.location.path] = (
                "not all events of Socket.IO could be followed"
                if route.framework == SOCKETIO
                else "the routes of a router of its own are not followed"
            )
    for handler in prototype.handlers if followed else ():
        if handler.route.framework in DISPATCHERS and not handler.effects:
            found[handler.location.path] = (
                f"the paths of {_SPOKEN[handler.route.framework]} could not be told"
            )
    procedures = {
        r for r in prototype.routes if r.kind is RouteKind.PROCEDURE and r.framework != SOCKETIO
    }
    for route in procedures - {h.route for h in prototype.handlers} if procedures else ():
        found[route.location.path] = (
            "the functions of a builder of Convex are not followed yet"
            if route.framework == CONVEX
            else "not all of its procedures could be followed"
        )
    return tuple(Unread(path, reason) for path, reason in sorted(found.items()))


def _served(prototype: Prototype, file: SourceFile) -> Iterator[str]:
    facts = prototype.facts.get(file.path)
    for imported in facts.imports if facts is not None else ():
        if (name := _server(imported)) is not None:
            yield name
    text = file.text or ""
    for path, name, word, said in _FILES:
        if word in text and path.search(file.path) and said.search(text):
            yield name


def _kept(prototype: Prototype, file: SourceFile) -> Iterator[str]:
    facts = prototype.facts.get(file.path)
    if facts is not None and facts.may_serve:
        values = (i.specifier for i in facts.imports if not i.type_only)
        yield from (_STORES[name] for name in values if name in _STORES)


def _server(imported: Import) -> str | None:
    if imported.type_only:
        return None
    names = {*imported.imported, *imported.names}
    package = _PACKAGE.match(imported.specifier)
    whole = package[0] if package and package[0] in _WITH_PARTS else imported.specifier
    parts = (f"{imported.specifier}.{name}" for name in names)  # `from aiohttp import web`
    for module in (whole, *parts):
        name, makes = _SERVERS.get(module, ("", _ANY))
        if name and (module != whole or not makes or makes & names):
            return name
    return None


_PACKAGE = regex(r"[\w-]+")
_WITH_PARTS = frozenset({"litestar", "gradio"})
