"""Callers and applications that take their time, to keep connections busy."""

from __future__ import annotations

import time
from collections.abc import Iterator

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    broken,
    exchange,
    got,
    held,
    not_applicable,
    unknown,
)
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.check.wire import Connection
from shipworthy.sidecar.proxy.edge import body_seconds

FAMILY = "slow"
_SLACK = 3.0  # seconds that a busy machine may take longer
_LONGEST = 25.0  # seconds that one attack waits
_PAUSE = 0.25


def attempts(target: Target) -> Iterator[Attempt]:
    """Slow headers, a slow body, a slow application."""
    limits = target.policy.limits
    safe = f"408 or the connection closed within {limits.header_seconds:g} s"
    yield Attempt("slow-headers", "headers that come byte by byte", safe, _headers)
    safe = f"408 or the connection closed within {body_seconds(target.policy):g} s"
    yield Attempt("slow-body", "a body that comes byte by byte", safe, _body, twin_only=True)
    safe = f"504 within {limits.request_seconds:g} s"
    tries = "an application that never answers"
    yield Attempt("slow-answer", tries, safe, _answer, twin_only=True)
    safe = f"no more than {limits.connections:,} connections are served"
    tries = "more connections at once than the policy allows"
    yield Attempt("connection-cap", tries, safe, _cap, twin_only=True, alone=True)


def _headers(target: Target) -> Seen:
    start = f"GET / HTTP/1.1\r\nhost: {target.authority_name}\r\nx-slow: ".encode()
    return _dribble(target, start, target.policy.limits.header_seconds, "headers, byte by byte")


def _body(target: Target) -> Seen:
    way = target.way("POST")
    if way is None:
        return unknown("no honest way through for a POST is known")
    lines = [f"POST {way.path}?check={fresh_word()} HTTP/1.1", f"host: {target.authority_name}"]
    lines += [f"origin: {target.origin}", "content-length: 100000"]
    lines += [f"{name}: {value}" for name, value in way.headers]
    start = "\r\n".join((*lines, "", "")).encode()
    return _dribble(target, start, body_seconds(target.policy), "a body, byte by byte")


def _dribble(target: Target, start: bytes, limit: float, what: str) -> Seen:
    if not limit:
        return broken("the policy sets no limit")
    if limit > _LONGEST:
        return unknown(f"the limit of {limit:g} s is longer than is waited for")
    with Connection(target.place()) as connection:
        connection.send(start)
        began = time.monotonic()
        answer, ended = None, False
        while time.monotonic() - began < limit + _SLACK and not ended:
            connection.send(b"a")
            try:
                answer = connection.answer(seconds=_PAUSE)
                ended = True
            except TimeoutError:
                continue
        took = time.monotonic() - began
    line = Exchange(sent=what, got=f"{got(answer)} after {took:.1f} s" if ended else "kept open")
    if not ended:
        return broken(f"still open after {took:.0f} s", line)
    if answer is not None and answer.status not in (400, 408, 413):
        return broken(f"answered {answer.status}", line)
    return held(f"ended after {took:.1f} s{_words(target)}", line)


def _answer(target: Target) -> Seen:
    way, limit = target.way(), target.policy.limits.request_seconds
    if way is None:
        return unknown("no honest way through is known")
    if not limit:
        return broken("the policy sets no limit")
    if any(r.seconds is not None and r.path in way.path for r in target.policy.routes):
        return not_applicable("the open route has a time limit of its own")
    if limit > _LONGEST:
        return unknown(f"the limit of {limit:g} s is longer than is waited for")
    path = f"{way.path}?check={fresh_word()}&do=hang"
    began = time.monotonic()
    try:
        answer = target.ask("GET", path, *way.headers, seconds=limit + _SLACK)
    except TimeoutError:
        return broken(f"no answer after {limit + _SLACK:.0f} s")
    took = time.monotonic() - began
    line = exchange("GET of something that hangs", answer)
    if answer is None or answer.status not in (408, 503, 504):
        return broken("something else than a time-out came back", line)
    return held(f"given up after {took:.1f} s{_words(target)}", line)


def _cap(target: Target) -> Seen:
    most = target.policy.limits.connections
    if most > 500:
        return unknown(f"{most:,} connections are more than this check opens")
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    served, lines = 0, []
    kept: list[Connection] = []
    try:
        for _ in range(most + 20):
            connection = Connection(target.place(tls=True), 2.0)
            try:
                kept.append(connection.__enter__())
                served += 1
            except OSError:
                continue
    finally:
        for connection in kept:
            connection.__exit__(None, None, None)
    lines.append(Exchange(sent=f"{most + 20} connections", got=f"{served} served"))
    if served > most:
        return broken(f"{served} connections were served, {most} are allowed", *lines)
    return held(f"{served} of {most + 20} were served{_words(target)}", *lines)


def _words(target: Target) -> str:
    return " (of a twin with shortened limits)" if target.shortened else ""
