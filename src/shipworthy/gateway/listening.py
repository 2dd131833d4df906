"""Listen for callers, serve their requests, and end without cutting anybody off."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from shipworthy.gateway.caller_connection import CallerConnection
from shipworthy.gateway.request import Request

IDLE_SECONDS = 75.0  # that a connection is kept for the next request
GRACE_SECONDS = 30.0  # that requests under way get at the end
_SWEPT_EVERY = 0.25  # seconds at the most; deadlines are met that late


class HttpServer:
    """Has `answer` called for each request; belongs to one event loop."""

    def __init__(
        self,
        answer: Callable[[Request], Awaitable[None]],
        header_bytes: int = 32_000,
        read_seconds: float = 30.0,
    ) -> None:
        """`header_bytes` bounds a head, `read_seconds` its time from its first byte on."""
        self.header_bytes = header_bytes
        self.read_seconds = read_seconds
        self.idle_seconds = IDLE_SECONDS
        self.connections: set[CallerConnection] = set()
        self.now = asyncio.get_running_loop().time
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._sweeping: asyncio.Task[None] | None = None

    async def listen(self, listening: socket.socket) -> None:
        """Take connections from a socket that is bound; Unix sockets as well."""
        make = (
            self._loop.create_unix_server
            if listening.family == socket.AF_UNIX
            else self._loop.create_server
        )
        self._server = await make(lambda: CallerConnection(self), sock=listening, backlog=2048)
        self._sweeping = asyncio.create_task(self._sweep())

    def start(self, request: Request) -> None:
        """Have a request answered."""
        task = self._loop.create_task(self._answered(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Take no more connections, and end when the requests under way have their replies."""
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.hang_up_soon()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
        self.cut_off()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)
        for connection in list(self.connections):
            connection.transport.abort()
        if self._sweeping is not None:
            self._sweeping.cancel()

    def cut_off(self) -> None:
        """End the requests under way."""
        for task in self._tasks:
            task.cancel()

    async def _answered(self, request: Request) -> None:
        try:
            await self._answer(request)
        finally:
            if not request.replied:
                request.break_off()

    async def _sweep(self) -> None:
        """Hang up on those that are late. One clock for all costs less than a timer for each request."""
        while True:
            await asyncio.sleep(min(_SWEPT_EVERY, self.read_seconds / 4))
            now = self.now()
            for connection in [c for c in self.connections if c.deadline < now]:
                connection.hang_up_late()
