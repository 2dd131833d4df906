"""uvicorn's HTTP protocol with bounds for heads that are long or slow, and for callers that read nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shipworthy.gateway.intake import CONNECTION

MOST_HEADERS = 100


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which itself bounds neither the size of a request's head nor its time."""

    header_bytes = 32_000
    read_seconds = 30.0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._head_left = self.header_bytes
        self._in_head = True
        self._timer: asyncio.TimerHandle | None = None
        self.on_lost: Callable[[], object] | None = None
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_timer()
        if self.on_lost is not None:
            self.on_lost()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Hang up at once, without waiting for a caller that reads nothing."""
        self.transport.abort()

    def timeout_keep_alive_handler(self) -> None:
        """A kept connection is closed; one whose caller has not read its answer is cut."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_left = self.header_bytes
        if self._timer is None:
            self._await_head()
        super().on_message_begin()
        scope: Any = self.scope
        scope["extensions"] = {CONNECTION: self}

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._end_timer()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        # Counted before it is parsed: the parser keeps whatever comes.
        if self._in_head:
            self._head_left -= len(data)
            if self._head_left < 0 and not self._ends_here(data):
                self._refuse()
                return
        super().data_received(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) >= MOST_HEADERS:
            raise httptools.HttpParserError("too many headers")
        super().on_header(name, value)

    def _ends_here(self, data: bytes) -> bool:
        """The head ends within its allowance; what is beyond is already body."""
        end = data.find(b"\r\n\r\n")
        return end >= 0 and len(data) + self._head_left - end - 4 >= 0

    def _refuse(self) -> None:
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
            b"content-length: 0\r\nconnection: close\r\n\r\n"
        )
        self.transport.close()

    def _await_head(self) -> None:
        self._timer = self.loop.call_later(self.read_seconds, self.transport.close)

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
