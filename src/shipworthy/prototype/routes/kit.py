"""SvelteKit: what a page loads on the server, and the actions of its forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

KIT = "sveltekit"
_PAGE = regex(r"(?:^|/)src/routes/(?:(?P<path>.*)/)?\+(page|layout)\.server\.[jt]s$")
_LOADS = regex(r"^export\s+(?:async\s+)?(?:function|const|let)\s+load\b", re.MULTILINE)
_GROUPS = regex(r"(^|/)\([^)]*\)")


def kit_pages(syntax: Syntax) -> Iterator[Route]:
    """`export const load`, `export const actions = { default, remove }` of a +page.server.ts."""
    match = _PAGE.search(syntax.source.path)
    if match is None:
        return
    path = "/" + _GROUPS.sub("", match["path"] or "").strip("/")
    text = syntax.source.text or ""
    if _LOADS.search(text):
        where = syntax.location(syntax.root)
        yield Route(RouteKind.ROUTE_HANDLER, KIT, "GET", path, "load", where)
    for variable in syntax.nodes("variable_declarator"):
        name, value = variable.field("name"), variable.field("value")
        if name is None or value is None or name.text() != "actions":
            continue
        for action, node in _members(value):
            spoken = path if action == "default" else f"{path}?/{action}"
            where = syntax.location(node)
            yield Route(RouteKind.ROUTE_HANDLER, KIT, "POST", spoken, f"actions.{action}", where)


def _members(value: SgNode) -> Iterator[tuple[str, SgNode]]:
    record = value if value.kind() == "object" else next(iter(value.find_all(kind="object")), None)
    for member in record.named_children() if record is not None else ():
        name = member.field("name") or member.field("key")
        if name is not None:
            yield name.text().strip("\"'"), member
        elif member.kind() == "shorthand_property_identifier":
            yield member.text(), member
