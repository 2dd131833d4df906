"""Requests that the proxy sends once more when the application fails: never those that change things."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check.attempt import Attempt, Seen, bound, broken, held, unknown
from shipworthy.sidecar.check.target import Target, fresh_word

FAMILY = "repeats"


def attempts(target: Target) -> Iterator[Attempt]:
    """POSTs to an application that fails and to one that hangs up; a GET, which may be repeated."""
    del target
    safe = "the application gets it exactly once"
    for what, words in (("fail", "answers 503"), ("drop", "hangs up")):
        run = bound(_counted, "POST", what)
        tries = f"a POST while the application {words}"
        yield Attempt(f"post-when-it-{what}s", tries, safe, run, twin_only=True)
    tries = "a GET while the application hangs up"
    safe = "no more often than the policy says"
    run = bound(_counted, "GET", "drop")
    yield Attempt("get-when-it-drops", tries, safe, run, twin_only=True)


def _counted(target: Target, method: str, what: str) -> Seen:
    way = target.way(method)
    if way is None or target.echo is None:
        return unknown(f"no honest way through to an echo for a {method}")
    word = fresh_word()
    origin = (("origin", target.origin),) if method == "POST" else ()
    path = f"{way.path}?check={word}&do={what}"
    answer = target.ask(method, path, *way.headers, *origin, seconds=10.0)
    times = len(target.reached(word))
    most = 1 if method == "POST" else 1 + target.policy.resilience.retries
    status = "closed" if answer is None else str(answer.status)
    line = Exchange(sent=f"{method} {way.path}?do={what}", got=f"{status}; arrived {times} times")
    if times == 0:
        return unknown("it did not arrive at all", line)
    if times > most:
        return broken(f"it arrived {times} times", line)
    return held(f"it arrived {'once' if times == 1 else f'{times} times'}", line)
