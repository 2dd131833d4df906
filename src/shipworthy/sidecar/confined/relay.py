"""Bytes carried between two sockets, both ways, until both sides have ended."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

_CHUNK = 1 << 16


async def carried(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes between two sockets and close both in the end. An end of one direction is passed on."""
    for connection in (one, other):
        if connection.family != socket.AF_UNIX:
            # Small pieces go at once: waiting to fill a packet would cost 40 ms for many an answer.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        # A group ends the other direction, too, before the sockets close: a direction that still waited
        # would leave their numbers with the event loop, and the next connections get the same numbers.
        async with asyncio.TaskGroup() as directions:
            directions.create_task(_one_way(one, other))
            directions.create_task(_one_way(other, one))
    except* OSError:
        pass  # one side is gone: the other learns it by its own end
    finally:
        one.close()
        other.close()


async def _one_way(source: socket.socket, target: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while data := await loop.sock_recv(source, _CHUNK):
        await loop.sock_sendall(target, data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


async def tunnel(gate: str, authority: str) -> socket.socket | None:
    """A connection through the proxy's way out; None where it is refused there."""
    loop = asyncio.get_running_loop()
    connection = socket.socket(socket.AF_UNIX)
    connection.setblocking(False)
    try:
        await loop.sock_connect(connection, gate)
        asked = f"CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n\r\n"
        await loop.sock_sendall(connection, asked.encode())
        head = b""
        # Byte by byte: what follows the head is already the other side speaking.
        while not head.endswith(b"\r\n\r\n") and len(head) < 8192:
            byte = await loop.sock_recv(connection, 1)
            if not byte:
                break
            head += byte
        if head.split(b" ", 2)[1:2] == [b"200"] and head.endswith(b"\r\n\r\n"):
            return connection
    except OSError:
        pass
    connection.close()
    return None
