"""Run programs of the prototype: each in a process group that ends with its time, output limited."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import IO

from shipworthy.command import Command, Ran, clean_environment
from shipworthy.errors import CommandFailed

_MOST_OUTPUT = 50_000_000  # bytes, above which a program is stopped
_KEPT = 2_000_000  # bytes of its end that are kept
_PAUSE = 0.05  # seconds between looks


def run_group(command: Command) -> Ran:
    """Run a command and all that it starts. Output and errors come as one.

    Raises CommandFailed when the program is missing, prints without end, or its time is up: then
    nothing of it is left running.
    """
    with tempfile.TemporaryFile() as output:
        process = _started(command, output)
        try:
            _wait(command, process, output)
        finally:
            _end(process)
        return Ran(process.returncode, _tail(output), b"")


def _started(command: Command, output: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command.argv,
            cwd=command.folder,
            env=clean_environment(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise CommandFailed(f"{command.argv[0]} is not installed") from error
    except OSError as error:
        raise CommandFailed(f"{command.argv[0]} could not be started: {error.strerror}") from error


def _wait(command: Command, process: subprocess.Popen[bytes], output: IO[bytes]) -> None:
    end = time.monotonic() + command.seconds
    while process.poll() is None:
        if time.monotonic() > end:
            raise CommandFailed(f"took longer than {command.seconds:g} s")
        if os.fstat(output.fileno()).st_size > _MOST_OUTPUT:
            raise CommandFailed("printed without end")
        time.sleep(_PAUSE)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: what a program leaves behind goes with it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tail(output: IO[bytes]) -> bytes:
    size = os.fstat(output.fileno()).st_size
    output.seek(max(0, size - _KEPT))
    return output.read()
