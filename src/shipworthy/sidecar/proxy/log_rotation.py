"""No log fills the disk: beyond a size it becomes `access.log.1` (`egress.log.1`), and an older one goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

from shipworthy.sidecar import egress
from shipworthy.sidecar.proxy import admin
from shipworthy.sidecar.proxy.files import Files

LARGEST = 50_000_000  # bytes, of each log and of the one before it
_EVERY = 2.0  # seconds


def kept_small(files: Files, alive: Callable[[], bool], largest: int = LARGEST) -> None:
    """Rotate the logs from a thread of its own for as long as the proxy lives."""
    Thread(target=_keep, args=(files, alive, largest), daemon=True).start()


def rotate(files: Files, largest: int = LARGEST) -> list[Path]:
    """Begin a new log for each that is too large; those.

    Raises ProxyGone where the proxy could not be told: it then goes on writing to the renamed ones.
    """
    full = [log for log in (files.log, files.folder / egress.LOG) if _size(log) > largest]
    for log in full:
        log.replace(before(log))
        log.touch(mode=0o600)  # Envoy itself would let all read it
    if full:
        admin.ask(files.admin, "/reopen_logs", method="POST")
    return full


def before(log: Path) -> Path:
    """Where a log is kept after its last rotation."""
    return log.with_name(f"{log.name}.1")


def _size(log: Path) -> int:
    return log.stat().st_size if log.is_file() else 0  # not every proxy watches over calls out


def _keep(files: Files, alive: Callable[[], bool], largest: int) -> None:
    while alive():
        with suppress(admin.ProxyGone, OSError):
            rotate(files, largest)
        time.sleep(_EVERY)
