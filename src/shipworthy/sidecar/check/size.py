"""Requests that are larger than the policy lets through."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.sidecar.check.attempt import Attempt, Seen, held, not_applicable, refused, unknown
from shipworthy.sidecar.check.target import Target, Way, fresh_word
from shipworthy.sidecar.check.wire import Answer, Connection

FAMILY = "size"
_CHUNK = 65_536
_MOST = 64_000_000  # bytes that one attack sends at most
_TOO_LARGE = (400, 413, 431)


def attempts(target: Target) -> Iterator[Attempt]:
    """Headers and bodies."""
    limits = target.policy.limits
    safe = "431, 400 or the connection closed; nothing reaches the application"
    yield Attempt("huge-header", f"one header of {limits.headers:,} bytes and more", safe, _huge)
    tries = f"{limits.header_count + 40} headers where {limits.header_count} are allowed"
    yield Attempt("many-headers", tries, safe, _many)
    safe = "413; the application never gets the whole of it"
    tries = f"a body one byte longer than {limits.body:,}, with its length"
    yield Attempt("long-body", tries, safe, _long)
    tries = f"a body of more than {limits.body:,} bytes in chunks, its length unsaid"
    yield Attempt("long-chunked-body", tries, safe, _chunked, twin_only=True)


def _huge(target: Target) -> Seen:
    return _headers(target, [("x-odd", "a" * (target.policy.limits.headers + 1024))], "x-odd: aaa…")


def _many(target: Target) -> Seen:
    count = target.policy.limits.header_count + 40
    return _headers(target, [(f"x-odd-{n}", "a") for n in range(count)], f"{count} headers")


def _headers(target: Target, headers: list[tuple[str, str]], what: str) -> Seen:
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    word = fresh_word()
    answer = target.ask("GET", f"{way.path}?check={word}", *way.headers, *headers)
    return refused(target, word, f"GET {way.path}; {what}", answer, _TOO_LARGE)


def _long(target: Target) -> Seen:
    return _body(target, chunked=False)


def _chunked(target: Target) -> Seen:
    return _body(target, chunked=True)


def _body(target: Target, *, chunked: bool) -> Seen:
    way, limit = target.way("POST"), _limit(target)
    if way is None:
        return unknown("no honest way through for a POST is known")
    if limit > _MOST:
        return not_applicable(f"the policy allows {limit:,} bytes: more than is sent to try it")
    word = fresh_word()
    length = "transfer-encoding: chunked" if chunked else f"content-length: {limit + 1}"
    with Connection(target.place(), 10.0) as connection:
        connection.send(_start(target, way, word, length))
        answer = _upload(connection, limit, chunked=chunked)
    seen = refused(target, word, f"POST {way.path}; {length}", answer, _TOO_LARGE)
    whole = [h for h in target.reached(word) if len(h.body) > limit]
    if target.reached(word) and not whole and answer is not None and answer.status == 413:
        # The head may be passed on before the body is known to be too long.
        return held("cut off with 413 at the limit", *seen.seen)
    return seen


def _limit(target: Target) -> int:
    """The largest body that any route allows: what is longer is refused everywhere."""
    return max(target.policy.limits.body, *(r.body or 0 for r in target.policy.routes), 0)


def _start(target: Target, way: Way, word: str, length: str) -> bytes:
    lines = [f"POST {way.path}?check={word} HTTP/1.1", f"host: {target.authority_name}"]
    lines += [f"origin: {target.origin}", "content-type: text/plain", length]
    lines += [f"{name}: {value}" for name, value in way.headers]
    return "\r\n".join((*lines, "", "")).encode()


def _upload(connection: Connection, limit: int, *, chunked: bool) -> Answer | None:
    """Send until it is refused or over."""
    left = limit + (2 * _CHUNK if chunked else 1)
    while left > 0:
        part = b"a" * min(left, _CHUNK)
        left -= len(part)
        framed = f"{len(part):x}\r\n".encode() + part + b"\r\n" if chunked else part
        if not connection.send(framed):
            break
    if chunked:
        connection.send(b"0\r\n\r\n")
    return connection.answer()
