"""A request as it comes in over a connection, and the ways to reply to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

AHEAD = 65_536  # bytes of a body that are taken in before anybody wants it
Headers = dict[bytes, bytes]  # names in lower case; of equal names the last
Head = list[tuple[bytes, bytes]]


class TooLarge(Exception):
    """The body is larger than allowed."""


class Gone(Exception):
    """The caller went away before its request was there."""


class Wire(Protocol):
    """The connection that a request came over."""

    transport: Any
    writable: asyncio.Event | None  # while the caller reads too slowly
    closing: bool  # this is to be the connection's last reply

    def take_in(self) -> None:
        """Read on."""
        ...

    def replied(self) -> None:
        """The reply has gone out."""
        ...

    def hang_up(self) -> None:
        """Close the connection once what was said has been read."""
        ...


class Request:
    """One request; `reply` once, or `begin`, `more` and `end`."""

    __slots__ = (
        *("method", "path", "query", "headers", "keep_alive", "is_old", "on_lost"),
        *("complete", "replied", "begun", "size", "_wire", "_pieces", "_most", "_waiter", "_lost"),
    )

    def __init__(self, wire: Wire, headers: Headers) -> None:
        self.method = ""
        self.path = ""  # decoded
        self.query = b""
        self.headers = headers
        self.keep_alive = True
        self.is_old = False  # HTTP/1.0, which knows no chunks
        self.on_lost: Callable[[], object] | None = None  # called when the caller hangs up
        self.complete = False  # the body is there
        self.begun = False  # the reply
        self.replied = False
        self.size = 0  # of the body so far
        self._wire = wire
        self._pieces: list[bytes] = []
        self._most: int | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._lost = False

    # What comes in.

    async def body(self, most: int) -> bytes:
        """The whole body. Raises TooLarge as soon as that is known, Gone where nobody waits."""
        self._most = most
        said = self.headers.get(b"content-length", b"")
        if said.isdigit() and int(said) > most:
            raise TooLarge
        if not self.complete and self.headers.get(b"expect", b"").lower() == b"100-continue":
            self._wire.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not self.complete:
            if self._lost:
                raise Gone
            if self.size > most:
                raise TooLarge
            self._wire.take_in()
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self.size > most:
            raise TooLarge
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def feed(self, piece: bytes) -> bool:
        """More of the body has come; False where nothing more is to be read for now."""
        if self.replied:
            return True  # nobody wants it: it is read so that the next request can follow
        self.size += len(piece)
        if self._most is None:
            self._pieces.append(piece)
            return self.size <= AHEAD
        if self.size <= self._most:
            self._pieces.append(piece)
            return True
        self._wake()
        return False

    def close_body(self) -> None:
        """The body is over."""
        self.complete = True
        self._wake()

    def lose(self) -> None:
        """The caller has hung up."""
        self._lost = True
        self._wake()
        if self.on_lost is not None:
            self.on_lost()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What goes out.

    def reply(self, status: int, head: Head, body: bytes) -> None:
        """All at once; `head` needs no length."""
        self.begun = True
        shown = b"" if self.method == "HEAD" else body
        self._write(b"%bcontent-length: %d\r\n\r\n%b" % (self._top(status, head), len(body), shown))
        self._finish()

    def begin(self, status: int, head: Head, first: bytes) -> None:
        """A body of unknown length, with its first piece."""
        self.begun = True
        top = self._top(status, head)
        if self.is_old:
            self._write(b"%b\r\n%b" % (top, first))
        else:
            start = _chunk(first) if first else b""
            self._write(b"%btransfer-encoding: chunked\r\n\r\n%b" % (top, start))

    async def more(self, piece: bytes) -> None:
        """The next piece; waits for a caller that reads slowly."""
        if piece:
            self._write(piece if self.is_old else _chunk(piece))
        if self._wire.writable is not None:
            await self._wire.writable.wait()

    def end(self, last: bytes = b"") -> None:
        """The last piece."""
        if not self.is_old:
            self._write((_chunk(last) if last else b"") + b"0\r\n\r\n")
        elif last:
            self._write(last)
        self._finish()

    def break_off(self) -> None:
        """End the connection without the rest of the reply, so that the caller sees what it lacks."""
        if self.is_old:
            self.abort()
        else:
            self._wire.hang_up()

    def abort(self) -> None:
        """Hang up at once, without waiting for a caller that reads nothing."""
        self._wire.transport.abort()

    def _top(self, status: int, head: Head) -> bytes:
        """The status line and the headers; a value that would end its line loses what does so."""
        if self.is_old or self._wire.closing:
            self.keep_alive = False
        lines = [_STATUS_LINES[status]]
        for name, value in head:
            if name == b"connection":
                self.keep_alive = False
                continue
            if b"\n" in value or b"\r" in value:
                value = value.replace(b"\r", b" ").replace(b"\n", b" ")
            lines.append(b"%b: %b\r\n" % (name, value))
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        return b"".join(lines)

    def _write(self, data: bytes) -> None:
        if not self._lost:
            self._wire.transport.write(data)

    def _finish(self) -> None:
        self.replied = True
        self.on_lost = None
        self._wire.replied()


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
