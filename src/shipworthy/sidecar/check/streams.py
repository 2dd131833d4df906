"""What must still work: WebSockets and streams of events, neither cut nor held back."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from shipworthy.prototype.edge.attack import Exchange, Verdict
from shipworthy.sidecar.check.attempt import Attempt, Seen, broken, exchange, held, unknown
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.check.wire import Connection, request

FAMILY = "streams"
_TEXT = b"hello"


def attempts(target: Target) -> Iterator[Attempt]:
    """One of each, by an honest caller."""
    del target
    safe = "the frame comes back as it was"
    yield Attempt("websocket", "a WebSocket that says hello", safe, _websocket, twin_only=True)
    safe = "each arrives when it is sent"
    tries = "three events, 0.4 s apart"
    yield Attempt("events", tries, safe, _events, twin_only=True, alone=True)


def _websocket(target: Target) -> Seen:
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    headers = (
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("origin", target.origin),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "c2hpcHdvcnRoeS1jaGVjaw=="),
    )
    mask = os.urandom(4)
    frame = bytes([0x81, 0x80 | len(_TEXT)]) + mask
    frame += bytes(b ^ mask[i % 4] for i, b in enumerate(_TEXT))
    with Connection(target.place()) as connection:
        connection.send(request("GET", way.path, target.authority_name, *way.headers, *headers))
        answer = connection.answer()
        line = exchange(f"GET {way.path}; upgrade: websocket", answer)
        if answer is None or answer.status != 101:
            return broken("WebSockets are refused", line)
        connection.send(frame)
        back = connection.rest(1.5)
    if _TEXT in back:
        return held("the frame came back", line)
    return broken("the frame did not come back", line)


def _events(target: Target) -> Seen:
    """A busy machine may hand over several at once: that is tried again, what is held back never differs."""
    for _ in range(3):
        seen = _one_stream(target)
        if seen.verdict is not Verdict.BROKEN:
            break
    return seen


def _one_stream(target: Target) -> Seen:
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    path = f"{way.path}?check={fresh_word()}&do=events"
    accept = ("accept", "text/event-stream"), ("accept-encoding", "gzip, br")
    arrivals: list[float] = []
    with Connection(target.place()) as connection:
        connection.send(request("GET", path, target.authority_name, *way.headers, *accept))
        began, text = time.monotonic(), b""
        while time.monotonic() - began < 4 and not connection.closed and len(arrivals) < 3:
            text += connection.rest(0.1)
            # At the start of a line: a content security policy may name `data:`, too.
            arrivals += [time.monotonic() - began] * (text.count(b"\ndata:") - len(arrivals))
    said = ", ".join(f"{at:.1f} s" for at in arrivals) or "none"
    line = Exchange(sent=f"GET {way.path}; three events", got=f"arrived after {said}")
    if len(arrivals) < 3:
        return broken("not all arrived as text", line)
    if arrivals[-1] - arrivals[0] < 0.4:
        return broken("held back and sent at once", line)
    return held("each when it was sent", line)
