"""Programs that shipworthy keeps running: each with all it started ends with shipworthy, even by kill -9."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shipworthy.command import clean_environment
from shipworthy.errors import CommandFailed
from shipworthy.sidecar import guardian

_PROGRAM = Path(guardian.__file__)
_MARGIN = 15.0  # seconds that the guardian may take to kill what does not end


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a program and all it starts may take."""

    memory: int = 4 << 30  # bytes, of one process (Linux) and of all together; 0 for no limit
    processes: int = 256
    files: int = 16_384  # open at once, for each process
    log_bytes: int = 20_000_000  # of the log and the one before it together


@dataclass
class Guarded:
    """A program that runs. `pid` is its own process, `log` what it prints."""

    argv: tuple[str, ...]
    log: Path
    pid: int
    _guardian: subprocess.Popen[bytes]
    _control: int
    _status: int
    _code: int | None = None
    _why: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def poll(self) -> int | None:
        """None while it runs, then its exit code; minus a signal's number where one ended it."""
        with self._lock:
            if self._code is None and self._guardian.poll() is not None:
                self._settle()
            return self._code

    @property
    def why(self) -> str:
        """Which limit ended it, in words; '' where none did."""
        self.poll()
        return self._why

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for its end; None where it still runs after these seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._guardian.wait(seconds)
        return self.poll()

    def stop(self, grace: float = 5.0) -> int | None:
        """Ask it and all it started to end, and kill what is left after `grace` seconds."""
        with self._lock:
            if self._control >= 0:
                with suppress(OSError):  # it is gone
                    os.write(self._control, f"stop {grace}\n".encode())
        return self.wait(grace + _MARGIN)

    def processes(self) -> tuple[int, ...]:
        """All processes of it that run now."""
        return () if self.poll() is not None else tuple(guardian.descendants(self._guardian.pid))

    def _settle(self) -> None:
        said = _read(self._status)
        self._code = said.get("ended", -9)
        self._why = said.get("why", "the process that watches over it was killed")
        os.close(self._control)
        os.close(self._status)
        self._control = self._status = -1


def start(
    argv: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    limits: Limits | None = None,
) -> Guarded:
    """Start a program. Its output is added to `log`; its environment is `clean_environment`'s.

    Raises CommandFailed where it cannot be started.
    """
    settings = asdict(limits or Limits()) | {"log": str(log)}
    ordered, control = os.pipe()
    status, said = os.pipe()
    try:
        watching = subprocess.Popen(
            _argv(ordered, said, settings, argv),
            cwd=folder,
            env=clean_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(ordered, said),
            start_new_session=True,
        )
    except OSError as error:
        _close((control, status, ordered, said))
        raise CommandFailed(f"{argv[0]} could not be started: {error.strerror}") from error
    _close((ordered, said))
    began = _read(status)
    if "pid" not in began:
        watching.wait()
        _close((control, status))
        raise CommandFailed(str(began.get("failed", f"{argv[0]} could not be watched over")))
    return Guarded(tuple(argv), log, began["pid"], watching, control, status)


def _argv(ordered: int, said: int, settings: object, argv: Sequence[str]) -> list[str]:
    pipes = [str(ordered), str(said)]
    return [sys.executable, "-I", "-S", str(_PROGRAM), *pipes, json.dumps(settings), *argv]


def _read(status: int) -> dict[str, Any]:
    """The next thing that the guardian says; nothing where it is gone."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(status, 1)):
        line += byte
    return json.loads(line) if line.endswith(b"\n") else {}


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
