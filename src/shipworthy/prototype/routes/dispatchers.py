"""Servers without a router: workers, functions of Cloudflare Pages, Node's and Bun's own servers.

Which paths they tell apart is found where they are followed; here they are one way in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import JS_FUNCTIONS, Syntax, arguments, callee, string
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

WORKER, PAGES, NODE, BUN = "cloudflare", "cloudflare-pages", "node", "bun"
DISPATCHERS = frozenset({WORKER, NODE, BUN})
"""The frameworks whose one way in answers for all paths."""

_REQUEST = regex(r"\(\s*(_?req(uest)?\b|\w+\s*:\s*Request\b)")
_NODE_HTTP = regex(r"[\"'](?:node:)?https?[\"']")
_OWN_OPTION = regex(r"(async\s+)?(fetch|routes)\b")
_HANDS_ON = regex(
    r"(?<![.\w])(app|handle|requestHandler|nextHandler|yoga)(\.(fetch|handle))?\(\s*(_?req\w*|r)\b"
    r"|\bfetch:\s*[\w.]+\.(fetch|handle)\b"
)
"""What hands a request on to the application of a router."""
_TELLS_APART = regex(r"pathname|\burl\b|\bpath\b|\bmethod\b|createServer\(\s*\w+\s*\)")
_OF_A_PAGE = regex(r"\bcaches\.(open|match)\b|[\"'](install|activate|push)[\"']|\bskipWaiting\b")
"""What the service worker of a page does, which runs in a browser."""
_PAGES = regex(r"(?:^|/)functions/(.+)\.[jt]sx?$")
_ON_REQUEST = regex(
    r"^export\s+(?:async\s+function\*?|function|const|let)\s+onRequest(?P<method>[A-Z][a-z]+)?\b"
    r"|^export\s*\{[^}]*\bonRequest(?P<listed>[A-Z][a-z]+)?\b",
    re.MULTILINE,
)


def dispatchers(syntax: Syntax) -> Iterator[Route]:
    """The ways in of one file that has no router."""
    text = syntax.source.text or ""
    if "onRequest" in text and (pages := _PAGES.search(syntax.source.path)):
        yield from _pages(syntax, pages[1], text)
    if "createServer" in text and _NODE_HTTP.search(text):
        yield from _called(syntax, "createServer", NODE)
    if "Bun.serve" in text:
        yield from _called(syntax, "Bun.serve", BUN)
    if "respondWith" in text and not _OF_A_PAGE.search(text):
        yield from _listening(syntax)
    if "fetch" in text and "export default" in text:
        yield from _worker(syntax)


def _pages(syntax: Syntax, inside: str, text: str) -> Iterator[Route]:
    name = inside.rpartition("/")[2]
    if name == "_middleware":
        return
    parts = re.sub(r"\[\[(\w+)\]\]", r"*", re.sub(r"\[(\w+)\]", r":\1", inside)).split("/")
    path = "/" + "/".join(part for part in parts if part != "index")
    for found in _ON_REQUEST.finditer(text):
        method = found["method"] or found["listed"] or ""
        handler = f"onRequest{method}"
        where = syntax.location(syntax.root)
        yield Route(RouteKind.EDGE_FUNCTION, PAGES, method.upper() or "*", path, handler, where)


def _called(syntax: Syntax, name: str, framework: str) -> Iterator[Route]:
    for call in syntax.calls:
        called = callee(call)
        named = called == name or called.endswith(f".{name}")
        if named and any(_answers(syntax, given) for given in arguments(call)):
            where = syntax.location(call)
            yield Route(RouteKind.ENDPOINT, framework, "*", "/*", name, where)


def _answers(syntax: Syntax, given: SgNode) -> bool:
    """True for a function of this file and for options with one; not for the application of a router."""
    if given.kind() == "object":
        own = (n for n in given.named_children() if _OWN_OPTION.match(n.text()))
        return any(not _hands_on(syntax, n) for n in own)
    if given.kind() == "identifier":
        return re.search(rf"\bfunction\s+{given.text()}\b", syntax.source.text or "") is not None
    return given.kind() in JS_FUNCTIONS and not _hands_on(syntax, given)


def _hands_on(syntax: Syntax, given: SgNode) -> bool:
    """True where a request only goes on to a router, of this file or another, or to Next.js."""
    text = given.text()
    if _HANDS_ON.search(text) is None:
        return False
    of_next = "getRequestHandler" in (syntax.source.text or "")
    return of_next or _TELLS_APART.search(text) is None


def _listening(syntax: Syntax) -> Iterator[Route]:
    for call in syntax.calls:
        given = arguments(call)
        listens = callee(call) in ("addEventListener", "self.addEventListener")
        if listens and given and string(given[0]) == "fetch":
            where = syntax.location(call)
            yield Route(RouteKind.EDGE_FUNCTION, WORKER, "*", "/*", "fetch", where)


def _worker(syntax: Syntax) -> Iterator[Route]:
    """`export default { async fetch(request, env) { … } }`."""
    for made in syntax.nodes("method_definition", "pair"):
        if not _is_fetch(made) or _hands_on(syntax, made) or _is_argument(made.parent()):
            continue
        where = syntax.location(made)
        yield Route(RouteKind.EDGE_FUNCTION, WORKER, "*", "/*", "fetch", where)
        return


def _is_fetch(node: SgNode) -> bool:
    name = node.field("name") or node.field("key")
    if name is None or name.text() != "fetch":
        return False
    value = node.field("value")
    function = value if value is not None else node
    if value is not None and value.kind() not in ("arrow_function", "function_expression"):
        return value.kind() == "identifier"
    return _REQUEST.search(function.text()[:120]) is not None


def _is_argument(record: SgNode | None) -> bool:
    """True for the options of `Bun.serve({ fetch })`, and for a class."""
    if record is None or record.kind() != "object":
        return True
    holder = record.parent()
    if holder is None or holder.kind() != "arguments":
        return False
    call = holder.parent()
    return call is not None and callee(call).rpartition(".")[2] in (
        "serve",
        "createClient",
        "fetch",
    )
