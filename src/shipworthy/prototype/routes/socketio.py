"""Events that a server of Socket.IO takes from whoever is connected.

https://socket.io/docs/v4/server-socket-instance
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from shipworthy.prototype.code.syntax import Syntax, arguments, callee, string
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.regex import regex

SOCKETIO = "socket.io"
CONNECTED = frozenset({"connection", "connect"})
_SERVER = regex(r"[\"']socket\.io[\"']")
_BROWSER = regex(r"[\"'](socket\.io-client|react|vue|svelte|ws|(?:node:)?(?:net|tls|dgram))[\"']")
_HANDED = regex(r"\(\s*(?:\w+(?:\s*:\s*[\w.]+)?\s*,\s*)?socket\s*[,:)]")
_SERVES = regex(
    r"(?:^|\.)(?:\w*(?:io|Io|IO|server|nsp|namespace|Namespace)|of)(?:\(.*\))?\.on$", re.DOTALL
)
_LISTENS = regex(r"(?:^|\.)\w*(?:[sS]ocket|client|sock)\.on$")
_ITS_OWN = frozenset(
    "disconnect disconnecting error connect_error connect connection".split()
    + "data end close open timeout drain ping pong".split()  # of other kinds of sockets
)
_TEST = regex(r"\.(test|spec)\.[jt]sx?$")


def socket_events(syntax: Syntax) -> Iterator[Route]:
    """`io.on("connection", …)` and `socket.on("message", …)`, also where a function is handed the socket."""
    text, path = syntax.source.text or "", syntax.source.path
    if ".on(" not in text or "socket" not in text.lower() or _TEST.search(path):
        return
    if _BROWSER.search(text) or not (_SERVER.search(text) or _HANDED.search(text)):
        return
    times: Counter[str] = Counter()
    for call in syntax.calls:
        called, given = callee(call), arguments(call)
        event = string(given[0]) if len(given) == 2 else None
        if not called.endswith(".on") or not event:
            continue
        if event in CONNECTED:
            # a namespace goes by any name; "connect" is said of databases, too
            if not (_SERVES.search(called) or (event == "connection" and _SERVER.search(text))):
                continue
            event = "connection"
        elif event in _ITS_OWN or not _LISTENS.search(called):
            continue
        times[event] += 1
        name = f"{event}{times[event]}" if times[event] > 1 else event
        where = syntax.location(call)
        yield Route(RouteKind.PROCEDURE, SOCKETIO, "POST", event, name, where)
