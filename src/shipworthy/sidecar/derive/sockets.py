"""Where a prototype keeps connections open: WebSockets of its server, and frameworks that live on one."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype import Prototype
from shipworthy.prototype.code.syntax import Syntax, arguments, properties, string
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.sidecar.derive.entry_points import EntryPoint
from shipworthy.sidecar.derive.routes import Kind, Line
from shipworthy.sidecar.policy import Bytes, Need, Route, Seconds, Who

# Source: the documentation of each. Streamlit takes files of 200 MB unless it is told otherwise.
_SCREENS = {
    "streamlit": (("/_stcore/stream", None), ("/_stcore/upload_file", Bytes(200_000_000))),
    "gradio": (
        ("/gradio_api", Bytes(200_000_000)),
        ("/queue", None),
        ("/upload", Bytes(200_000_000)),
    ),
    "chainlit": (("/ws/socket.io", None), ("/project/file", Bytes(100_000_000))),
}
_SOCKET_IO = frozenset({"socket.io", "socketio", "flask_socketio", "python-socketio"})
_SERVERS = ("WebSocketServer", "WebSocket.Server")


def socket_routes(prototype: Prototype, entries: tuple[EntryPoint, ...]) -> Iterator[Line]:
    """A route without a time limit for each place where connections stay open."""
    for server in prototype.servers:
        for path, body in _SCREENS.get(server.framework, ()):
            kind = Kind.STREAM if body is None else Kind.FILES
            yield Line(_open(path, body), kind, server.framework)
    for path, packages in sorted(prototype.modules.packages.items()):
        if path not in prototype.modules.browser and packages & _SOCKET_IO:
            yield Line(_open("/socket.io"), Kind.STREAM, path)
            break
    for file in prototype.of_role(Role.PRODUCT):
        if any(sign in (file.text or "") for sign in _SERVERS):
            yield from _of_server(file)
    for entry in entries:
        if entry.path != "/" and ".websocket(" in entry.text.split("def ")[0]:
            yield Line(_open(entry.path), Kind.STREAM, f"{entry.file}: a WebSocket")


def _of_server(file: SourceFile) -> Iterator[Line]:
    """`new WebSocketServer({ server, path: "/ws" })`; without a path it takes every address."""
    if file.language is None or file.language.value == "python":
        return
    syntax = Syntax(file, file.language)
    for made in syntax.root.find_all(kind="new_expression"):
        constructor, given = made.field("constructor"), arguments(made)
        if constructor is None or constructor.text() not in _SERVERS or not given:
            continue
        path = properties(given[0]).get("path") if given[0].kind() == "object" else None
        address = string(path) if path is not None else None
        if address and address.startswith("/"):
            yield Line(_open(address), Kind.STREAM, f"{file.path}: a WebSocket")


def _open(path: str, body: Bytes | None = None) -> Route:
    seconds = Seconds(0)
    return Route(path=path, need=Need(Who.ANYONE), seconds=seconds, body=body)
