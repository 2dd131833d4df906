"""The half of a confined program's way out that has a network: it dials for the half inside."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import socket
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from shipworthy.sidecar.confined.relay import carried, tunnel

_LARGEST_LOG = 10_000_000  # bytes; then no more is written of names that were asked for in vain
_AGAIN = 10.0  # seconds until the same name is written once more


class Outside:
    """Takes connections to the program at `door`, and calls of the program from `near`."""

    def __init__(self, door: socket.socket, near: socket.socket, settings: dict[str, Any]) -> None:
        self._door, self._near = door, near
        self._gate, self._log = str(settings["gate"]), str(settings["log"])
        self._wanted: dict[str, asyncio.Future[socket.socket | None]] = {}
        self._numbers = itertools.count()
        self._written: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Until the half inside is gone."""
        self._near.setblocking(False)
        loop = asyncio.get_running_loop()
        gone = loop.create_future()
        loop.add_reader(self._near, self._told, gone)
        self._begin(self._welcome())
        await gone
        for task in tuple(self._tasks):
            task.cancel()

    async def _welcome(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._door)
            self._begin(self._enter(connection))

    async def _enter(self, connection: socket.socket) -> None:
        """Somebody outside wants the program."""
        number = str(next(self._numbers))
        self._wanted[number] = asyncio.get_running_loop().create_future()
        try:
            self._near.send(f"in {number}".encode())
            program = await self._wanted[number]
        except OSError:
            program = None
        finally:
            self._wanted.pop(number, None)
        if program is None:
            connection.close()
        else:
            await carried(connection, program)

    def _told(self, gone: asyncio.Future[None]) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._near, 512, 4)
        except BlockingIOError:
            return
        except OSError:
            message, descriptors = b"", []
        if not message:
            asyncio.get_running_loop().remove_reader(self._near)
            gone.set_result(None)
            return
        verb, _, what = message.decode("ascii", "replace").partition(" ")
        connection = socket.socket(fileno=descriptors[0]) if descriptors else None
        if connection is not None:
            connection.setblocking(False)
        if verb in ("in", "no"):
            waiting = self._wanted.get(what)
            if waiting is not None and not waiting.done():
                waiting.set_result(connection)
            elif connection is not None:
                connection.close()
        elif verb == "blocked":
            self._write(what)
        elif connection is not None:
            self._begin(self._call(verb, what, connection))

    async def _call(self, verb: str, what: str, connection: socket.socket) -> None:
        """The program wants somebody outside."""
        if verb == "out":
            other = await tunnel(self._gate, what)
        else:
            other = await _dialled(int(what))
        if other is None:
            connection.close()
        else:
            await carried(connection, other)

    def _write(self, host: str) -> None:
        """One line for a call that went nowhere, in the log of the way out."""
        now = time.time()
        if now - self._written.get(host, 0.0) < _AGAIN or len(self._written) > 10_000:
            return
        self._written[host] = now
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now))
        line = {"time": moment, "host": host, "status": 403, "why": "not_allowed"}
        with suppress(OSError):
            log = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if os.fstat(log).st_size < _LARGEST_LOG:
                    os.write(log, json.dumps(line).encode() + b"\n")
            finally:
                os.close(log)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _dialled(port: int) -> socket.socket | None:
    connection = socket.socket()
    connection.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    except OSError:
        connection.close()
        return None
    return connection
