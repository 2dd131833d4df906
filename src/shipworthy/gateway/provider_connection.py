"""One HTTP/1.1 connection to a provider: a request goes out, its answer comes back, strictly read.

llhttp refuses what could be read in two ways: a length beside a transfer coding, two lengths, sizes of
chunks that are no plain hexadecimal number, folded lines, bare line feeds. Beyond that no coding but
"chunked", no other version and no byte that nobody has asked for is taken (RFC 9112, 6 and 11).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import httptools

NEVER = float("inf")
HEAD_BYTES = 65_536  # of an answer, and of what surrounds its body
MOST_HEADERS = 200
_OVERHEAD = 16  # bytes around each byte of a body: a stream may come in chunks of one
_AHEAD = 256_000  # bytes of a body that wait to be read before the provider is held up


class LostConnection(Exception):
    """The connection is gone, or what came over it is no HTTP."""


class ProviderConnection(asyncio.Protocol):
    """Carries one request at a time. `usable` says whether another one may follow."""

    def __init__(self) -> None:
        self.usable = True
        self.status = 0
        self.headers: dict[bytes, bytes] = {}  # names in lower case; of equal names the last
        self.complete = True  # the answer has been read to its end
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._parser = httptools.HttpResponseParser(self)
        self._pieces: deque[bytes] = deque()
        self._ahead = 0  # bytes in them
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None
        self._wants_all = False
        self._head_came = False
        self.deadline = NEVER  # of the loop's clock, for who waits; others look at it
        self._late = False
        self._kept = False  # the provider keeps the connection
        self._until_close = False  # the body ends with the connection
        self._around = 0  # bytes that came and are no body

    # For who asks.

    def send(self, request: bytes) -> None:
        """Put a request on its way."""
        self.status, self.headers = 0, {}
        self.complete = self._head_came = self._until_close = self._wants_all = False
        self._late = False
        self._around = 0
        self._transport.write(request)

    async def head(self) -> None:
        """Wait until status and headers are there. Raises LostConnection.

        As all that waits, it raises TimeoutError when the deadline has passed.
        """
        while not self._head_came:
            if not self.usable:
                raise LostConnection
            await self._more()

    async def piece(self) -> bytes:
        """The next bytes of the body, empty at its end. Raises LostConnection where it breaks off."""
        while not self._pieces:
            if self.complete:
                return b""
            if not self.usable:
                raise LostConnection
            await self._more()
        piece = self._pieces.popleft() if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._ahead = 0
        if self._paused and self.usable:
            self._paused = False
            self._transport.resume_reading()
        return piece

    async def gathered(self) -> None:
        """Wait until the whole body is there, or more of it than is kept ahead. Raises LostConnection."""
        self._wants_all = True
        while not (self.complete or self._paused):
            if not self.usable:
                raise LostConnection
            await self._more()
        self._wants_all = False

    @property
    def read_out(self) -> bool:
        """Whether the answer has been read to its end: only then another one may follow."""
        return self.complete and not self._pieces

    def abort(self) -> None:
        """Hang up at once."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def expire(self) -> None:
        """The deadline has passed: who waits gets a TimeoutError; where nobody waits, nobody is late."""
        if self._waiter is not None:
            self._late = True
            self._wake()

    # For the event loop.

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self.complete:
            self.abort()  # nobody has asked for anything
            return
        self._around += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, LostConnection):
            self._fail()
            return
        if self._around > HEAD_BYTES:
            self._fail()
        elif self.complete or not self._wants_all or self._paused:
            self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        if self._until_close and error is None:
            self.complete = True
        self.usable = False
        self._wake()

    # For the parser.

    def on_message_begin(self) -> None:
        if self.complete:
            raise LostConnection  # a second answer

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_came:
            return  # what follows a body is not believed
        if len(self.headers) >= MOST_HEADERS:
            raise LostConnection
        name = name.lower()
        if name == b"transfer-encoding" and (
            name in self.headers or value.strip().lower() != b"chunked"
        ):
            raise LostConnection
        self.headers[name] = value

    def on_headers_complete(self) -> None:
        parser = self._parser
        status = parser.get_status_code()
        if status < 200:
            if status == 101:
                raise LostConnection
            self.headers = {}
            return
        version = parser.get_http_version()
        chunked = b"transfer-encoding" in self.headers
        if version not in ("1.1", "1.0") or (chunked and version == "1.0"):
            raise LostConnection
        self._kept = parser.should_keep_alive()
        self._until_close = not (
            chunked or b"content-length" in self.headers or status in (204, 304)
        )
        self.status = status
        self._head_came = True

    def on_body(self, body: bytes) -> None:
        size = len(body)
        self._around -= size * (1 + _OVERHEAD)
        self._ahead += size
        self._pieces.append(body)
        if self._ahead > _AHEAD and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self._head_came:  # and not "100 Continue"
            self.complete = True
            if not self._kept:
                self.usable = False
                self._transport.close()

    def _fail(self) -> None:
        self._until_close = False
        self.abort()
        self._wake()

    async def _more(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
        if self._late:
            self._late = False
            raise TimeoutError

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
