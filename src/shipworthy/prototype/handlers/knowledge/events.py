"""Functions that get an event: AWS Lambda, and Netlify Functions of the first kind, which take it over.

Their events: https://docs.netlify.com/functions/lambda-compatibility and, of an API Gateway,
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.knowledge.requests import parameter, principal
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.values import (
    UNKNOWN,
    Value,
    from_origins,
    of_cases,
)

EVENT = "request:event"
CONTEXT = "request:event context"

_PARTS = {
    "body": "body",
    "rawBody": "body",
    "queryStringParameters": "query",
    "multiValueQueryStringParameters": "query",
    "rawQuery": "query",
    "rawQueryString": "query",
    "pathParameters": "path",
    "path": "path",
    "rawPath": "path",
    "rawUrl": "path",
}


def _event(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`event.body`, `event.queryStringParameters`: what whoever calls sends."""
    kind = _PARTS.get(key)
    if kind is not None:
        return parameter(kind)
    match key:
        case "headers" | "multiValueHeaders":
            return parameter("header", "headers")
        case "httpMethod":
            if walk.asked_path and walk.asked_method != "*":
                return Value(literal=walk.asked_method, tags=frozenset({"settled"}))
            return Value(what=f"{EVENT}.{key}")
        case "requestContext":
            return Value(what=CONTEXT)
    return None


def _context(walk: Evaluation, value: Value, key: str) -> Value | None:
    """What the platform says of the caller: it has verified the token before it calls."""
    match key:
        case "clientContext" | "authorizer" | "jwt":
            return Value(what=CONTEXT, tags=frozenset({"truthy"}))
        case "user" | "claims" | "principalId":
            return principal(walk, f"context.{key}", 0)
        case "params":
            return parameter("path")
        case "ip":
            return from_origins(Origin("header", "", "x-forwarded-for"))
    return None


def event_answer(walk: Evaluation, value: Value, at: int) -> Value:
    """The record `{ statusCode, body }` that a function returns, as the answer it becomes."""
    if value.cases:
        before, ways = walk.guards, []
        for case, passed in value.cases:
            walk.guards = before | passed
            ways.append((_answer(walk, case, at), passed))
        walk.guards = before
        return of_cases(ways)
    return _answer(walk, value, at)


def _answer(walk: Evaluation, value: Value, at: int) -> Value:
    fields = value.fields
    if fields is None or "statusCode" not in fields:
        return value
    body = fields.get("body", UNKNOWN)
    if body.what == "json text" and body.elements:
        body = body.elements[0]
    headers = (fields.get("headers") or UNKNOWN).fields or {}
    kind = next((v.text or "" for k, v in headers.items() if k.lower() == "content-type"), "")
    form = "html" if "text/html" in kind else "json"
    return respond(walk, body, fields["statusCode"], at, form)


def _parsed_form(walk: Evaluation, site: Site) -> Value | None:
    """`busboy({ headers }).on("field", (name, value) => …)`: the parts of a form, one by one."""
    handler = site.argument(1)
    if handler.closure is None or site.argument(0).text not in ("field", "file"):
        return None
    kind = "form" if site.argument(0).text == "field" else "upload"
    given = (from_origins(Origin(kind, "", "name")), parameter(kind), parameter(kind))
    walk.enter(handler.closure, given, {}, site.call.at)
    return site.receiver


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    "busboy().on": _parsed_form,
    "busboy.default().on": _parsed_form,
}

PROPERTIES = {EVENT: _event, CONTEXT: _context}
