"""Jobs that wait for a database, in one thread beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from shipworthy.gateway.store.seam import PATIENCE, BrokenStore


class Runs:
    """Jobs in one thread, each run for all who wait for it when it begins."""

    def __init__(self, name: str, hang_up: Callable[[], None]) -> None:
        self._hang_up = hang_up
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._next: dict[Callable[[], object], asyncio.Task[None]] = {}
        self._under_way: dict[Callable[[], object], asyncio.Task[None]] = {}

    async def soon(self, job: Callable[[], object]) -> None:
        """Wait for the next run of the job, no longer than `PATIENCE`. Raises what the job raises."""
        run = self._next.get(job)
        if run is None:
            run = self._next[job] = asyncio.create_task(self._run(job, self._under_way.get(job)))
            run.add_done_callback(_seen)
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.shield(run)
        except TimeoutError as error:
            raise BrokenStore("PostgreSQL does not answer in time") from error

    async def _run(self, job: Callable[[], object], before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        # Who asks from here on may have seen what this run will not: it gets the next one.
        self._under_way[job] = self._next.pop(job)
        loop = asyncio.get_running_loop()
        late = loop.call_later(PATIENCE, self._hang_up)
        try:
            await loop.run_in_executor(self._thread, job)
        finally:
            late.cancel()

    def close(self) -> None:
        """Take no more jobs; one that is under way ends by its own time limits."""
        self._thread.shutdown(wait=True, cancel_futures=True)


def _seen(run: asyncio.Task[None]) -> None:
    """Who waited for it may have gone: its error has been noted all the same."""
    if not run.cancelled():
        run.exception()
