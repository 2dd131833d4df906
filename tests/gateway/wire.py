"""A socket in front of a database's, which a test can cut or hold: the database goes away and comes back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from waiting import SECONDS

_NAME = ".s.PGSQL.5432"


class Wire:
    """Forwards connections from a folder of its own to the socket in another."""

    def __init__(self, here: Path, there: Path) -> None:
        self.here = here
        self._there = there
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._flows.set()
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """End all connections and take no more."""
        self._is_cut = True
        self._do(lambda: [w.transport.abort() for w in self._writers])

    def hold(self) -> None:
        """Say nothing more, and keep the connections."""
        self._do(self._flows.clear)

    def mend(self) -> None:
        """Be as at the beginning."""
        self._is_cut = False
        self._do(self._flows.set)

    def _do(self, what: Callable[[], object]) -> None:
        """In the loop; done when this returns."""

        async def do() -> None:
            what()

        asyncio.run_coroutine_threadsafe(do(), self._loop).result(SECONDS)

    async def serve(self, ready: threading.Event) -> None:
        """Until the loop ends."""
        await asyncio.start_unix_server(self._connection, self.here / _NAME)
        ready.set()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if self._is_cut:
            writer.transport.abort()
            return
        onward, beyond = await asyncio.open_unix_connection(self._there / _NAME)
        with suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(self._pump(reader, beyond), self._pump(onward, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self._flows.wait()
            writer.write(data)
        writer.close()

    def run(self, ready: threading.Event) -> None:
        """In a thread."""
        self._loop.run_until_complete(self.serve(ready))
        self._loop.run_forever()

    def end(self) -> None:
        """Stop the thread."""

        async def leave() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            self._loop.stop()

        asyncio.run_coroutine_threadsafe(leave(), self._loop)


@contextmanager
def wire(here: Path, there: Path) -> Iterator[Wire]:
    """A wire that works until it is told otherwise."""
    made = Wire(here, there)
    ready = threading.Event()
    thread = threading.Thread(target=made.run, args=(ready,))
    thread.start()
    assert ready.wait(SECONDS)
    try:
        yield made
    finally:
        made.end()
        thread.join(SECONDS)
