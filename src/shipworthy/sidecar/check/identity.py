"""Callers who say themselves who they are, in the headers that the proxy tells the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check.attempt import Attempt, Seen, bound, broken, held, unknown
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.check.wire import Connection, request

FAMILY = "identity"
FORGED = (
    "x-user",
    "x-user-email",
    "x-user-role",
    "x-client",
    "x-id-token",
    "x-forwarded-host",
    "x-forwarded-for",
    "x-forwarded-user",
    "x-real-ip",
    "forwarded",
    "x-original-url",
    "x-rewrite-url",
    "x-envoy-original-path",
    "x-envoy-external-address",
    "x-envoy-internal",
)
"""What applications believe of the proxy in front of them."""
_FORMS: dict[str, Callable[[str, str], list[tuple[str, str]]]] = {
    "plain": lambda name, value: [(name, value)],
    "upper-case": lambda name, value: [(name.upper(), value)],
    "twice": lambda name, value: [(name, value), (name.title(), value)],
    "underscores": lambda name, value: [(name.replace("-", "_"), value)],
    "dots": lambda name, value: [(name.replace("-", "."), value)],
    "other-signs": lambda name, value: [(name.replace("-", "~"), value)],
    "space-before-colon": lambda name, value: [(f"{name} ", value)],
}
_STEERING = ("x-envoy-upstream-rq-timeout-ms", "x-envoy-fault-abort-request")


def attempts(target: Target) -> Iterator[Attempt]:
    """Each way to write them, and the headers that steer the proxy."""
    del target
    safe = "none of them reaches the application, or the request is refused"
    for form in _FORMS:
        tries = f"{len(FORGED)} forged identity headers, {form.replace('-', ' ')}"
        run = bound(_forged, form)
        yield Attempt(f"forged-{form}", tries, safe, run, twin_only=True)
    tries = f"headers that steer the proxy: {', '.join(_STEERING)}"
    yield Attempt("steering-headers", tries, "they change nothing", _steered)


def _forged(target: Target, form: str) -> Seen:
    way = target.way()
    if way is None or target.echo is None:
        return unknown("no honest way through to an echo")
    word = fresh_word()
    value = f"forged-{word}"
    headers = [pair for name in FORGED for pair in _FORMS[form](name, value)]
    asked = request(
        "GET", f"{way.path}?mark={word}m", target.authority_name, *way.headers, *headers
    )
    with Connection(target.place()) as connection:
        connection.send(asked)
        answer = connection.answer()
    sent = f"GET {way.path}; {FORGED[0]}: {value} and {len(FORGED) - 1} more"
    status = "closed" if answer is None else str(answer.status)
    found = sorted({n for h in target.reached(f"{word}m") for n, v in h.headers if value in v})
    if found:
        got = Exchange(sent=sent, got=f"{status}; the application got {', '.join(found)[:80]}")
        return broken(f"{len(found)} forged headers reached the application", got)
    if answer is not None and answer.status < 400 and not target.reached(f"{word}m"):
        return unknown("the request itself did not arrive", Exchange(sent=sent, got=status))
    return held("none reached the application", Exchange(sent=sent, got=status))


def _steered(target: Target) -> Seen:
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    before = target.ask("GET", way.path, *way.headers)
    headers = ((_STEERING[0], "1"), (_STEERING[1], "418"), ("x-envoy-retry-on", "5xx"))
    slow = "?do=events" if target.echo else ""
    answer = target.ask("GET", way.path + slow, *way.headers, *headers)
    sent = f"GET {way.path}; {_STEERING[0]}: 1; {_STEERING[1]}: 418"
    line = Exchange(sent=sent, got="closed" if answer is None else str(answer.status))
    if before is None or answer is None:
        return unknown("the connection was closed", line)
    if answer.status in (418, 504):
        return broken("the caller steers the proxy", line)
    return held("the answer is the same", line)
