"""A watch over hostile SQL: whoever does not end in time is disconnected from outside."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING

from shipworthy.errors import FactUnavailable

if TYPE_CHECKING:
    from shipworthy.database.engine import Database

_TICK = 0.25  # seconds


class Watch:
    """Disconnects a session that holds on for too long.

    The statement timeout comes first; a function may catch that one, but not a disconnection.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._until: tuple[float, int] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    @contextmanager
    def over(self, process: int, seconds: float) -> Iterator[None]:
        """Disconnect the server process when the block lasts longer than this."""
        self._until = (time.monotonic() + seconds, process)
        try:
            yield
        finally:
            self._until = None

    def _run(self) -> None:
        while not self._stop.wait(_TICK):
            until = self._until
            if until is not None and time.monotonic() > until[0]:
                self._until = None
                self._disconnect(until[1])

    def _disconnect(self, process: int) -> None:
        import psycopg

        with (
            suppress(psycopg.Error, FactUnavailable),  # the server ended meanwhile
            self._db.connect("supabase_admin") as connection,
        ):
            connection.execute("select pg_terminate_backend(%s)", (process,))
