"""Server functions and server routes of TanStack Start: what is said before the handler runs before it.

https://tanstack.com/start/latest/docs/framework/react/guide/server-functions and /middleware
"""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.knowledge.requests import WEB
from shipworthy.prototype.handlers.values import UNKNOWN, Value, from_origins

BUILT = "server function of TanStack Start"
VALIDATOR = "validator of a server function"
LAYER = "middleware of a server function"
HANDLER = "handler of a server function"
FILE_ROUTE = "file route of TanStack"
_TRUTHY = frozenset({"truthy"})
_STEPS = {
    "validator": VALIDATOR,
    "inputValidator": VALIDATOR,
    "server": LAYER,
    "handler": HANDLER,
}


def _made(walk: Evaluation, site: Site) -> Value | None:
    """`createServerFn({ method })` and `createMiddleware({ type })`."""
    del walk, site
    return Value(what=BUILT, elements=(), tags=_TRUTHY)


def _method(walk: Evaluation, value: Value, key: str) -> Value | None:
    """What it becomes with one more step; `.client(…)` runs in the browser, which anybody can leave out."""
    del walk
    kind = _STEPS.get(key)
    if kind is not None:
        return Value(
            native=lambda w, site: _with(value, Value(what=kind, elements=(site.argument(0),)))
        )
    if key == "middleware":
        return Value(native=lambda w, site: _with(value, *steps_of(site.argument(0))))
    if key in ("client", "type", "withOptions"):
        return Value(native=lambda w, site: value)
    return None


def _file_route(walk: Evaluation, site: Site) -> Value | None:
    """`createFileRoute("/api/orders")({ server: { handlers } })`."""
    del walk, site
    return Value(native=_described, tags=_TRUTHY)


def _described(walk: Evaluation, site: Site) -> Value:
    del walk
    return Value(what=FILE_ROUTE, fields=site.argument(0).fields or {}, tags=_TRUTHY)


def _with(value: Value, *steps: Value) -> Value:
    return Value(what=BUILT, elements=((value.elements or ()) + steps), tags=_TRUTHY)


def steps_of(layers: Value) -> tuple[Value, ...]:
    """The steps of all middleware in a list; one that could not be followed stays as it is."""
    found: list[Value] = []
    for layer in layers.elements or ():
        found += (layer.elements or ()) if layer.what == BUILT else (layer,)
    return tuple(found)


def _request(walk: Evaluation, site: Site) -> Value | None:
    del walk, site
    return Value(what=WEB, tags=_TRUTHY)


def _headers(walk: Evaluation, site: Site) -> Value | None:
    del walk, site
    return Value(what="headers", tags=_TRUTHY)


def _header(walk: Evaluation, site: Site) -> Value | None:
    del walk
    return from_origins(Origin("header", "", (site.argument(0).text or "").lower()))


def _cookie(walk: Evaluation, site: Site) -> Value | None:
    del walk
    return from_origins(Origin("cookie", "", site.argument(0).text or ""))


def _session(walk: Evaluation, site: Site) -> Value | None:
    """`useSession({ password })` seals what it keeps: the server alone has written its data."""
    del walk, site
    return Value(what="sealed session", fields={"data": Value(what="session"), "...": UNKNOWN})


_PACKAGES = ("react-start", "solid-start", "start")
CALLS = {
    **{
        f"@tanstack/{package}.{name}": _made
        for package in _PACKAGES
        for name in ("createServerFn", "createMiddleware")
    },
    **{
        f"@tanstack/{package}/server.{name}": answer
        for package in _PACKAGES
        for name, answer in {
            "getRequest": _request,
            "getWebRequest": _request,
            "getRequestHeaders": _headers,
            "getHeaders": _headers,
            "getRequestHeader": _header,
            "getHeader": _header,
            "getCookie": _cookie,
            "useSession": _session,
        }.items()
    },
}
CALLS |= {
    f"@tanstack/{package}.createFileRoute": _file_route
    for package in ("react-router", "solid-router", "react-start")
}
PROPERTIES = {BUILT: _method}
