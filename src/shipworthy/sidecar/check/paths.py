"""Ways of writing a path that the proxy takes for an open one and the application for a closed one.

Judged by what arrives: an application may ignore case, collapse slashes and decode once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.prototype.edge.routes import rule_of
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
from shipworthy.sidecar.check.doors import Door, doors
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.check.wire import Connection

FAMILY = "paths"
ANONYMOUS = "anonymous"  # the family that says: this route asks who is calling
_REFUSED = (301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 421, 426)


def attempts(target: Target) -> Iterator[Attempt]:
    """Each closed route as it is, and written in each odd way, by a stranger."""
    yield from _strangers(target)
    safe = "refused, or the application gets a path that it takes for no closed one either"
    for door in doors(target):
        if door.route.path == "/" and not door.route.exact:
            continue  # all paths are closed: there is no open one to be taken for
        for what, path in spellings(door.path).items():
            run = bound(_spelt, door, path)
            tries = f"{what.replace('-', ' ')}: {shown(path)}"
            yield Attempt(f"path-{what}", tries, safe, run, door.name, twin_only=True)


def _strangers(target: Target) -> Iterator[Attempt]:
    """Each closed route asked for as it is, by a stranger, with each method."""
    safe = "401, 403 or the way to the login, and nothing reaches the application"
    for door in doors(target):
        methods = door.route.methods or ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
        for method in dict.fromkeys(m.upper() for m in methods):
            run = bound(_stranger, door, method)
            twin = method not in ("GET", "HEAD", "OPTIONS")
            tries = f"{method} without credentials"
            name = f"anonymous-{method.lower()}"
            yield Attempt(name, tries, safe, run, door.name, twin, ANONYMOUS)
        if "GET" not in methods:
            continue  # a WebSocket begins with a GET, which another rule decides about
        name, tries = "anonymous-websocket", "a WebSocket without credentials"
        yield Attempt(name, tries, safe, bound(_upgrade, door), door.name, False, ANONYMOUS)


def spellings(path: str) -> dict[str, str]:
    """The path as other people would write it."""
    first, _, rest = path.lstrip("/").partition("/")
    tail = f"/{rest}" if rest else ""
    coded = "".join(f"%{ord(c):02x}" for c in first[:1]) + first[1:]
    return {
        "upper-case": path.upper(),
        "mixed-case": path[:2] + path[2:3].upper() + path[3:],
        "two-slashes": f"/{path}",
        "slashes-inside": f"/{first}/{tail}" if tail else f"{path}//x",
        "dot-segment": f"/.{path}",
        "dot-dot-segment": f"/x/..{path}",
        "coded-dot-dot": f"/x/%2e%2e{path}",
        "coded-slash": f"/x/..%2f{first}{tail}",
        "twice-coded-slash": f"/x/..%252f{first}{tail}",
        "coded-letter": f"/{coded}{tail}",
        "twice-coded-letter": f"/%25{coded[1:]}{tail}",
        "parameter": f"/{first};v=1{tail}",
        "parameter-before": f"/;v=1{path}",
        "backslash": f"/x\\..\\{first}{tail}",
        "slash-at-the-end": f"{path.rstrip('/')}/",
        "nul-at-the-end": f"{path}%00",
        "line-feed-at-the-end": f"{path}%0a",
        "dots-with-parameter": f"/x/%2e%2e;v=1{path}",
        "fragment": f"{path}%23",
        "question-mark-coded": f"{path}%3f",
    }


def _spelt(target: Target, door: Door, path: str) -> Seen:
    word = fresh_word()
    with Connection(target.place()) as connection:
        head = f"{door.method} {path}?check={word} HTTP/1.1\r\nhost: {target.authority_name}\r\n"
        more = "".join(f"{n}: {v}\r\n" for n, v in door.origin(target))
        length = "content-length: 0\r\n" if door.twin_only else ""
        connection.send(f"{head}{more}{length}\r\n".encode("latin-1"))
        answer = connection.answer(to=door.method)
    line = exchange(f"{door.method} {path}", answer)
    if answer is None or answer.status in _REFUSED:
        return held("refused", line)
    if target.echo is None:
        return unknown(f"{answer.status}: only the twin shows what the application gets", line)
    arrived = [h.target.partition("?")[0].partition("#")[0] for h in target.reached(word)]
    taken = [a for a in arrived if _is_behind(target, door, a)]
    if taken:
        return broken(f"the application got {shown(taken[0])}", line)
    if not arrived:
        return unknown(f"{answer.status}, and nothing arrived", line)
    return held(f"the application got {shown(arrived[0])}, which is another path", line)


def _is_behind(target: Target, door: Door, arrived: str) -> bool:
    """True where a lenient application takes the path for one behind the door."""
    return rule_of(target.routes, _lenient(arrived), door.method) == door.route


def _lenient(path: str) -> str:
    """As the most lenient of the frameworks for Node and Python reads it: decoded once, parameters and
    what follows a NUL dropped, dots resolved, slashes collapsed."""
    plain = unquote(path).replace("\\", "/").partition("\0")[0]
    kept: list[str] = []
    for part in (p.partition(";")[0].strip() or p for p in plain.split("/")):
        if part == "..":
            kept = kept[:-1]
        elif part not in ("", "."):
            kept.append(part)
    return "/" + "/".join(kept)


def _stranger(target: Target, door: Door, method: str) -> Seen:
    word = fresh_word()
    origin = () if method in ("GET", "HEAD") else (("origin", target.origin),)
    answer = target.ask(method, f"{door.path}?check={word}", *origin)
    sent = f"{method} {door.path}; no credentials"
    if method == "OPTIONS" and answer is not None and answer.status in (200, 204):
        line = exchange(sent, answer)
        if not target.reached(word) and target.echo is not None:
            return held("answered by the proxy itself", line)
        return broken("it reached the application", line) if target.echo else unknown("200", line)
    return refused(target, word, sent, answer, _REFUSED, "location")


def _upgrade(target: Target, door: Door) -> Seen:
    word = fresh_word()
    headers = (
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "c2hpcHdvcnRoeS1jaGVjaw=="),
    )
    answer = target.ask("GET", f"{door.path}?check={word}", *headers)
    sent = f"GET {door.path}; upgrade: websocket"
    if answer is not None and answer.status == 101:
        return broken("a stranger has a WebSocket", Exchange(sent=sent, got="101"))
    return refused(target, word, sent, answer, _REFUSED)
