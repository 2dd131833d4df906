"""A TCP port of this machine that leads to the database's socket, for one role with its password alone.

The database itself listens on a socket in a private folder and trusts whoever reaches it; programs need
an address. So the first message of every connection is read (PostgreSQL documentation, "Message Formats:
StartupMessage") and only the one role is let through, whose password PostgreSQL then asks for.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct
import threading
from pathlib import Path

from shipworthy.errors import ShipworthyError

_ADDRESS = "127.0.0.1"
_SSL, _GSS, _CANCEL = 80877103, 80877104, 80877102
_VERSION_3 = 3
_LARGEST = 10_000  # bytes of a first message, as PostgreSQL's own MAX_STARTUP_PACKET_LENGTH
_SECONDS = 10.0
_CHUNK = 65_536


class Relay:
    """Leads connections on `port` to a Unix socket until `stop`. `tls`: offered to those who ask for it."""

    def __init__(self, target: Path, role: str, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self._target, self._role, self._tls = str(target), role, tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="database relay", daemon=True)
        self._thread.start()
        if not self._ready.wait(_SECONDS) or not self.port:
            raise ShipworthyError("no port of this machine could be opened for the database")

    def stop(self) -> None:
        """Close the port and every connection."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(_SECONDS)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, _ADDRESS, 0)
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, TimeoutError, asyncio.CancelledError):
            try:
                async with asyncio.timeout(_SECONDS):
                    first = await self._first(reader, writer)
                if first:
                    await self._lead(first, reader, writer)
            finally:
                writer.close()

    async def _first(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """The first message that matters, b"" where it is refused."""
        secured = False
        while True:
            head = await reader.readexactly(8)
            length, code = struct.unpack("!II", head)
            if code == _SSL and length == 8 and self._tls is not None and not secured:
                writer.write(b"S")
                await writer.start_tls(self._tls)
                secured = True
                continue
            if code in (_SSL, _GSS) and length == 8:
                writer.write(b"N")
                continue
            if not 8 <= length <= _LARGEST:
                return b""
            rest = await reader.readexactly(length - 8)
            if code == _CANCEL or (code >> 16 == _VERSION_3 and self._is_let_in(rest)):
                return head + rest
            writer.write(_refusal(f"only role {self._role} is let in here"))
            return b""

    def _is_let_in(self, settings: bytes) -> bool:
        """True where exactly one user is named, and it is the one."""
        words = settings.split(b"\0")
        named = [words[n + 1] for n in range(0, len(words) - 1, 2) if words[n] == b"user"]
        return named == [self._role.encode()]

    async def _lead(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        back, out = await asyncio.open_unix_connection(self._target)
        out.write(first)
        ways = [asyncio.create_task(_pass(*way)) for way in ((reader, out), (back, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            out.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()


def _refusal(message: str) -> bytes:
    """An ErrorResponse."""
    fields = b"SFATAL\0VFATAL\0C28000\0M" + message.encode() + b"\0\0"
    return b"E" + struct.pack("!I", len(fields) + 4) + fields
