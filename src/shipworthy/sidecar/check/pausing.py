"""The maintenance page: nothing of the application is to be had meanwhile, and all of it after."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    broken,
    exchange,
    held,
    not_applicable,
    unknown,
)
from shipworthy.sidecar.check.target import Target, fresh_word

FAMILY = "pausing"


def attempts(target: Target) -> Iterator[Attempt]:
    """Pause, ask, go on, ask."""
    del target
    safe = "503 with Retry-After and nothing to the application; afterwards all as before"
    yield Attempt("pause", "a page during maintenance", safe, _pause, twin_only=True, alone=True)


def _pause(target: Target) -> Seen:
    way = target.way()
    if target.pause is None or target.resume is None:
        return not_applicable("this proxy cannot be paused from here")
    if way is None:
        return unknown("no honest way through is known")
    word = fresh_word()
    target.pause()
    try:
        answer = target.ask("GET", f"{way.path}?check={word}", *way.headers)
    finally:
        target.resume()
    line = exchange(f"GET {way.path} while paused", answer, "retry-after")
    if target.reached(word):
        return broken("it reached the application", line)
    if answer is None or answer.status != 503:
        return broken("no 503", line)
    after = target.ask("GET", f"{way.path}?check={word}", *way.headers)
    again = exchange(f"GET {way.path} afterwards", after)
    if after is None or not target.reached(word):
        return broken("it did not come back", line, again)
    return held("503 meanwhile, and back afterwards", line, again)
