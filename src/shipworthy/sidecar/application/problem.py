"""Why a prototype does not run, with what its programs said last."""

from __future__ import annotations

from pathlib import Path

from shipworthy.errors import ToldInLines
from shipworthy.prototype.tree import printable
from shipworthy.sidecar.application.fault import fault, told

_LINES = 20
_WIDTH = 300
_INSIDE = "(node:internal/"  # of a stack: not the prototype's
_END = 20_000  # bytes of a log that are looked at


class CannotRun(ToldInLines):
    """The prototype cannot be run here; the message says why, and what would help."""


class EndedEarly(CannotRun):
    """A program ended before it answered."""


def last_lines(log: Path, most: int = _LINES) -> str:
    """The end of a log, indented, for an error; '' where it holds nothing."""
    kept = (
        line.rstrip()
        for line in told(end_of(log)).splitlines()
        if line.strip() and _INSIDE not in line
    )
    lines = [printable(line)[:_WIDTH] for line in kept]
    return "".join(f"\n  {line}" for line in lines[-most:])


def last_fault(log: Path) -> str:
    """Why a program failed, as far as the end of its log says so; '' where it does not."""
    return fault(end_of(log))


def end_of(log: Path) -> str:
    """The last part of what a log holds; '' where it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _END))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
