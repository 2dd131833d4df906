"""What the caller gets: answers, refusals and redirects, in the words of each framework."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.evaluation.members import gone_through
from shipworthy.prototype.handlers.handler import Check, EffectKind
from shipworthy.prototype.handlers.sent import checked
from shipworthy.prototype.handlers.values import (
    NEVER,
    NULL,
    UNKNOWN,
    UNSET,
    Value,
    all_origins,
    replace,
)
from shipworthy.regex import regex

_RESPONSE = frozenset({"response", "truthy"})
BUILT = (0, "built file")
"""What has been written so far into a file that a library puts together."""


def respond(walk: Evaluation, body: Value, status: Value, at: int, form: str = "json") -> Value:
    """An answer with a status, as a value that tells refusals from answers."""
    number = status.literal if isinstance(status.literal, int) else None
    if any(guard.check in _ENTITLES for _, passed in body.cases for guard in passed):
        before = walk.guards
        for case, passed in body.cases:  # each way has been checked for itself
            walk.guards = before | passed
            _sent(walk, case, number, at, form)
        walk.guards = before
    else:
        _sent(walk, body, number, at, form)
    return Value(
        what="response",
        tags=_RESPONSE,
        fields={"status": Value(literal=number) if number is not None else UNKNOWN},
    )


def returned(walk: Evaluation, result: Value, at: int) -> None:
    """What a function of a framework returns is sent to whoever called it, however it came about."""
    body = all_origins(result).union(*(all_origins(case) for case, _ in result.cases))
    if body:
        walk.effect(EffectKind.RESPONSE, "return", "", at, inputs={"body": body})


def sent_back(walk: Evaluation, value: Value, at: int) -> Value:
    """`return rows` in a handler of Fastify: sent as JSON, unless it is the reply that was sent before."""
    if "response" in value.tags or value.is_null:
        return value
    return respond(walk, value, UNKNOWN, at)


_ENTITLES = frozenset({Check.OWNER})


def _sent(walk: Evaluation, body: Value, status: int | None, at: int, form: str) -> None:
    html = form == "html"
    walk.effect(
        EffectKind.HTML if html else EffectKind.RESPONSE,
        form,
        "",
        at,
        inputs={"text" if html else "body": _shown(walk, body), **_keys(walk, body)},
        literals=_written(status, body),
        values={"text" if html else "body": body, **_fields_of(body)},
    )


_MESSAGES = ("error", "message", "detail", "msg", "title")


def _written(status: int | None, body: Value) -> dict[str, str]:
    found = {"status": str(status)} if status is not None else {}
    proof = next(_proofs(body), "")
    if proof:
        found["proof"] = proof
    texts = [body.text, *((body.fields or {}).get(key, UNKNOWN).text for key in _MESSAGES)]
    message = next((text for text in texts if text), None)
    return {**found, "message": message[:200]} if message else found


_PROOF = regex(
    r"(password_?)?reset_?(token|code|link|url|otp)|(verification|verify|login)_?code|otp(_?code)?|one_?time_?code"
    r"|magic_?link|temp(orary)?_?password",
    re.IGNORECASE,
)
_DEEPEST = 3  # fields in fields


def _proofs(body: Value, depth: int = 1) -> Iterator[str]:
    """The fields of an answer that hold what proves who somebody is, made here and not sent along."""
    for key, value in (body.fields or {}).items():
        if value.fields is not None:
            if depth < _DEEPEST:
                yield from (f"{key}.{name}" for name in _proofs(value, depth + 1))
        elif _PROOF.fullmatch(key) and value is not UNKNOWN:
            ways = [way for way, _ in value.cases] or [value]
            made = all(w.literal is UNSET and "maybe" not in w.tags for w in ways)
            if made and not any(o.is_input for w in (value, *ways) for o in w.origins):
                yield key


def _fields_of(body: Value) -> dict[str, Value]:
    return {f"body.{key}": value for key, value in (body.fields or {}).items()}


def _keys(walk: Evaluation, body: Value) -> dict[str, frozenset]:  # type: ignore[type-arg]
    if body.fields is None:
        return {}
    return {f"body.{key}": _shown(walk, value) for key, value in body.fields.items()}


def _shown(walk: Evaluation, value: Value, depth: int = 4) -> frozenset:  # type: ignore[type-arg]
    """What an answer tells of what it was made from: a yes or no tells nothing of a row."""
    if "truth" in value.tags:
        return frozenset(o for o in all_origins(value) if o.kind != "row")
    if depth == 0 or (value.fields is None and value.elements is None):
        return gone_through(walk, value).origins
    inner = [*(value.fields or {}).values(), *(value.elements or ())]
    return value.origins.union(*(_shown(walk, part, depth - 1) for part in inner))


def _status_of(options: Value) -> Value:
    if options.fields is not None:
        return options.fields.get("status", UNKNOWN)
    return UNKNOWN


def _web_json(walk: Evaluation, site: Site) -> Value | None:
    return respond(walk, site.argument(0), _status_of(site.argument(1)), site.call.at)


def _web_response(walk: Evaluation, site: Site) -> Value | None:
    options = site.argument(1)
    headers = options.fields.get("headers", UNKNOWN) if options.fields else UNKNOWN
    kinds = [
        value.text or ""
        for key, value in (headers.fields or {}).items()
        if key.lower() == "content-type"
    ]
    form = "html" if any("text/html" in kind for kind in kinds) else "json"
    body = _with_what_was_built(walk, site.argument(0))
    return respond(walk, body, _status_of(options), site.call.at, form)


def _with_what_was_built(walk: Evaluation, body: Value) -> Value:
    """The bytes of a file that was put together before, where nothing else tells what they hold."""
    built = walk.heap.get(BUILT)
    unseen = body.fields is None and body.literal is UNSET and not body.origins
    if built is None or not unseen or body.elements or body is UNKNOWN:
        return body
    return replace(body, origins=built.origins)


def _redirect(*, ends: bool) -> Callable[[Evaluation, Site], Value | None]:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        given = [v for v in site.given if not isinstance(v.literal, int)]
        url = given[0] if given else UNKNOWN
        walk.effect(
            EffectKind.REDIRECT,
            "redirect",
            url.text or "",
            site.call.at,
            inputs={"url": all_origins(url), "start": _start(url)},
            values={"start": checked(_first(url))},
        )
        if ends:
            return NEVER
        return Value(what="response", tags=_RESPONSE | {f"redirect:{_target(url)}"})

    return answer


def _first(url: Value) -> Value:
    """The part of a URL that decides where it leads."""
    if url.elements is not None and url.what in ("text", "url"):
        first = url.elements[0] if url.elements else UNKNOWN
        return UNKNOWN if first.text else first
    return url


def _target(url: Value) -> str:
    """Where a redirect leads as far as the code says: a path or the name of a page."""
    if url.text is not None:
        return url.text
    named = next((tag[4:] for tag in url.tags if tag.startswith("url:")), "")
    return named or next((v.text for v in url.elements or () if v.text), "")


def _start(url: Value) -> frozenset:  # type: ignore[type-arg]
    """What decides the host of a URL: the first part of a text."""
    if url.elements is not None and url.what == "text":
        first = url.elements[0]
        return frozenset() if first.text else all_origins(first)
    return all_origins(url)


def _never(walk: Evaluation, site: Site) -> Value | None:
    return NEVER


def _error_response(walk: Evaluation, site: Site) -> Value | None:
    """`raise HTTPException(500, detail=str(e))`, `throw new Error(…)` of a framework."""
    respond(
        walk,
        site.argument(1, "detail", "description"),
        site.argument(0, "status_code"),
        site.call.at,
    )
    return Value(what="response", tags=_RESPONSE)


def _status(walk: Evaluation, site: Site) -> Value | None:
    if site.name == "writeHead":
        walk.heap[0, "status"] = site.argument(0)
    return replace(site.receiver, fields={"status": site.argument(0)}, tags=_RESPONSE)


def _head(walk: Evaluation, site: Site) -> Value | None:
    """`res.writeHead(401, { "Content-Type": "application/json" })` of Node."""
    fields = site.given[-1].fields if site.given else None
    for name, kind in (fields or {}).items():
        if name.lower() == "content-type":
            walk.heap[0, "content-type"] = kind
    return _status(walk, site)


def _assigned(walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
    """`res.statusCode = 401`, for the answer that follows."""
    if key == "statusCode":
        walk.heap[0, "status"] = value


def _send(walk: Evaluation, site: Site) -> Value | None:
    set_before = walk.heap.pop((0, "status"), UNKNOWN)
    status = (site.receiver.fields or {}).get("status", set_before)
    body = site.argument(0)
    if isinstance(body.literal, int) and site.has(
        1
    ):  # res.json(status, body) of Hono and old Express
        status, body = body, site.argument(1)
    elif site.has(1) and isinstance(site.argument(1).literal, int):
        status = site.argument(1)
    body = _with_what_was_built(walk, body)
    text = body.what == "text" or body.text is not None
    plain = walk.heap.get((0, "content-type"))
    html = site.name == "html" or (
        text and site.name in ("send", "end") and (plain is None or "html" in (plain.text or ""))
    )
    form = "html" if html else "json"
    respond(walk, body, status, site.call.at, form)
    return NEVER if walk.in_hook else Value(what="response", tags=_RESPONSE)


def _header(walk: Evaluation, site: Site) -> Value | None:
    """`res.type("text/plain")`, `res.setHeader("Content-Type", …)`: how an answer is to be read."""
    kind = site.argument(0)
    if site.name != "type":
        if (kind.text or "").lower() != "content-type":
            return site.receiver
        kind = site.argument(1)
    walk.heap[0, "content-type"] = kind
    return site.receiver


def _page(walk: Evaluation, site: Site) -> Value | None:
    """`res.render("orders", { rows })`: the page shows what its template names of what it is given."""
    set_before = walk.heap.pop((0, "status"), UNKNOWN)
    status = (site.receiver.fields or {}).get("status", set_before)
    return respond(walk, site.argument(1), status, site.call.at, "page")


def _itself(walk: Evaluation, site: Site) -> Value | None:
    """`res.attachment("rows.csv").send(…)`: the answer, with one header more."""
    return site.receiver


RES = "response:node"

CALLS = {
    "next/server.NextResponse.json": _web_json,
    "Response.json": _web_json,
    "Response": _web_response,
    "next/server.NextResponse": _web_response,
    "next/server.NextResponse.redirect": _redirect(ends=False),
    "Response.redirect": _redirect(ends=False),
    "next/navigation.redirect": _redirect(ends=True),
    "next/navigation.permanentRedirect": _redirect(ends=True),
    "next/navigation.notFound": _never,
    "next/navigation.unauthorized": _never,
    "next/navigation.forbidden": _never,
    "process.exit": _never,
    "Deno.exit": _never,
    "sys.exit": _never,
    "flask.abort": _never,
    "flask.redirect": _redirect(ends=False),
    "django.shortcuts.redirect": _redirect(ends=False),
    "fastapi.responses.RedirectResponse": _redirect(ends=False),
    "starlette.responses.RedirectResponse": _redirect(ends=False),
    "@remix-run/node.redirect": _redirect(ends=False),
    "@remix-run/node.json": _web_json,
    "streamlit.stop": _never,
    "streamlit.rerun": lambda walk, site: NULL,
    "fastapi.HTTPException": _error_response,
    "fastapi.exceptions.HTTPException": _error_response,
    f"{RES}.status": _status,
    f"{RES}.code": _status,
    f"{RES}.type": _header,
    f"{RES}.set": _header,
    f"{RES}.setHeader": _header,
    f"{RES}.header": _header,
    f"{RES}.append": _header,
    f"{RES}.writeHead": _head,
    f"{RES}.json": _send,
    f"{RES}.jsonp": _send,
    f"{RES}.render": _page,
    f"{RES}.send": _send,
    f"{RES}.end": _send,
    f"{RES}.write": _send,
    f"{RES}.sendStatus": lambda walk, site: respond(walk, UNKNOWN, site.argument(0), site.call.at),
    f"{RES}.redirect": _redirect(ends=False),
    "request:hono.json": _send,
    "request:hono.text": _send,
    "request:hono.html": _send,
    "request:hono.redirect": _redirect(ends=False),
}

CALLS |= {
    f"{RES}.{name}": _itself
    for name in "attachment clearCookie cookie links location setCookie vary".split()
}

ASSIGNED = {RES: _assigned}
