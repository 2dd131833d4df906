"""Socket.IO: servers and namespaces, what a socket brings along, and what is said to it.

https://socket.io/docs/v4/server-api
"""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Mounted, Registered, Site
from shipworthy.prototype.handlers.handler import Check, EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.requests import NODE, parameter, principal
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.knowledge.wrapping import is_callable
from shipworthy.prototype.handlers.values import (
    NEVER,
    NULL,
    UNKNOWN,
    Value,
    all_origins,
    from_origins,
)
from shipworthy.prototype.routes.socketio import CONNECTED
from shipworthy.regex import regex

SERVER, SOCKET, SOCKET_ID = "socket.io server", "socket.io socket", "socket.io id"
CONNECTION, EVENT, EACH = "CONNECTION", "EVENT", "EACH EVENT"
"""The methods under which handlers are registered: of connections, of events, of whichever event."""
_HANDSHAKE, _SENT, _OTHERS = "socket.io handshake", "socket.io auth", "socket.io others"
_TRUTHY = frozenset({"truthy"})


def server(walk: Evaluation) -> Value:
    """A new server, or a namespace of one."""
    return Value(what=SERVER, identity=walk.program.identity(), tags=_TRUTHY)


def new_socket(walk: Evaluation) -> Value:
    """The socket of somebody who connects."""
    return Value(what=SOCKET, identity=walk.program.identity(), tags=_TRUTHY)


def _made(walk: Evaluation, site: Site) -> Value | None:
    return server(walk)


def _namespace(walk: Evaluation, site: Site) -> Value | None:
    """`io.of("/chat")`: the same one for the same name; checks of the main one do not hold for it."""
    name = site.argument(0).text
    if name == "/":
        return site.receiver
    key = (site.receiver.identity, f"of:{name}")
    known = walk.heap.get(key) or walk.program.heap.get(key)
    if known is None or name is None:
        known = walk.heap[key] = server(walk)
    return known


def _use(walk: Evaluation, site: Site) -> Value | None:
    routing, given = walk.routing, site.given[:1]
    mount = Mounted(site.receiver.identity, "", given, 0, routing.number)
    routing.mounts.append(mount)
    return site.receiver


def _on_server(walk: Evaluation, site: Site) -> Value | None:
    if site.argument(0).text in CONNECTED and is_callable(site.argument(1)):
        _register(walk, site, CONNECTION, site.argument(1))
    return site.receiver


def _on_socket(walk: Evaluation, site: Site) -> Value | None:
    if site.argument(0).text is not None and is_callable(site.argument(1)):
        _register(walk, site, EVENT, site.argument(1))
    return site.receiver


def _on_each(walk: Evaluation, site: Site) -> Value | None:
    """`socket.use(([event, data], next) => …)`."""
    _register(walk, site, EACH, site.argument(0))
    return site.receiver


def _register(walk: Evaluation, site: Site, method: str, handler: Value) -> None:
    routing, event = walk.routing, site.argument(0).text or ""
    passed = Value(when=(walk.guards, walk.guards))
    at = (walk.path, site.call.at, routing.number)
    routing.routes.append(Registered(site.receiver.identity, method, event, (handler, passed), *at))


def _said(walk: Evaluation, site: Site) -> Value | None:
    """`socket.emit("rooms", rooms)`: said to whoever has sent the event."""
    event = (site.argument(0).text or "").lower()
    refused = Value(literal=400) if _REFUSAL.search(event) else UNKNOWN
    for value in site.given[1:]:
        if not is_callable(value):
            respond(walk, value, refused, site.call.at)
    return Value(tags=_TRUTHY)


_REFUSAL = regex(r"error|denied|unauthorized|fail|invalid|forbidden")


def _joined(walk: Evaluation, site: Site) -> Value | None:
    room = site.argument(0)
    inputs, written = {"room": all_origins(room)}, {"room": room.text or ""}
    walk.effect(EffectKind.ROOM, "join", "", site.call.at, inputs=inputs, literals=written)
    return Value(tags=_TRUTHY)


def acknowledgement() -> Value:
    """`ack({ ok: true, rooms })`, which answers an event."""

    def answer(walk: Evaluation, site: Site) -> Value:
        for value in site.given:
            respond(walk, value, UNKNOWN, site.call.at)
        return NULL

    return Value(what="socket.io ack", native=answer, tags=_TRUTHY)


def _ended(walk: Evaluation, site: Site) -> Value | None:
    """`socket.disconnect()`: no event of it is taken any more."""
    return NEVER


def _to_others(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_OTHERS, tags=_TRUTHY)


def _nothing(walk: Evaluation, site: Site) -> Value | None:
    return Value(tags=_TRUTHY)


def _of_socket(walk: Evaluation, value: Value, key: str) -> Value | None:
    match key:
        case "handshake":
            return Value(what=_HANDSHAKE, tags=_TRUTHY)
        case "request":
            return Value(what=NODE, identity=value.identity, tags=_TRUTHY)
        case "id":
            return Value(what=SOCKET_ID, tags=_TRUTHY)
        case "data":
            return value
        case "broadcast" | "nsp" | "server" | "volatile":
            return Value(what=_OTHERS, tags=_TRUTHY)
        case _ if _WHO.search(key):
            return principal(walk, f"socket.{key}", 0)
    return None


# What nobody was seen to put there: code that could not be followed may have.
_WHO = regex(r"(?i)^(current_?|auth_?)?(user|account|member|admin)(_?id)?$|^(session|uid|decoded)$")


def _of_handshake(walk: Evaluation, value: Value, key: str) -> Value | None:
    match key:
        case "auth":
            return Value(what=_SENT, tags=_TRUTHY, origins=frozenset({Origin("body")}))
        case "query":
            return parameter("query")
        case "headers":
            return parameter("header", "headers")
        case "session" | "user":
            return principal(walk, f"handshake.{key}", 0)
    return None


def _of_sent(walk: Evaluation, value: Value, key: str) -> Value | None:
    if _TOKEN.search(key):
        return from_origins(Origin("header", "", "authorization"))
    return from_origins(Origin("body", "", key))


_TOKEN = regex(r"(?i)token|jwt|authorization")


def _kept_of(walk: Evaluation, site: Site) -> Value | None:
    """`users.get(socket.id)`: what was kept of this connection, it is not told by whom."""
    if site.argument(0).what != SOCKET_ID:
        return None
    return principal(walk, "what is kept of a connection", site.call.at, check=Check.UNCLEAR)


CALLS = {
    **{f"socket.io{name}": _made for name in ("", ".default", ".Server", ".default.Server")},
    f"{SERVER}.of": _namespace,
    f"{SERVER}.use": _use,
    f"{SERVER}.on": _on_server,
    **{f"{SOCKET}.{name}": _on_socket for name in ("on", "once")},
    f"{SOCKET}.use": _on_each,
    f"{SOCKET}.emit": _said,
    f"{SOCKET}.join": _joined,
    f"{SOCKET}.send": _said,
    f"{SOCKET}.disconnect": _ended,
    **{f"{SOCKET}.{name}": _nothing for name in ("leave", "onAny", "off", "timeout")},
    **{
        f"{what}.{name}": _to_others
        for what in (SOCKET, SERVER, _OTHERS)
        for name in ("to", "in", "except", "local", "volatile")
    },
    **{f"{what}.{name}": _nothing for what in (SERVER, _OTHERS) for name in ("emit", "send")},
}

NAMES = {"get": _kept_of}

PROPERTIES = {SOCKET: _of_socket, _HANDSHAKE: _of_handshake, _SENT: _of_sent}
