"""The guard: ends statements that run too long, whatever they set, and what fills the disk."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipworthy.database.engine.keeper import size_of
from shipworthy.database.engine.options import EngineOptions

if TYPE_CHECKING:
    import psycopg

_EVERY = 0.25  # seconds between two looks
_GRACE = 2.0  # seconds between asking a statement to stop and ending its session

# A statement can switch its own timeout off, and a function can catch a cancellation; nothing
# survives the end of its session.
_TOO_LONG = """
    SELECT CASE WHEN clock_timestamp() - query_start > make_interval(secs => %(end)s)
           THEN pg_terminate_backend(pid) ELSE pg_cancel_backend(pid) END
    FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND usename <> 'supabase_admin'
      AND state IN ('active', 'fastpath function call')
      AND clock_timestamp() - query_start > make_interval(secs => %(ask)s)
"""
_RUNNING = """
    SELECT pg_cancel_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND usename <> 'supabase_admin' AND state = 'active'
"""
_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class Guard:
    """Watches one server from a thread. `reason` says why it may no longer be used, "" while it may."""

    def __init__(self, dsn: str, data: Path, options: EngineOptions) -> None:
        self.reason = ""
        self._dsn = dsn
        self._data = data
        self._options = options
        self._until = time.monotonic() + options.seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="database guard", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        import psycopg

        with (
            contextlib.suppress(psycopg.Error),  # the server ended first
            psycopg.connect(
                self._dsn, autocommit=True, options="-c search_path=pg_catalog"
            ) as admin,
        ):
            while not self._ended.wait(_EVERY) and not self.reason:
                self._look(admin)

    def _look(self, admin: psycopg.Connection[Any]) -> None:
        options = self._options
        ask = options.statement_seconds + _GRACE
        admin.execute(_TOO_LONG, {"ask": ask, "end": ask + _GRACE})
        size = size_of(str(self._data))
        if time.monotonic() > self._until:
            self.reason = f"the database took longer than {options.seconds:g} s"
        elif size > 1.5 * options.disk_bytes:
            self.reason = f"the database grew beyond {options.disk_bytes >> 20} MB"
        elif size > options.disk_bytes:
            admin.execute(_RUNNING)
        if self.reason:
            admin.execute(_SESSIONS)
