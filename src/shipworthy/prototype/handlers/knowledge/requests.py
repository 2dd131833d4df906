"""What a request brings: bodies, parameters, headers, cookies, in the words of each framework."""

from __future__ import annotations

import re
from collections.abc import Callable

from shipworthy.prototype.handlers.comparing import ROLE_KEY, UNSIGNED
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.evaluation.asked import method_of, path_of
from shipworthy.prototype.handlers.handler import Check, EffectKind, Origin
from shipworthy.prototype.handlers.sent import checked
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Value,
    all_origins,
    from_origins,
    replace,
)
from shipworthy.regex import regex

WEB = "request:web"  # fetch's Request, as Next.js, Deno, Remix and Workers pass it
NODE = "request:node"  # Express, Fastify, pages/api
HONO = "request:hono"  # a context of Hono
TARGET = ("path of the request", "method of the request")  # kept with one of Python, if known
BINDINGS = "worker.env"  # what a worker is given besides the request: settings and stores


def principal(walk: Evaluation, how: str, at: int, *, check: Check = Check.SESSION) -> Value:
    """The caller of a session: there, with the session checked, or nothing."""
    return Value(
        origins=frozenset({Origin("principal")}),
        what="principal",
        cases=(
            (
                Value(
                    origins=frozenset({Origin("principal")}),
                    what="principal",
                    tags=frozenset({"truthy"}),
                ),
                frozenset({walk.guard(check, how, at)}),
            ),
            (NULL, NO_GUARDS),
        ),
    )


def parameter(kind: str, what: str = "") -> Value:
    """The whole of one part of a request."""
    return from_origins(Origin(kind), what=what or kind)


def _web(walk: Evaluation, value: Value, key: str) -> Value | None:
    match key:
        case "url" | "nextUrl":
            return _own_url(walk)
        case "params":
            return parameter("path")
        case "query":
            return parameter("query")
        case "method" if walk.asked is not None:
            return method_of(walk.asked)
        case "headers":
            return Value(what="headers")
        case "cookies":
            return Value(what="cookies")
        case "body":
            return parameter("body")
        case "method" if walk.asked_path and walk.asked_method != "*":
            return Value(literal=walk.asked_method, tags=frozenset({"settled"}))
        case "ip" | "geo" | "method" | "signal":
            return Value(what=f"{WEB}.{key}")
        case "auth" | "user":
            return principal(walk, "the platform's session", 0)
    return None


def _own_url(walk: Evaluation) -> Value:
    """The URL of the request, which tells the paths of a server apart that has no router."""
    query = frozenset({Origin("query")})
    if walk.asked is None:
        return Value(origins=query, what="url")
    return replace(path_of(walk.asked, "url"), origins=query)


