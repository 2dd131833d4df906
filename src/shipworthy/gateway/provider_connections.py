"""Connections to providers, kept open between calls: opened by address and by name, with TLS verified."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from aiohappyeyeballs import start_connection

from shipworthy.gateway.provider_connection import ProviderConnection

KEPT_SECONDS = (
    15.0  # that a connection waits for its next request; providers close theirs after 30 and more
)
_WATCHED_EVERY = 0.05  # seconds; deadlines are met that late
NAME_SECONDS = 60.0  # that the addresses of a host are remembered
_STAGGERED = (
    0.25  # seconds until the next address of a host is tried beside the one before (RFC 8305, 5)
)

Addresses = list[tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a provider listens."""

    host: str
    port: int
    tls: bool


class ProviderConnections:
    """The open connections of one event loop, as many as there are calls."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._watch: asyncio.TimerHandle | None = None
        self._idle: defaultdict[Origin, deque[tuple[float, ProviderConnection]]] = defaultdict(
            deque
        )
        self._busy: set[ProviderConnection] = set()
        self._names: dict[tuple[str, int], tuple[float, Addresses]] = {}
        self._tls = _verified()

    async def take(self, origin: Origin, seconds: float) -> ProviderConnection:
        """A connection of one's own; the one that was used last, or a new one.

        From now on whoever waits for it does so for so many seconds: see `ProviderConnection.deadline`.
        Raises OSError, TimeoutError among it.
        """
        idle = self._idle.get(origin)
        while idle:
            since, connection = idle.pop()
            if connection.usable and self._clock() - since < KEPT_SECONDS:
                return self._watched(connection, seconds)
            connection.abort()
        until = self._now() + seconds
        async with asyncio.timeout_at(until):
            connection = await self._opened(origin)
        return self._watched(connection, until - self._now())

    def give_back(self, origin: Origin, connection: ProviderConnection) -> None:
        """Keep the connection for the next call where its answer has been read; else hang up."""
        self._busy.discard(connection)
        if connection.usable and connection.read_out:
            self._idle[origin].append((self._clock(), connection))
        else:
            connection.abort()

    def tidy(self) -> None:
        """Close what has waited for too long."""
        latest = self._clock() - KEPT_SECONDS
        for origin, idle in list(self._idle.items()):
            while idle and (idle[0][0] < latest or not idle[0][1].usable):
                idle.popleft()[1].abort()
            if not idle:
                del self._idle[origin]

    def _watched(self, connection: ProviderConnection, seconds: float) -> ProviderConnection:
        connection.deadline = self._now() + seconds
        self._busy.add(connection)
        if self._watch is None:
            self._watch = self._loop.call_later(_WATCHED_EVERY, self._look)
        return connection

    def _look(self) -> None:
        """Wake who waits in vain. One clock for all costs less than a timer for each wait."""
        now = self._now()
        for connection in [one for one in self._busy if one.deadline < now]:
            connection.expire()
        again = bool(self._busy)
        self._watch = self._loop.call_later(_WATCHED_EVERY, self._look) if again else None

    def close(self) -> None:
        """Hang up everywhere."""
        if self._watch is not None:
            self._watch.cancel()
        for idle in self._idle.values():
            for _, connection in idle:
                connection.abort()
        for connection in self._busy:
            connection.abort()
        self._idle.clear()
        self._busy.clear()

    async def _opened(self, origin: Origin) -> ProviderConnection:
        opened = await start_connection(
            await self._addresses(origin), happy_eyeballs_delay=_STAGGERED, interleave=1
        )
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            _, connection = await self._loop.create_connection(
                ProviderConnection,
                sock=opened,
                ssl=self._tls if origin.tls else None,
                server_hostname=origin.host if origin.tls else None,
            )
        except BaseException:
            opened.close()
            raise
        return connection

    async def _addresses(self, origin: Origin) -> Addresses:
        name = (origin.host, origin.port)
        known = self._names.get(name)
        if known is None or self._clock() - known[0] > NAME_SECONDS:
            found: Addresses = await self._loop.getaddrinfo(  # type: ignore[assignment]
                *name, type=socket.SOCK_STREAM
            )
            known = self._names[name] = (self._clock(), found)
        return known[1]


def _verified() -> ssl.SSLContext:
    """Certificates and names are checked, by the authorities that this machine trusts."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
