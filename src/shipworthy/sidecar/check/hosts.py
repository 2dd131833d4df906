"""Requests for a host that is not ours: links in mails and cached pages are made of that name."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.edge.attack import Exchange
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
from shipworthy.sidecar.check.wire import Connection, request

FAMILY = "hosts"


def attempts(target: Target) -> Iterator[Attempt]:
    """Foreign names in Host, in X-Forwarded-Host, and odd spellings of the own one."""
    own = target.policy.host
    safe = "a refusal (404, 421, 400), and nothing with that name reaches the application"
    hosts = {
        "evil": "evil.example",
        "suffix": f"{own}.evil.example",
        "user-part": f"{own}@evil.example",
        "two-ports": f"{own}:{target.https}:80",
        "behind-port": f"{own}:{target.https}@evil.example",
        "for-port": f"{own}:evil.example",
        "twice": f"{own}:{target.https},evil.example",
        "space": f"{own} evil.example",
    }
    for name, host in hosts.items():
        run = bound(_foreign, host)
        yield Attempt(f"host-{name}", f"Host: {host}", safe, run)
    for door in doors(target)[:1]:
        tries = "a dot behind the own name, to get past the rules for it"
        safe = "a refusal, as without it"
        yield Attempt("host-dot", tries, safe, bound(_dotted, door), door.name, door.twin_only)


def _dotted(target: Target, door: Door) -> Seen:
    word, host = fresh_word(), f"{target.policy.host}.:{target.https}"
    with Connection(target.place()) as connection:
        path = f"{door.path}?check={word}"
        connection.send(request(door.method, path, host, *door.origin(target)))
        answer = connection.answer()
    sent = f"{door.method} {door.path}; host: {host}"
    return refused(target, word, sent, answer, (301, 302, 307, 400, 401, 403, 404, 421))


def _foreign(target: Target, host: str) -> Seen:
    way = target.way()
    word = fresh_word()
    path = way.path if way else "/"
    asked = request("GET", f"{path}?check={word}", host, *(way.headers if way else ()))
    with Connection(target.place()) as connection:
        connection.send(asked)
        answer = connection.answer()
    line = exchange(f"GET {path}; host: {host}", answer)
    reached = target.reached(word)
    if reached:
        told = reached[0].header("host") or ""
        line = Exchange(sent=line.sent, got=f"{line.got}; the application got host: {told}")
        if told == target.authority_name:
            return held("the application is told the own name", line)
        return broken("the application believes the foreign name", line)
    if answer is None or 400 <= answer.status < 500:
        return held("refused", line)
    if answer.status >= 500:
        return unknown(f"{answer.status} is no refusal", line)
    if target.echo is not None and 300 <= answer.status < 400:
        away = host in (answer.header("location") or "")
        return broken("sent to the foreign host", line) if away else held("sent elsewhere", line)
    return broken(f"answered {answer.status}", line)
