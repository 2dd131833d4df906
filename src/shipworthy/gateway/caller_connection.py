"""A caller's connection: HTTP/1.1 read by llhttp, bounded in size and time, one request after the other.

llhttp refuses what could be read in two ways, such as a length beside a transfer coding (RFC 9112, 11.2).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httptools

from shipworthy.gateway.request import Request

if TYPE_CHECKING:
    from shipworthy.gateway.listening import HttpServer

MOST_HEADERS = 100
LINGERING = 5.0  # seconds that a caller may still send what nobody reads
OVERHEAD = 16  # bytes around each byte of a body: it may come in chunks of one
_NEVER = float("inf")


class CallerConnection(asyncio.Protocol):
    """Parses requests and has the server answer them in their order."""

    def __init__(self, server: HttpServer) -> None:
        self.transport: Any = None
        self.writable: asyncio.Event | None = None
        self.closing = False
        self.deadline = _NEVER  # of the loop's clock: until then something must have come
        self._server = server
        self._parser = httptools.HttpRequestParser(self)
        self._head_left = server.header_bytes
        self._around = 0  # bytes of a message that came behind its head and are no body
        self._in_head = True  # or before one
        self._mid_head = False
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._count = 0
        self._reading: Request | None = None  # whose body comes in
        self._serving: Request | None = None
        self._waiting: deque[Request] = deque()  # sent before the reply to the one before was there
        self._paused = False
        self._lingers = False

    # For the server.

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return self._serving is None and self._reading is None

    def hang_up_soon(self) -> None:
        """Close the connection, after its reply where one is under way."""
        self.closing = True
        if self.idle:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection once what was said has been read, or has not been for too long."""
        self.closing = True
        if self._reading is not None and self._reading.replied and not self._lingers:
            self._linger()
        else:
            self.deadline = self._server.now() + self._server.idle_seconds
            self.transport.close()

    def _linger(self) -> None:
        """Close our side alone: what is still on its way and read by nobody would take the reply with it."""
        self._lingers = True
        self.deadline = self._server.now() + LINGERING
        self.transport.write_eof()
        self.take_in()

    def hang_up_late(self) -> None:
        """The deadline has passed."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # who has not read its answer
        else:
            self.transport.close()

    # For the event loop.

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._server.connections.add(self)
        self.deadline = self._server.now() + self._server.read_seconds

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        self._server.connections.discard(self)
        self.deadline = _NEVER
        self._waiting.clear()
        if self.writable is not None:
            self.writable.set()
        for request in {self._serving, self._reading} - {None}:
            request.lose()  # type: ignore[union-attr]

    def eof_received(self) -> None:
        """A caller that has closed its side gets no answer: the connection closes."""

    def data_received(self, data: bytes) -> None:
        if self._lingers:
            return
        if self._in_head:
            # Counted before it is parsed: the parser keeps whatever comes.
            self._head_left -= len(data)
            if self._head_left < 0 and not self._ends_here(data):
                self._refuse(b"431 Request Header Fields Too Large")
                return
        else:
            self._around += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.closing = True  # answered in HTTP/1.1, and nothing after it
        except httptools.HttpParserError:
            self._refuse(b"400 Bad Request")
        else:
            if self._around > self._server.header_bytes:
                self._refuse(b"400 Bad Request")

    def pause_writing(self) -> None:
        self.writable = asyncio.Event()

    def resume_writing(self) -> None:
        if self.writable is not None:
            self.writable.set()
            self.writable = None

    # For the parser.

    def on_message_begin(self) -> None:
        self._url, self._headers, self._count = b"", {}, 0
        self._mid_head = True
        if self._serving is None:
            self.deadline = self._server.now() + self._server.read_seconds

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count += 1
        if self._count > MOST_HEADERS:
            raise httptools.HttpParserError("too many headers")
        if self._in_head:  # what follows a body in chunks is not believed
            self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self._in_head = self._mid_head = False
        self._around = 0
        self.deadline = _NEVER
        parser, request = self._parser, Request(self, self._headers)
        request.method = parser.get_method().decode("ascii")
        request.keep_alive = parser.should_keep_alive()
        request.is_old = parser.get_http_version() == "1.0"
        url = self._url if self._url.startswith(b"/") else _without_host(self._url)
        path, _, request.query = url.partition(b"#")[0].partition(b"?")
        request.path = path.decode("ascii", "replace")
        if "%" in request.path:
            request.path = unquote(request.path)
        self._reading = request
        if self._serving is None:
            self._serve(request)
        else:
            self._waiting.append(request)
            self._pause()

    def on_body(self, body: bytes) -> None:
        self._around -= len(body) * (1 + OVERHEAD)
        if self._reading is not None and not self._reading.feed(body):
            self._pause()

    def on_message_complete(self) -> None:
        request, self._reading = self._reading, None
        self._in_head = True
        self._around = 0
        self._head_left = self._server.header_bytes
        if request is not None:
            request.close_body()
            if self._serving is None:  # the reply went out before
                self._next()

    # For the request.

    def take_in(self) -> None:
        """Read on."""
        if self._paused:
            self._paused = False
            self.transport.resume_reading()

    def replied(self) -> None:
        """The reply has gone out: the next one may follow, once the body has been read."""
        request, self._serving = self._serving, None
        if request is None or not request.keep_alive or self.closing:
            self.hang_up()
        elif request is self._reading:
            self.deadline = self._server.now() + self._server.read_seconds
            self.take_in()
        else:
            self._next()

    def _next(self) -> None:
        if self._waiting:
            self._serve(self._waiting.popleft())
        else:
            seconds = self._server.read_seconds if self._mid_head else self._server.idle_seconds
            self.deadline = self._server.now() + seconds
        if not self._waiting:
            self.take_in()

    def _serve(self, request: Request) -> None:
        self._serving = request
        self._server.start(request)

    def _pause(self) -> None:
        if not self._paused:
            self._paused = True
            self.transport.pause_reading()

    def _ends_here(self, data: bytes) -> bool:
        """The head ends within its allowance; what is beyond is already body."""
        end = data.find(b"\r\n\r\n")
        return end >= 0 and len(data) + self._head_left - end - 4 >= 0

    def _refuse(self, status: bytes) -> None:
        """Say what is wrong and hang up; after the reply to a request that came whole before it."""
        self.closing = True
        self._waiting.clear()
        if self._serving is not None and self._serving is not self._reading:
            self._pause()
            return
        if self._serving is None and self._reading is None:
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self._linger()
        else:  # in the middle of a body
            self.transport.close()


def _without_host(url: bytes) -> bytes:
    """The path of an address that was sent in full, as to a proxy (RFC 9112, 3.2.2)."""
    try:
        parts = httptools.parse_url(url)
    except httptools.HttpParserInvalidURLError:
        return b""
    return (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")
