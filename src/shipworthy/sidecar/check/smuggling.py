"""Requests that two servers read differently, so that one can hide a second one inside.

Sources: RFC 9112 sections 2.2, 5.2, 6.1, 6.3, 7.1 and 11.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    exchange,
    held,
    refused,
    shown,
    unknown,
)
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.check.wire import Connection

FAMILY = "smuggling"
_REFUSED = (400, 401, 403, 404, 405, 411, 413, 421, 426, 431, 501, 505)


@dataclass(frozen=True, slots=True)
class _Odd:
    """A request as bytes; `{word}`, `{path}`, `{host}`, `{origin}` are filled in."""

    id: str
    tries: str
    text: str
    decisive: str


_START = "POST {path}?check={word} HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\n"
_HIDDEN = "GET {path}?check={word}hidden HTTP/1.1\r\nhost: {host}\r\n\r\n"
_ODD = (
    _Odd(
        "length-and-chunks",
        "Content-Length and Transfer-Encoding in one request",
        _START + "content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
        "content-length: 6, transfer-encoding: chunked",
    ),
    _Odd(
        "two-lengths",
        "two Content-Length headers that differ",
        _START + "content-length: 0\r\ncontent-length: 44\r\n\r\n" + _HIDDEN,
        "content-length: 0, content-length: 44",
    ),
    _Odd(
        "unknown-transfer-coding",
        "Transfer-Encoding: xchunked",
        _START + "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
        "transfer-encoding: xchunked",
    ),
    _Odd(
        "space-before-colon",
        "`Transfer-Encoding : chunked`, which some servers overlook",
        _START + "transfer-encoding : chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n" + _HIDDEN,
        "transfer-encoding : chunked",
    ),
    _Odd(
        "signed-length",
        "Content-Length: +5",
        _START + "content-length: +5\r\n\r\nhello",
        "content-length: +5",
    ),
    _Odd(
        "odd-chunk-size",
        "a chunk size with a 0x in front",
        _START + "transfer-encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        "chunk size 0x5",
    ),
    _Odd(
        "nul-in-header",
        "a NUL inside of a header",
        _START + "x-odd: a\x00b\r\ncontent-length: 0\r\n\r\n",
        "x-odd: a\\x00b",
    ),
    _Odd(
        "two-hosts",
        "two Host headers",
        _START + "host: evil.example\r\ncontent-length: 0\r\n\r\n",
        "host: evil.example",
    ),
    _Odd(
        "http-0.9", "a request without headers, as in 1991", "GET {path}?check={word}\r\n\r\n", ""
    ),
    _Odd(
        "foreign-absolute-form",
        "`GET http://evil.example/`: a request for somebody else's site",
        "GET http://evil.example{path}?check={word} HTTP/1.1\r\nhost: {host}\r\n\r\n",
        "",
    ),
)


def attempts(target: Target) -> Iterator[Attempt]:
    """All of them, on a path that honest callers may use."""
    del target
    for odd in _ODD:
        safe = "400 or another refusal, or the connection closed; nothing reaches the application"
        yield Attempt(odd.id, odd.tries, safe, bound(_try, odd))
    safe = "a refusal, or one request to the application in which the line is folded no more"
    tries = "a header that goes on in the next line"
    yield Attempt(
        "folded-header", tries, safe, bound(_lenient, "x-odd: a\r\n b\r\n"), twin_only=True
    )
    safe = "a refusal, or a request to the application in which each line ends as it should"
    tries = "a line that ends in a bare LF, with a Transfer-Encoding behind it"
    bare = "x-odd: a\ntransfer-encoding: chunked\r\n"
    yield Attempt("bare-line-feed", tries, safe, bound(_lenient, bare), twin_only=True)


def _try(target: Target, odd: _Odd) -> Seen:
    word = fresh_word()
    text = _filled(target, odd.text, word)
    with Connection(target.place()) as connection:
        connection.send(text.encode("latin-1"))
        answer = connection.answer()
        sent = f"{text.partition(chr(13))[0]}; {odd.decisive}" if odd.decisive else text.strip()
        seen = refused(target, word, sent, answer, _REFUSED)
        connection.rest(0.3)  # time for a second request to arrive
    if target.reached(f"{word}hidden"):
        return broken("the hidden request reached the application", *seen.seen)
    return seen


def _lenient(target: Target, header: str) -> Seen:
    """What RFC 9112 lets a server mend: judged by what the application gets."""
    word = fresh_word()
    text = f"GET {{path}}?check={{word}} HTTP/1.1\r\nhost: {{host}}\r\n{header}\r\n"
    with Connection(target.place()) as connection:
        connection.send(_filled(target, text, word).encode("latin-1"))
        try:
            answer = connection.answer()
        except TimeoutError:  # the application waits for what the hidden header announces
            answer = None
    line = exchange(shown(header.strip()), answer)
    reached = target.reached(word, whole=False)
    if not reached and (answer is None or answer.status in _REFUSED):
        return held("refused", line)
    if target.echo is None:
        return unknown("answered: only the twin shows what arrives", line)
    if any(b"\n" in h.raw.replace(b"\r\n", b"") or b"\r\n " in h.raw for h in reached):
        return broken("it reached the application as it was", line)
    return held("mended on its way to the application", line)


def _filled(target: Target, text: str, word: str) -> str:
    way = target.way("POST") or target.way()
    path = way.path if way else "/"
    return (
        text.replace("{path}", path)
        .replace("{word}", word)
        .replace("{host}", target.authority_name)
        .replace("{origin}", target.origin)
    )
