"""Requests with an allowed method that ask the application to take them for a closed one.

What frameworks believe: `X-HTTP-Method-Override` and its like, `_method` in a query, a form or JSON. Judged
by what arrives.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.edge.routes import rule_of
from shipworthy.sidecar.check.attempt import Attempt, Seen, bound, broken, exchange, held, unknown
from shipworthy.sidecar.check.doors import Door, doors
from shipworthy.sidecar.check.target import Target, Way, fresh_word

FAMILY = "methods"
_ALLOWED = ("POST", "GET", "PUT", "PATCH", "DELETE")
_HEADERS = {
    "x-http-method-override": "x-http-method-override",
    "x-http-method": "x-http-method",
    "x-method-override": "x-method-override",
    "header-with-underscores": "X_HTTP_METHOD_OVERRIDE",
}
_QUERIES = {
    "query": "_method={}",
    "coded-query": "a=1&%5fm%65thod={}",
    "query-as-list": "a=1&_method[]={}",
    "query-with-a-dot": ".method={}",
}
_PART = '--x\r\nContent-Disposition: form-data; name="_method"\r\n\r\n{}\r\n--x--\r\n'
_BODIES = {  # what a form is called, and what it says
    "form": ("application/x-www-form-urlencoded", "a=1&_method={}"),
    "coded-form": ("application/x-www-form-urlencoded", "%5Fmethod={}&a=1"),
    "form-in-parts": ("multipart/form-data; boundary=x", _PART),
    "json": ("application/json", '{{"_method": "{}"}}'),
}


def attempts(target: Target) -> Iterator[Attempt]:
    """On each closed route whose rule is for some methods, where another method is open."""
    safe = "the application gets no word of the closed method"
    for door in doors(target):
        found = _open(target, door) if door.route.methods else None
        if found is None:
            continue
        method, way = found
        for what, header in _HEADERS.items():
            run = bound(_asked, door, method, way, (header, door.method), "")
            tries = f"{method} with {header}: {door.method}"
            yield Attempt(f"method-in-{what}", tries, safe, run, door.name, True)
        for what, query in _QUERIES.items():
            asked = query.format(door.method)
            run = bound(_asked, door, method, way, None, asked)
            yield Attempt(
                f"method-in-{what}", f"{method} with ?{asked}", safe, run, door.name, True
            )
        for what, (kind, text) in _BODIES.items() if method != "GET" else ():
            said = text.format(door.method)
            run = bound(_asked, door, method, way, ("content-type", kind), "", said)
            tries = f"{method} with a body of {kind.partition(';')[0]} that says _method"
            yield Attempt(f"method-in-{what}", tries, safe, run, door.name, True)


def _open(target: Target, door: Door) -> tuple[str, Way] | None:
    """Another method that an honest caller may use at the same path."""
    for method in _ALLOWED:
        rule = rule_of(target.routes, door.path, method)
        headers = target.passport(rule.need) if rule and rule != door.route else None
        if headers is not None:
            return method, Way(door.path, headers)
    return None


def _asked(
    target: Target,
    door: Door,
    method: str,
    way: Way,
    header: tuple[str, str] | None,
    query: str,
    body: str = "",
) -> Seen:
    word = fresh_word()
    own = () if method == "GET" else (("origin", target.origin),)
    path = f"{way.path}?check={word}{f'&{query}' if query else ''}"
    headers = (*way.headers, *own, *([header] if header else []))
    answer = target.ask(method, path, *headers, body=body.encode())
    asked = f"{header[0]}: {header[1]}" if header else f"?{query}"
    line = exchange(f"{method} {way.path}; {asked}", answer)
    reached = target.reached(word)
    for heard in reached:
        told = [*(value for _, value in heard.headers), heard.target, heard.body.decode("latin-1")]
        if any(door.method in value for value in told):
            return broken(f"the application is asked for {door.method}", line)
    if not reached and (answer is None or answer.status >= 500):
        return unknown("no answer came", line)
    return held("the application got none of it" if reached else "refused", line)
