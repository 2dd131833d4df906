"""An application that tells what reached it: the twin of a proxy has it behind itself.

It answers everything, however odd, with headers that a proxy must not let out; and it keeps each request as
it came. `?do=` asks for more: `fail` (503), `drop` (hangs up), `hang` (never answers), `events` (a
stream), `missing` (404).
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader
from types import TracebackType

_SECONDS = 30.0
_KEPT = 200_000
LEAKS = (
    ("x-powered-by", "Echo/1.0"),
    ("server", "echo-secret-version"),
    ("x-frame-options", "ALLOWALL"),
    ("access-control-allow-origin", "*"),
    ("access-control-allow-credentials", "true"),
)
"""Headers of a careless application."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it reached the application."""

    raw: bytes  # its head
    body: bytes = b""
    whole: bool = False  # to the end of its body

    @property
    def method(self) -> str:
        """Its first word."""
        return self.raw.partition(b" ")[0].decode("latin-1")

    @property
    def target(self) -> str:
        """Path and query, as written."""
        words = self.raw.partition(b"\n")[0].decode("latin-1").split()
        return words[1] if len(words) > 1 else ""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names in lower case."""
        lines = self.raw.decode("latin-1").split("\r\n")[1:]
        return [(n.lower(), v.strip()) for n, _, v in (line.partition(":") for line in lines) if n]

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((v for n, v in self.headers if n == name), None)


@dataclass
class Echo:
    """A server on a free port of 127.0.0.1, one thread for each connection. A context manager."""

    port: int = 0
    # What it answers at these paths instead, as JSON; None: 503.
    answers: dict[str, Callable[[Heard], bytes | None]] = field(default_factory=dict)
    _heard: list[Heard] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: set[socket.socket] = field(default_factory=set)

    def __enter__(self) -> Echo:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        with self._lock:
            for connection in self._open:
                connection.close()

    def heard(self, word: str) -> list[Heard]:
        """The requests in which the word stands anywhere."""
        wanted = word.encode("latin-1")
        with self._lock:
            return [h for h in self._heard if wanted in h.raw or wanted in h.body]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with connection, connection.makefile("rb") as lines:
                while self._one(connection, lines):
                    pass
        except (OSError, ValueError, IndexError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)

    def _one(self, connection: socket.socket, lines: BufferedReader) -> bool:
        head = _head(lines)
        if not head.strip():
            return False
        with self._lock:
            self._heard.append(Heard(head))
            at = len(self._heard) - 1
        body = _body(lines, head)
        heard = Heard(head, body, whole=True)
        with self._lock:
            self._heard[at] = heard
            if len(self._heard) > _KEPT:
                raise ValueError("too many requests")
        own = self.answers.get(heard.target.partition("?")[0])
        return _given(connection, own(heard)) if own else _answer(connection, lines, heard)


def _head(lines: BufferedReader) -> bytes:
    """All to the empty line; lines may end in a bare LF, and a request of one line be all there is."""
    head = lines.readline(_KEPT)
    if head and b"HTTP/" not in head and head.strip():
        return head.strip()  # HTTP/0.9
    while line := lines.readline(_KEPT):
        if line in (b"\r\n", b"\n"):
            break
        head += line
    return head.rstrip(b"\r\n")


def _body(lines: BufferedReader, head: bytes) -> bytes:
    """The body by its length, or else by its chunks: an application that believes the first of both."""
    named: dict[str, str] = {}
    for line in head.decode("latin-1").splitlines()[1:]:
        name, _, value = line.partition(":")
        named.setdefault(name.strip().lower(), value.strip())
    length = named.get("content-length", "")
    if length.lstrip("+").isdigit():
        return _exactly(lines, int(length))
    if "chunked" not in named.get("transfer-encoding", ""):
        return b""
    body = b""
    while size := int(lines.readline(100).partition(b";")[0].strip(), 16):
        body += _exactly(lines, size)
        lines.readline(10)
    lines.readline(10)
    return body


def _exactly(lines: BufferedReader, count: int) -> bytes:
    """Raises ValueError where the caller ends before."""
    data = lines.read(count)
    if len(data) < count:
        raise ValueError("cut off")
    return data


def _given(connection: socket.socket, body: bytes | None) -> bool:
    status = "503 Failing" if body is None else "200 OK"
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body or b'')}"
    )
    connection.sendall(f"{head}\r\n\r\n".encode() + (body or b""))
    return True


def _answer(connection: socket.socket, lines: BufferedReader, heard: Heard) -> bool:
    target = heard.target
    if (heard.header("upgrade") or "").lower() == "websocket":
        return _websocket(connection, lines, heard)
    if "do=drop" in target:
        return False
    if "do=hang" in target:
        time.sleep(_SECONDS)
        return False
    if "do=events" in target:
        return _events(connection)
    status = "503 Failing" if "do=fail" in target else "200 OK"
    status = "404 Not Found" if "do=missing" in target else status
    body = json.dumps({"method": heard.method, "target": target, "headers": heard.headers}).encode()
    headers = [*LEAKS, ("content-type", "application/json"), ("content-length", str(len(body)))]
    text = "".join(f"{n}: {v}\r\n" for n, v in headers)
    sent = b"" if heard.method == "HEAD" else body
    connection.sendall(f"HTTP/1.1 {status}\r\n{text}\r\n".encode() + sent)
    return True


def _events(connection: socket.socket) -> bool:
    head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
    connection.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
    for number in range(3):
        event = f"data: {number}\n\n".encode()
        connection.sendall(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        time.sleep(0.4)
    connection.sendall(b"0\r\n\r\n")
    return True


def _websocket(connection: socket.socket, lines: BufferedReader, heard: Heard) -> bool:
    """RFC 6455: accept, and send the first frame back as it is, unmasked."""
    key = heard.header("sec-websocket-key") or ""
    digest = hashlib.sha1(
        (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode(), usedforsecurity=False
    )
    accept = base64.b64encode(digest.digest()).decode()
    head = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    connection.sendall(f"{head}sec-websocket-accept: {accept}\r\n\r\n".encode())
    first = lines.read(2)
    size = first[1] & 127
    mask, text = lines.read(4), lines.read(size)
    plain = bytes(b ^ mask[i % 4] for i, b in enumerate(text))
    connection.sendall(bytes([0x81, len(plain)]) + plain)
    return False
