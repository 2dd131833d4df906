"""Routes of Fastify that stand in a list and are handed over elsewhere: `routes.forEach(app.route)`."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, dotted, string
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

DESCRIBED = "fastify"
_MAYBE = regex(r"\burl\s*:\s*[\"'`]/")
_METHODS = regex(r"\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b")


def described_routes(syntax: Syntax) -> Iterator[Route]:
    """`{ method: "GET", url: "/x", handler }`, alone or in a list, where no call is around it."""
    text = syntax.source.text or ""
    if not _MAYBE.search(text) or "handler" not in text or "method" not in text:
        return
    for pair in syntax.nodes("pair"):
        key, value = pair.field("key"), pair.field("value")
        if key is None or value is None or key.text().strip("\"'") != "url":
            continue
        listed, path = pair.parent(), string(value)
        holder = listed.parent() if listed is not None else None
        if listed is None or holder is None or holder.kind() == "arguments":
            continue
        if path is not None and path.startswith("/"):
            yield from _described(syntax, listed, path)


def _described(syntax: Syntax, listed: SgNode, path: str) -> Iterator[Route]:
    parts: dict[str, SgNode] = {}
    for part in listed.children():
        key = part.field("key") or part.field("name")
        if part.kind() == "shorthand_property_identifier":
            parts[part.text()] = part
        elif key is not None:
            parts[key.text().strip("\"'")] = part.field("value") or part
    handler, method = parts.get("handler"), parts.get("method")
    if handler is None or method is None:
        return
    for verb in dict.fromkeys(_METHODS.findall(method.text().upper())):
        name = dotted(handler) if handler.kind() in _NAMES else ""
        yield Route(
            RouteKind.ENDPOINT,
            DESCRIBED,
            verb,
            path,
            name or f"{verb.lower()} {path}",
            syntax.location(listed),
        )


_NAMES = frozenset({"identifier", "member_expression"})
