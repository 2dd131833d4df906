"""Run a command to its end under guard: what `harden` runs in groups, here even `kill -9` ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from shipworthy.command import Command, Ran
from shipworthy.errors import CommandFailed
from shipworthy.prototype.tree import printable
from shipworthy.sidecar import guarded

_LIMITS = guarded.Limits(memory=8 << 30, processes=512)  # several compilers at once
_EVERY = 15.0  # seconds after which the user is told that it goes on
_KEPT = 2_000_000  # bytes of the log
_SHOWN = 80  # characters of its last line


def run_guarded(
    command: Command, log: Path, tell: Callable[[str], None] = lambda _: None, what: str = ""
) -> Ran:
    """Run it, its output in `log`; it is told every now and then that `what` goes on.

    Raises CommandFailed where it cannot be started, takes too long or more than it may.
    """
    before = log.stat().st_size if log.exists() else 0
    folder = command.folder or log.parent
    running = guarded.start(command.argv, folder, command.environment, log, _LIMITS)
    try:
        code = _waited(running, command.seconds, tell, what, log)
    finally:
        running.stop(0.0)
    if code is None:
        raise CommandFailed(f"took longer than {command.seconds:g} s")
    if running.why:
        raise CommandFailed(running.why)
    return Ran(code, _since(log, before), b"")


def _waited(
    running: guarded.Guarded, seconds: float, tell: Callable[[str], None], what: str, log: Path
) -> int | None:
    began = told = time.monotonic()
    while (code := running.wait(0.5)) is None:
        now = time.monotonic()
        if now - began > seconds:
            return None
        if what and now - told > _EVERY:
            told = now
            tell(f"{what}: {now - began:.0f} s so far{_doing(log)}")
    return code


def _doing(log: Path) -> str:
    """What it printed last, in brackets: nobody waits for minutes on a number alone."""
    end = _since(log, max(0, log.stat().st_size - 1000)) if log.exists() else b""
    lines = [line.strip() for line in end.decode("utf-8", "replace").splitlines() if line.strip()]
    return f" ({printable(lines[-1])[:_SHOWN]})" if lines else ""


def _since(log: Path, start: int) -> bytes:
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - _KEPT, start if size >= start else 0))
        return file.read()
