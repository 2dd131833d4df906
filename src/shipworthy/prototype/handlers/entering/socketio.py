"""Socket.IO: whoever connects passes the middlewares, then his socket takes events."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.entering.script import Entry
from shipworthy.prototype.handlers.evaluation import Registered, Routing
from shipworthy.prototype.handlers.handler import Check, Guard, Origin
from shipworthy.prototype.handlers.knowledge.requests import parameter
from shipworthy.prototype.handlers.knowledge.socketio import (
    CONNECTION,
    EACH,
    EVENT,
    acknowledgement,
    new_socket,
    server,
)
from shipworthy.prototype.handlers.knowledge.wrapping import invoke
from shipworthy.prototype.handlers.program import functions_of, names_in
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Closure,
    Value,
    all_origins,
    from_origins,
    of_cases,
)
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Let, Member, Name, Parameter
from shipworthy.prototype.routes.route import Route
from shipworthy.regex import regex

UNMET = "the connection that takes this event was not found"


class SocketEntry(Struct):
    """An event of a connection: what is run before it is taken, and the line at which it is listened for."""

    location: Location
    connections: tuple[tuple[tuple[Value, ...], Registered], ...]  # with their middlewares
    guards: frozenset[Guard] = NO_GUARDS

    def spoken(self, route: Route) -> str:
        """How a person would name it: "event send_message"."""
        return "a new connection" if route.path == "connection" else f"event {route.path}"

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Connect, then send the event."""
        first, before = len(walk.effects), walk.guards
        for middlewares, connection in self.connections:
            del walk.effects[first:]
            walk.guards = before
            if self._is_at(connection):
                _, start = self._connect(walk, middlewares, connection)
                del walk.effects[first:start]
                return walk.guards
            if self._connected(walk, middlewares, connection, first):
                return walk.guards
        del walk.effects[first:]
        walk.guards, walk.hindrance = before, UNMET
        return walk.guards

    def _is_at(self, one: Registered) -> bool:
        first, last = self.location.line, max(self.location.line, self.location.end_line)
        return one.path == self.location.path and first <= one.line <= last

    def _connect(
        self, walk: Walk, middlewares: tuple[Value, ...], connection: Registered
    ) -> tuple[Value, int]:
        """The socket, and how many effects there were before it was handed over."""
        entry = Entry(self.location, "socket", middlewares)
        socket = entry.pass_through(walk) if middlewares else new_socket(walk)
        start = len(walk.effects)
        invoke(walk, connection.chain[0], (socket,), at=connection.line)
        return socket, start

    def _connected(
        self, walk: Walk, middlewares: tuple[Value, ...], connection: Registered, first: int
    ) -> bool:
        """True where the event is among those that a connection listens for."""
        socket, _ = self._connect(walk, middlewares, connection)
        listening = [r for r in walk.routing.routes if r.router == socket.identity]
        asked = next((r for r in listening if r.method == EVENT and self._is_at(r)), None)
        if asked is None:
            return False
        for other in listening:
            if other is not asked and other.method == EVENT and other.pattern != "disconnect":
                _settle(walk, socket, other)
        start = len(walk.effects)
        walk.guards = _passed(asked)
        if any(r.method == EACH for r in listening):
            walk.passed(Check.UNCLEAR, "a check of each event", self.location.line)
        _send(walk, asked)
        del walk.effects[first:start]
        return True


def _passed(one: Registered) -> frozenset[Guard]:
    return (one.chain[1].when or (NO_GUARDS, NO_GUARDS))[0]


def _send(walk: Walk, event: Registered) -> None:
    handler = event.chain[0]
    closure = handler.closure
    given = tuple(map(_given, closure.function.parameters)) if closure else ()
    invoke(walk, handler, given or (parameter("body"),), at=event.line)


def _given(one: Parameter) -> Value:
    """What whoever sends the event gives."""
    name = one.target.id if isinstance(one.target, Name) else ""
    if _ANSWERS.search(name):
        return acknowledgement()
    if one.variadic or not _PLAIN.search(name):
        return parameter("body")
    return from_origins(Origin("body", "", name))


_ANSWERS = regex(r"(?i)^(ack\w*|callback|cb|fn|done|respond|reply)$")
_PLAIN = regex(
    r"(?:^|_|[a-z](?=[A-Z]))(?:id|Id|ID|token|Token|role|name|Name|email|text|content|status)$"
)


def _settle(walk: Walk, socket: Value, event: Registered) -> None:
    """What another event may have left behind of who is connected: `socket.userId = decoded.id`."""
    closure = event.chain[0].closure
    if closure is None or not _keeps(closure):
        return
    names = closure.scope.names
    before = dict(names)
    kept = {k: v for k, v in walk.heap.items() if k[0] == socket.identity}
    walk.guards = known = _passed(event)
    _send(walk, event)
    ends = walk.ways[-1][1] - known if walk.ways else NO_GUARDS
    ends = frozenset(g for g in ends if g.check is not Check.HOLLOW)
    proven = ends | {walk.guard(Check.SESSION, f"event {event.pattern}", event.line)}
    for key, value in [*walk.heap.items()]:
        if key[0] == socket.identity and kept.get(key) is not value:
            under = walk.put_under.get(key, known) - known
            walk.heap[key] = of_cases(((value, under), (kept.get(key, NULL), NO_GUARDS)))
    for name, value in [*names.items()]:
        if name in before and before[name] is not value:
            is_known = any(o.kind == "principal" for o in all_origins(value))
            under = proven if is_known else ends
            names[name] = of_cases(((value, under), (before[name], NO_GUARDS)))
    walk.guards = known


def _keeps(closure: Closure) -> bool:
    """True for a function that puts something where the other events find it."""
    for let in nodes_in(closure.function.body, Let):
        if isinstance(let.target, Member):
            return True
        if not let.declared and isinstance(let.target, Name):
            return True
    return False


def socket_entry(route: Route, walk: Walk) -> SocketEntry | None:
    """What is run for an event; None where no server was seen to take it."""
    routing, place = walk.routing, route.location
    _reach(walk, place)
    found = [(_before(routing, r), r) for r in routing.routes if r.method == CONNECTION]
    return SocketEntry(place, tuple(_nearest(found, place))) if found else None


def _nearest(
    found: list[tuple[tuple[Value, ...], Registered]], place: Location
) -> Iterator[tuple[tuple[Value, ...], Registered]]:
    yield from (one for one in found if one[1].path == place.path)
    yield from (one for one in found if one[1].path != place.path)


def _before(routing: Routing, connection: Registered) -> tuple[Value, ...]:
    """The middlewares of its server."""
    return tuple(v for m in routing.mounts if m.router == connection.router for v in m.chain)


def _reach(walk: Walk, place: Location) -> None:
    """Run a function around `io.on("connection", …)` that nothing was seen to call."""
    routing, path = walk.routing, place.path
    unit = walk.program.unit(path)
    for _, function in functions_of(unit.module):
        if not function.at <= place.line <= function.end:
            continue
        if any(
            r.method == CONNECTION and r.path == path and function.at <= r.line <= function.end
            for r in routing.routes
        ):
            return
        names = [n for p in function.parameters for n in names_in(p.target)]
        if "socket" in names:
            return
        given = tuple(server(walk) if n in ("io", "nsp") else UNKNOWN for n in names)
        walk.guards, walk.steps = NO_GUARDS, ()
        walk.enter(Closure(function, unit.scope, unit.module), given, {}, function.at)
