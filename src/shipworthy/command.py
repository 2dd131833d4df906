"""Commands as values: build the argv in pure code, run it at the edge."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from shipworthy.errors import CommandFailed

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "TEMP", "TMP")


class Command(Struct, frozen=True):
    """A program with its arguments, folder, extra environment and time limit in seconds."""

    argv: tuple[str, ...]
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 60.0


class Ran(Struct, frozen=True):
    """What a command that ended left behind."""

    code: int
    output: bytes
    errors: bytes


def run(command: Command) -> Ran:
    """Run a command with a clean environment and no standard input.

    Raises CommandFailed when the program is missing or its time is up; a non-zero code is a result.
    """
    try:
        done = subprocess.run(
            command.argv,
            cwd=command.folder,
            env=clean_environment(command.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=command.seconds,
            check=False,
        )
    except FileNotFoundError as error:
        raise CommandFailed(f"{command.argv[0]} is not installed") from error
    except OSError as error:
        raise CommandFailed(f"{command.argv[0]} could not be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{command.argv[0]} took longer than {command.seconds:g} s") from error
    return Ran(done.returncode, done.stdout, done.stderr)


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a program gets: where things are on this machine, and what is added; no secret of the user."""
    return {k: os.environ[k] for k in _KEPT if k in os.environ} | dict(extra)
