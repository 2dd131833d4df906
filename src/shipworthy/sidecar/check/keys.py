"""API keys that are missing, nearly right, or of another client."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    exchange,
    held,
    refused,
    unknown,
)
from shipworthy.sidecar.check.doors import Door, doors
from shipworthy.sidecar.check.target import Target, fresh_word

FAMILY = "keys"
_REFUSED = (401, 403, 404)


def attempts(target: Target) -> Iterator[Attempt]:
    """Wrong keys on each route that asks for one, and the right one."""
    safe = "401 or 403, and nothing reaches the application"
    for door in doors(target, "key"):
        for what, headers in _wrong(target, door).items():
            run = bound(_try, door, headers)
            tries = what.replace("-", " ")
            yield Attempt(f"key-{what}", tries, safe, run, door.name, door.twin_only)
        run = bound(_right, door)
        safe_ = "it goes through, and the application does not get the key"
        yield Attempt("key-right", "the right key", safe_, run, door.name, True)


def _wrong(target: Target, door: Door) -> dict[str, list[tuple[str, str]]]:
    wanted = door.need.partition(":")[2]
    found = {
        "no-key": [],
        "made-up-key": [("x-api-key", "0" * 32)],
        "empty-key": [("x-api-key", "")],
    }
    for name, reference in target.policy.keys.items():
        value = target.credentials.secret(reference)
        if value is None:
            continue
        if wanted not in ("", name):
            found["key-of-another"] = [("x-api-key", value)]
            continue
        found["cut-key"] = [("x-api-key", value[:-1])]
        found["longer-key"] = [("x-api-key", f"{value}x")]
        found["key-in-other-case"] = [("x-api-key", value.swapcase())]
        found["key-with-spaces"] = [("x-api-key", f"{value} {value}")]
    return {n: h for n, h in found.items() if n != "key-in-other-case" or h[0][1].isascii()}


def _try(target: Target, door: Door, headers: list[tuple[str, str]]) -> Seen:
    word = fresh_word()
    path = f"{door.path}?check={word}"
    answer = target.ask(door.method, path, *headers, *door.origin(target))
    sent = f"{door.method} {door.path}; {', '.join(n for n, _ in headers) or 'no key'}"
    return refused(target, word, sent, answer, _REFUSED)


def _right(target: Target, door: Door) -> Seen:
    headers = target.passport(door.need)
    if headers is None:
        return unknown("its value is not known here: whether the right key opens was not seen")
    word = fresh_word()
    path = f"{door.path}?check={word}"
    answer = target.ask(door.method, path, *headers, *door.origin(target))
    line = exchange(f"{door.method} {door.path}; x-api-key: {headers[0][1][:4]}…", answer)
    reached = target.reached(word)
    if not reached:
        return broken("the right key is refused", line)
    if any(headers[0][1] in value for h in reached for _, value in h.headers):
        return broken("the application gets the key itself", line)
    return held(f"it went through as {reached[0].header('x-client') or 'nobody by name'}", line)
