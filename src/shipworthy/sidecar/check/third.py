"""HTTP/3: the same rules over UDP, by the same counters."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check import quic
from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    got,
    held,
    not_applicable,
    refused,
    unknown,
)
from shipworthy.sidecar.check.doors import Door, doors
from shipworthy.sidecar.check.identity import FORGED
from shipworthy.sidecar.check.rates import burst, limit_of
from shipworthy.sidecar.check.target import Target, fresh_word

FAMILY = "http3"
_BEYOND = 60  # requests beyond a limit
_PATIENCE = 15.0  # seconds for them on a busy machine


def attempts(target: Target) -> Iterator[Attempt]:
    """An honest request, forged headers, closed routes, the limit of one address."""
    yield Attempt("http3-honest", "an honest request over HTTP/3", "it goes through", _honest)
    safe = "none of them reaches the application"
    tries = f"{len(FORGED)} forged identity headers over HTTP/3"
    yield Attempt("http3-forged", tries, safe, _forged, twin_only=True)
    for door in doors(target):
        safe = "401, 403 or the way to the login"
        run = bound(_closed, door)
        tries = f"{door.method} without credentials over HTTP/3"
        yield Attempt("http3-stranger", tries, safe, run, door.name, door.twin_only)
    tries = "the limit used up over TCP, then the same address over UDP"
    yield Attempt("http3-same-limit", tries, "429", _shared, twin_only=True)


def _pairs(target: Target, method: str, path: str) -> list[tuple[str, str]]:
    return [
        (":method", method),
        (":scheme", "https"),
        (":authority", target.authority_name),
        (":path", path),
    ]


def _honest(target: Target) -> Seen:
    way = target.way()
    if way is None:
        return unknown("no honest way through is known")
    word = fresh_word()
    headers = [*_pairs(target, "GET", f"{way.path}?check={word}"), *way.headers]
    try:
        answer = quic.ask(target.place(), [headers])[0]
    except (OSError, TimeoutError):
        return broken("it does not speak HTTP/3")
    line = Exchange(sent=f"GET {way.path} over HTTP/3", got=got(answer))
    if answer is None or answer.status >= 500 or (target.echo and not target.reached(word)):
        return broken("it did not come through", line)
    return held("answered", line)


def _forged(target: Target) -> Seen:
    way = target.way()
    if way is None or target.echo is None:
        return unknown("no honest way through to an echo")
    word = fresh_word()
    value = f"forged-{word}"
    base = [*_pairs(target, "GET", f"{way.path}?check={word}"), *way.headers]
    both = [[*base, *((n, value) for n in FORGED)]]
    both.append([*base, *((n.replace("-", "_"), value) for n in FORGED)])
    answers = quic.ask(target.place(), both[:1]) + quic.ask(target.place(), both[1:])
    found = {n for h in target.reached(word) for n, v in h.headers if value in v}
    line = Exchange(
        sent=f"GET {way.path}; {FORGED[0]}: {value} …", got="; ".join(map(got, answers))
    )
    if found:
        return broken(f"the application got {', '.join(sorted(found))}", line)
    return held("none reached the application", line)


def _closed(target: Target, door: Door) -> Seen:
    word = fresh_word()
    headers = _pairs(target, door.method, f"{door.path}?check={word}")
    answer = quic.ask(target.place(), [[*headers, *door.origin(target)]])[0]
    sent = f"{door.method} {door.path} over HTTP/3"
    return refused(target, word, sent, answer, (301, 302, 303, 307, 400, 401, 403, 404))


def _shared(target: Target) -> Seen:
    found = limit_of(target)
    if isinstance(found, Seen):
        return found
    way, rate = found
    source = target.source()
    if not source:
        return not_applicable("this system has one loopback address only")
    statuses = burst(target, way, rate.requests + 100, source)
    # Meanwhile the bucket fills a little; one of its own would let as many pass as it holds.
    count = min(_BEYOND, rate.requests)
    asked = [[*_pairs(target, "GET", way.path), *way.headers]] * count
    answers = quic.ask(target.place(source=source), asked, _PATIENCE)
    limited = sum(answer is not None and answer.status == 429 for answer in answers)
    line = Exchange(sent=f"{count} more over HTTP/3", got=f"{limited} × 429")
    if not statuses[429]:
        return unknown("the address was never limited", line)
    if limited:
        return held("one limit for both", line)
    return broken("HTTP/3 has a limit of its own", line)
