"""Controllers of NestJS: `@Controller("orders")` with `@Get(":id")` and its like on methods."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, arguments, callee, string
from shipworthy.prototype.routes.route import Route, RouteKind

NEST = "nestjs"
VERBS = {
    **{verb.title(): verb.upper() for verb in ("get", "post", "put", "patch", "delete", "head")},
    "All": "*",
    "Options": "OPTIONS",
    "Sse": "GET",
}


def nest_endpoints(syntax: Syntax) -> Iterator[Route]:
    """The methods of controllers that answer requests."""
    if "@Controller(" not in (syntax.source.text or ""):
        return
    for kind in syntax.root.find_all(kind="class_declaration"):
        prefixes = _paths(_decorating(kind), ("Controller",))
        name, body = kind.field("name"), kind.field("body")
        if prefixes is None or name is None or body is None:
            continue
        waiting: list[SgNode] = []
        for member in body.named_children():
            if member.kind() == "decorator":
                waiting.append(member)
                continue
            if member.kind() == "method_definition":
                yield from _of_method(syntax, name.text(), prefixes, member, waiting)
            waiting = []


def _of_method(
    syntax: Syntax, owner: str, prefixes: list[str], method: SgNode, decorators: list[SgNode]
) -> Iterator[Route]:
    name = method.field("name")
    for decorator in decorators:
        verb = callee(decorator.named_children()[0]) if decorator.named_children() else ""
        inside = _paths([decorator], tuple(VERBS))
        if inside is None or name is None:
            continue
        for prefix in prefixes:
            for path in inside:
                full = "/" + "/".join(part.strip("/") for part in (prefix, path) if part.strip("/"))
                handler, where = f"{owner}.{name.text()}", syntax.location(method)
                yield Route(RouteKind.ENDPOINT, NEST, VERBS[verb], full, handler, where)


def _decorating(kind: SgNode) -> list[SgNode]:
    """The decorators of a class, which stand in it or before its `export`."""
    holder = kind.parent()
    around = holder.named_children() if holder and holder.kind() == "export_statement" else []
    return [n for n in (*around, *kind.named_children()) if n.kind() == "decorator"]


def _paths(decorators: list[SgNode], names: tuple[str, ...]) -> list[str] | None:
    """The paths that one of these decorators names; None where there is none of them."""
    for decorator in decorators:
        call = next((n for n in decorator.named_children() if n.kind() == "call_expression"), None)
        if call is None or callee(call) not in names:
            continue
        given = arguments(call)
        if not given:
            return [""]
        if given[0].kind() == "object":
            said = next((p for p in given[0].named_children() if p.text().startswith("path")), None)
            value = said.field("value") if said is not None else None
            return [(string(value) or "") if value is not None else ""]
        listed = given[0].named_children() if given[0].kind() == "array" else [given[0]]
        return [string(each) or "" for each in listed]
    return None
