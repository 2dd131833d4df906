"""Bytes carried between two sockets: what ends one pair leaves the next pair alone."""

from __future__ import annotations

import asyncio
import socket
import struct

from shipworthy.sidecar.confined.relay import carried
from waiting import SECONDS

_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


def test_a_reset_connection_does_not_silence_the_next_one() -> None:
    """The next sockets get the numbers of the closed ones: the event loop must have forgotten those."""

    async def two_after_another() -> bytes:
        loop = asyncio.get_running_loop()
        caller, program, carrying = await _pair()
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        caller.close()
        await carrying
        program.close()
        caller, program, carrying = await _pair()
        await loop.sock_sendall(program, b"hello")
        heard = await loop.sock_recv(caller, 16)
        for end in (caller, program):
            end.close()
        await carrying
        return heard

    assert asyncio.run(asyncio.wait_for(two_after_another(), SECONDS)) == b"hello"


async def _pair() -> tuple[socket.socket, socket.socket, asyncio.Task[None]]:
    """A caller and a program, and the task that carries between them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller = socket.create_connection(server.getsockname())
        outer, _ = server.accept()
    inner, program = socket.socketpair()
    for end in (caller, outer, inner, program):
        end.setblocking(False)
    carrying = asyncio.get_running_loop().create_task(carried(outer, inner))
    await asyncio.sleep(0)  # both directions wait
    return caller, program, carrying
