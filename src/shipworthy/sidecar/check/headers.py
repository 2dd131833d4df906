"""The headers that hold a browser back: on pages, on errors, and on what the proxy answers itself."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    exchange,
    held,
    not_applicable,
    unknown,
)
from shipworthy.sidecar.check.target import Target
from shipworthy.sidecar.check.wire import Answer
from shipworthy.sidecar.host import is_of_this_machine

FAMILY = "headers"
FRAMING = "framing"  # the family that says: no other site can show ours in a frame
_CSP = {
    "enforce": "content-security-policy",
    "report-only": "content-security-policy-report-only",
}


def attempts(target: Target) -> Iterator[Attempt]:
    """Each kind of answer."""
    del target
    safe = "every header of the policy, once, with its value; none that tells what runs here"
    yield Attempt("headers-of-pages", "a page", safe, bound(_of, "GET"))
    yield Attempt("headers-of-missing", "a page that is not there", safe, _missing)
    yield Attempt("headers-of-refusals", "a request that the proxy refuses", safe, _refused)
    tries = "a body that is too long"
    yield Attempt("headers-of-413", tries, safe, _too_long, twin_only=True)
    yield Attempt("hsts", "is the site kept on TLS?", "HSTS of the policy", _hsts)
    tries = "a page of another site that shows ours in a frame"
    safe = "X-Frame-Options or an enforced frame-ancestors forbids it"
    yield Attempt("foreign-frame", tries, safe, _framed, family=FRAMING)


def expected(target: Target) -> dict[str, str]:
    """The headers that the policy wants on every answer."""
    headers = target.policy.headers
    wanted = {
        "x-content-type-options": "nosniff",
        "x-frame-options": headers.frame_options,
        "referrer-policy": headers.referrer_policy,
        "permissions-policy": headers.permissions_policy,
        "cross-origin-opener-policy": headers.opener_policy,
    }
    if headers.csp_mode in _CSP:
        wanted[_CSP[headers.csp_mode]] = headers.content_security_policy
    return {name: value for name, value in wanted.items() if value}


def judged(target: Target, answer: Answer, sent: str) -> Seen:
    """Whether an answer has them all, and nothing that gives the application away."""
    wanted = expected(target)
    lines = tuple(exchange(sent, answer, name) for name in wanted)
    for name, value in wanted.items():
        if answer.all(name) != [value]:
            line = exchange(sent, answer, name)
            return broken(f"{name} is not what the policy says, or not there", line)
    for name in ("x-powered-by", "server"):
        found = answer.header(name)
        if found and found.lower() != "envoy":
            return broken(f"{name} tells what runs here", exchange(sent, answer, name))
    return held(f"{len(wanted)} headers as the policy says", *lines[:1])


def _of(target: Target, method: str, query: str = "", status: int = 0) -> Seen:
    way = target.way(method)
    if way is None:
        return unknown("no honest way through is known")
    answer = target.ask(method, way.path + query, *way.headers)
    if answer is None:
        return unknown("the connection was closed")
    sent = f"{method} {way.path}{query}"
    if status and answer.status != status:
        return unknown(f"{answer.status} in place of {status}", exchange(sent, answer))
    return judged(target, answer, sent)


def _missing(target: Target) -> Seen:
    if target.echo is None:
        return _of(target, "GET", "/no/such/page-shipworthy")
    return _of(target, "GET", "?do=missing", 404)


def _refused(target: Target) -> Seen:
    """A POST of another site, or a page for others: whichever this policy refuses."""
    if target.policy.csrf is not None:
        way = target.way("POST")
        path = way.path if way else "/"
        answer = target.ask("POST", path, ("origin", "https://evil.example"))
        sent = f"POST {path}; origin: https://evil.example"
    else:
        closed = [r for r in target.routes if not r.is_open]
        if not closed:
            return not_applicable("the policy refuses nothing")
        answer = target.ask("GET", closed[0].path)
        sent = f"GET {closed[0].path}"
    if answer is None or answer.status < 300:
        return unknown("it was not refused", exchange(sent, answer))
    return judged(target, answer, sent)


def _too_long(target: Target) -> Seen:
    way, limit = target.way("POST"), target.policy.limits.body
    if way is None or limit > 64_000_000:
        return unknown("no way to send a body that is too long")
    headers = (("origin", target.origin), ("content-type", "text/plain"), *way.headers)
    largest = max(limit, *(r.body or 0 for r in target.policy.routes), 0)
    answer = target.ask("POST", way.path, *headers, body=b"a" * (largest + 1))
    if answer is None or answer.status != 413:
        return unknown("it was not answered with 413", exchange(f"POST {way.path}", answer))
    return judged(target, answer, f"POST {way.path}; {limit + 1:,} bytes")


def _hsts(target: Target) -> Seen:
    seconds = int(target.policy.tls.hsts)
    if not seconds:
        return not_applicable("the policy wants none")
    if is_of_this_machine(target.policy.host):
        return not_applicable("it would hold for every other program of this machine, too")
    way = target.way()
    answer = target.ask("GET", way.path if way else "/", *(way.headers if way else ()))
    line = exchange("GET /", answer, "strict-transport-security")
    values = answer.all("strict-transport-security") if answer is not None else []
    if len(values) == 1 and f"max-age={seconds}" in values[0].replace(" ", ""):
        return held(values[0], line)
    return broken("no HSTS, or not the policy's", line)


def _framed(target: Target) -> Seen:
    way = target.way()
    answer = target.ask("GET", way.path if way else "/", *(way.headers if way else ()))
    names = ("x-frame-options", "content-security-policy")
    line = exchange("GET a page", answer, *names)
    if answer is None:
        return unknown("the connection was closed", line)
    options = [value.upper() for value in answer.all(names[0])]
    if len(options) == 1 and options[0] in ("DENY", "SAMEORIGIN"):
        return held(f"{names[0]}: {options[0]}", line)
    ancestors = [
        p.split()[1:] for v in answer.all(names[1]) for p in v.split(";") if _ANCESTORS in p
    ]
    if ancestors and all(a in (["'none'"], ["'self'"]) for a in ancestors):
        return held(f"{_ANCESTORS} {ancestors[0][0]}", line)
    return broken("any site can show ours in a frame", line)


_ANCESTORS = "frame-ancestors"
