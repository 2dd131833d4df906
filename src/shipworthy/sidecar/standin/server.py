"""The web server of the stand-in: an event loop in a thread of its own, on a port of this machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from shipworthy.errors import MissingExtra, ShipworthyError

if TYPE_CHECKING:
    from aiohttp import web

Handler = Callable[["web.Request"], Awaitable["web.StreamResponse"]]
Started = Callable[[], Awaitable[Handler]]
Ended = Callable[[], Awaitable[None]]

_ADDRESS = "127.0.0.1"
_START_SECONDS = 20.0


class LocalServer:
    """Serves on 127.0.0.1 from when it is made until `stop`. `port` is a free one unless given."""

    def __init__(self, started: Started, ended: Ended, most_bytes: int, port: int = 0) -> None:
        self.port = port
        self._started, self._ended, self._most_bytes = started, ended, most_bytes
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="stand-in", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_SECONDS) or self._error is not None:
            self.stop()
            raise ShipworthyError(f"the stand-in did not start: {self._error or 'too slow'}")

    def stop(self) -> None:
        """Answer what was begun and end."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(_START_SECONDS)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        from aiohttp import web

        handler = await self._started()
        application = web.Application(client_max_size=self._most_bytes)

        async def handle(request: web.Request) -> web.StreamResponse:
            return await handler(request)

        application.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, _ADDRESS, self.port)
            await site.start()
            addresses = runner.addresses
            self.port = int(addresses[0][1])
            self._ready.set()
            await self._over.wait()
        finally:
            await runner.cleanup()
            await self._ended()


def require_sidecar_extra() -> None:
    """Raises MissingExtra where a package that the stand-in needs is not installed."""
    for package in ("aiohttp", "jwt", "psycopg"):
        try:
            __import__(package)
        except ImportError as error:
            raise MissingExtra(package, "sidecar") from error