def _node(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key == "signedCookies":
        return Value(what="cookies whose signature the framework has checked")
    kind = _NODE_PARTS.get(key)
    if kind is not None:
        return parameter(kind, what=f"{kind}s" if kind in ("header", "cookie") else kind)
    match key:
        case "url" if walk.asked is not None:
            return _own_url(walk)
        case "path" if walk.asked is not None:
            return path_of(walk.asked)
        case "method" if walk.asked is not None:
            return method_of(walk.asked)
        case "path" | "url" | "originalUrl" | "method" if walk.asked_path:
            return target_asked(walk, key) or Value(what=f"{NODE}.{key}")
        case "user" | "auth" | "currentUser" | "userId" | "account" | "dbUser":
            return principal(walk, f"req.{key}", 0)
        case "session":
            return Value(what="session")
        case "file" | "files":
            return parameter("upload")
        case "ip" | "method" | "path" | "originalUrl" | "log" | "app" | "socket":
            return Value(what=f"{NODE}.{key}")
        case "hostname" | "host":
            return from_origins(Origin("header", "", "host"))
        case "rawBody":
            return parameter("body")
    return None


def target_asked(walk: Evaluation, key: str) -> Value | None:
    """The path or the method of the request for which a middleware is followed."""
    text = walk.asked_whole if key == "originalUrl" else walk.asked_path
    if key == "method":
        text = walk.asked_method.upper() if walk.asked_method != "*" else ""
    return Value(literal=text, tags=frozenset({"settled"})) if text else None


def _hono_asked(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`c.req.path` and `c.req.method` in a middleware of Hono."""
    if walk.asked_path and key in ("path", "method"):
        return target_asked(walk, key)
    return None


_NODE_PARTS = {
    "body": "body",
    "query": "query",
    "params": "path",
    "headers": "header",
    "cookies": "cookie",
}


def _signed_in(walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
    """`req.session.userId = user.id`: whoever calls is signed in."""
    if _WHO.fullmatch(key) and all_origins(value):
        inputs = {"text": all_origins(value), "key": frozenset[Origin]()}
        walk.effect(EffectKind.TOKEN, "sign", SESSION, at, inputs=inputs)


SESSION = "session"
_WHO = regex(r"user|user_?id|account_?id|uid|member_?id|admin_?id|customer_?id", re.IGNORECASE)

ASSIGNED = {SESSION: _signed_in}


def _session(walk: Evaluation, value: Value, key: str) -> Value | None:
    """A session of express-session, Flask or Django: what the server put into it."""
    if key in (
        "save",
        "destroy",
        "regenerate",
        "cookie",
        "id",
        "pop",
        "clear",
        "permanent",
        "reload",
    ):
        return Value(what=f"session.{key}")
    if key in ("get", "user_id"):
        return None if key == "get" else principal(walk, "session", 0)
    return of_session(walk, key, 0)


def of_session(walk: Evaluation, key: str, at: int) -> Value:
    """What the server itself has put into the session of whoever calls: it is known which of it is a role."""
    found = principal(walk, f"session.{key}", at)
    if not ROLE_KEY.search(key):
        return found
    role = frozenset({Origin("principal", "", key)})
    cases = tuple((replace(v, origins=role) if v.origins else v, g) for v, g in found.cases)
    return replace(found, origins=role, cases=cases)


def _headers(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key in ("get", "has", "entries", "forEach", "getlist"):
        return None
    return from_origins(Origin("header", "", key.lower()))


def _cookies(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key in ("get", "getAll", "set", "delete", "has"):
        return None
    return cookie(walk, key)


def _signed_cookies(walk: Evaluation, value: Value, key: str) -> Value | None:
    return principal(walk, f"signed cookie {key}", 0)


def cookie(walk: Evaluation, name: str) -> Value:
    """What a cookie of this name brings: some hold a plain id, whatever they are called."""
    return from_origins(Origin("cookie", UNSIGNED if name in walk.program.unsigned else "", name))


def _cookie(walk: Evaluation, site: Site) -> Value | None:
    return cookie(walk, site.argument(0).text or "")


def _url(walk: Evaluation, value: Value, key: str) -> Value | None:
    sent = frozenset(o for o in all_origins(value) if o != Origin("query"))
    if sent and key != "searchParams":  # of a URL that was put together, not of the request's own
        return Value(origins=sent, what=f"url.{key}")
    match key:
        case "searchParams":
            return Value(origins=frozenset({Origin("query")}), what="searchParams")
        case "query":
            return parameter("query")
        case "pathname" if walk.asked is not None and value.origins:
            return path_of(walk.asked)
        case "pathname" if walk.asked_path:
            return Value(literal=walk.asked_path, tags=frozenset({"settled"}))
        case "pathname" | "href":
            return from_origins(Origin("path"))
        case "origin" | "host" | "hostname" | "protocol":
            return from_origins(Origin("header", "", "url"))
    return None


def _get(kind: str) -> Callable[[Evaluation, Site], Value | None]:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        name = site.argument(0).text
        if name is None:
            return from_origins(Origin(kind))
        return from_origins(Origin(kind, "", name.lower() if kind == "header" else name))

    return answer


def _text(kind: str) -> Callable[[Evaluation, Site], Value | None]:
    """`searchParams.get("id")`: a string, whatever is sent."""
    asked = _get(kind)

    def answer(walk: Evaluation, site: Site) -> Value | None:
        value = asked(walk, site)
        return None if value is None else replace(value, tags=value.tags | {"string"})

    return answer


def _whole(kind: str, what: str = "") -> Callable[[Evaluation, Site], Value | None]:
    return lambda walk, site: parameter(kind, what)


def _search_params(walk: Evaluation, site: Site) -> Value | None:
    """Parameters of the request, or those that the code itself puts together."""
    given = site.argument(0)
    if not site.has(0):
        return Value(elements=(Value(fields={}),), what="searchParams")
    if given.fields is not None:
        return Value(elements=(given,), what="searchParams")
    return Value(origins=given.origins or frozenset({Origin("query")}), what="searchParams")


def _get_session(walk: Evaluation, site: Site) -> Value | None:
    return principal(walk, "session", site.call.at)


def _cookie_jar(walk: Evaluation, site: Site) -> Value | None:
    return Value(what="cookies")


def _named_cookie(walk: Evaluation, site: Site) -> Value | None:
    """`getCookie(context, "name")`; all of them where no name is given."""
    names = [v.text for v in site.given[:2] if v.text is not None]
    return cookie(walk, names[0]) if names else Value(what="cookies")


def _header_list(walk: Evaluation, site: Site) -> Value | None:
    return Value(what="headers")


def _new_url(walk: Evaluation, site: Site) -> Value | None:
    first = checked(site.argument(0))
    return Value(origins=first.origins, what="url", elements=first.elements)


def _parsed_url(walk: Evaluation, site: Site) -> Value | None:
    """`urlparse(address)` of Python."""
    return Value(origins=all_origins(site.argument(0)), what="url")


def _joined_url(walk: Evaluation, site: Site) -> Value | None:
    """`urljoin(base, address)`: an address that begins anew is taken whole."""
    return replace(site.argument(1), tags=site.argument(1).tags | {"part"})


def _is_authenticated(walk: Evaluation, site: Site) -> Value | None:
    yes = frozenset({walk.guard(Check.SESSION, site.name, site.call.at)})
    return Value(when=(yes, NO_GUARDS))


def _hono_get(walk: Evaluation, site: Site) -> Value | None:
    key = site.argument(0).text or ""
    kept = walk.heap.get((site.receiver.identity, f"set:{key}"))
    if kept is not None:
        return kept
    if key in ("user", "userId", "session", "jwtPayload", "auth", "currentUser"):
        return principal(walk, f"context {key}", site.call.at)
    return UNKNOWN


def _hono_set(walk: Evaluation, site: Site) -> Value | None:
    key = site.argument(0).text or ""
    if site.receiver.identity:
        walk.heap[site.receiver.identity, f"set:{key}"] = site.argument(1)
    return NULL


def _hono(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key == "req":
        return Value(what=f"{HONO}.req", identity=value.identity)
    if key == "env":
        return Value(what=BINDINGS)
    return None


def _listening(walk: Evaluation, site: Site) -> Value | None:
    """`req.on("data", (part) => …)`, `req.on("end", () => …)` of Node."""
    handler, event = site.argument(1), site.argument(0).text
    if handler.closure is not None and event in ("data", "end", "readable"):
        given = (parameter("body"),) if event == "data" else ()
        walk.enter(handler.closure, given, {}, site.call.at)
    return site.receiver


PROPERTIES = {
    WEB: _web,
    NODE: _node,
    HONO: _hono,
    f"{HONO}.req": _hono_asked,
    "session": _session,
    "headers": _headers,
    "cookies": _cookies,
    "cookies whose signature the framework has checked": _signed_cookies,
    "url": _url,
}

CALLS = {
    f"{WEB}.json": _whole("body"),
    f"{WEB}.text": _whole("body"),
    f"{WEB}.arrayBuffer": _whole("body"),
    f"{WEB}.blob": _whole("body"),
    f"{WEB}.formData": _whole("form", "formdata"),
    f"{WEB}.clone": lambda walk, site: site.receiver,
    "formdata.get": _get("form"),
    "formdata.getAll": _get("form"),
    "files.get": _get("upload"),
    "files.getlist": _get("upload"),
    "formdata.getlist": _get("form"),
    "searchParams.getlist": _get("query"),
    "headers.get": _get("header"),
    "cookies.get": _cookie,
    "searchParams.get": _text("query"),
    "searchParams.getAll": _get("query"),
    "next/headers.cookies": _cookie_jar,
    "cookie.parse": _cookie_jar,
    "cookie.parseCookie": _cookie_jar,
    "nookies.parseCookies": _cookie_jar,
    "nookies.get": _cookie_jar,
    "hono/cookie.getCookie": _named_cookie,
    "cookies-next.getCookie": _named_cookie,
    "cookies-next/server.getCookie": _named_cookie,
    "next/headers.headers": _header_list,
    f"{NODE}.get": _get("header"),
    f"{NODE}.header": _get("header"),
    f"{NODE}.param": _get("path"),
    f"{NODE}.on": _listening,
    f"{NODE}.once": _listening,
    f"{NODE}.setEncoding": lambda walk, site: site.receiver,
    "url.parse": _parsed_url,
    f"{NODE}.isAuthenticated": _is_authenticated,
    f"{HONO}.req.json": _whole("body"),
    f"{HONO}.req.text": _whole("body"),
    f"{HONO}.req.parseBody": _whole("form", "form"),
    f"{HONO}.req.formData": _whole("form", "formdata"),
    f"{HONO}.req.param": _get("path"),
    f"{HONO}.req.query": _get("query"),
    f"{HONO}.req.header": _get("header"),
    f"{HONO}.req.valid": _whole("body"),
    f"{HONO}.get": _hono_get,
    f"{HONO}.set": _hono_set,
    "headers.entries": lambda walk, site: Value(origins=frozenset({Origin("header")})),
    "session.get": _get_session,
    "URL": _new_url,
    "urllib.parse.urlparse": _parsed_url,
    "urllib.parse.urlsplit": _parsed_url,
    "werkzeug.urls.url_parse": _parsed_url,
    "urllib.parse.urljoin": _joined_url,
    "URLSearchParams": _search_params,
    "FormData": _search_params,
    "searchParams.toString": lambda walk, site: site.receiver,
}
