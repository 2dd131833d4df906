"""Cloud Functions for Firebase that a page or anybody else calls: `onCall` and `onRequest`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import Syntax, arguments, callee
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

FIREBASE = "firebase"
_PACKAGE = regex(r"[\"']firebase-functions(/[\w/]+)?[\"']")
_MADE = regex(r"(^|\.)(onCall|onRequest)$")
_ROUTER = r"\b{}\s*=\s*(await\s+)?(express|new Hono|fastify|Router|\w*[aA]pp)\s*\("


def firebase_functions(syntax: Syntax) -> Iterator[Route]:
    """`exports.pay = functions.https.onCall(…)`, `export const hook = onRequest(…)`."""
    text = syntax.source.text or ""
    if "firebase-functions" not in text or _PACKAGE.search(text) is None:
        return
    if "getRequestHandler" in text:  # all of Next.js in one function
        return
    for call in syntax.calls:
        made = _MADE.search(callee(call))
        name = _name(call) if made is not None else ""
        if made is None or not name or _is_of_router(syntax, call):
            continue
        method = "POST" if made[2] == "onCall" else "*"
        where = syntax.location(call)
        yield Route(RouteKind.EDGE_FUNCTION, FIREBASE, method, f"/{name}", name, where)


def is_compiled(route: Route, paths: Container[str]) -> bool:
    """True for a function of `lib/`, of which the source stands in `src/` beside it."""
    path = route.location.path
    if route.framework != FIREBASE or not path.endswith(".js"):
        return False
    source = re.sub(r"(^|/)(lib|dist|build)/((?:src/)?)", r"\1src/", path).removesuffix(".js")
    return source + ".js" != path and f"{source}.ts" in paths


def _name(call: SgNode) -> str:
    """The name that a function is exported or kept by."""
    holder = call.parent()
    while holder is not None and holder.kind() in ("as_expression", "parenthesized_expression"):
        holder = holder.parent()
    if holder is None:
        return ""
    target = holder.field(
        {"assignment_expression": "left", "pair": "key"}.get(holder.kind(), "name")
    )
    return target.text().rpartition(".")[2] if target is not None else ""


def _is_of_router(syntax: Syntax, call: SgNode) -> bool:
    """True for `onRequest(app)`: the routes of the application are ways in by themselves."""
    given = [peeled(each) or each for each in arguments(call)]
    if not given or given[-1].kind() != "identifier":
        return False
    name = given[-1].text()
    made = re.search(_ROUTER.format(re.escape(name)), syntax.source.text or "")
    return made is not None or name in ("app", "api", "server")
