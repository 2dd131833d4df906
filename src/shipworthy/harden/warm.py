"""A TypeScript compiler that stays: it holds the program in memory and checks again what changed alone."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from shipworthy.command import clean_environment

PROGRAM = Path(__file__).with_name("warm_types.cjs")
Error = tuple[str, str, str]  # path from the root, code, text


class NoAnswer(Exception):
    """The compiler did not answer, and why."""


class Ended(NoAnswer):
    """It ended by itself."""


@dataclass
class Warm:
    """One compiler for one tsconfig. Ends with `close`, or with the process that started it."""

    seconds: float
    _process: subprocess.Popen[bytes] | None = None
    _asked: tuple[str, ...] = ()
    _rest: bytes = field(default=b"")
    _answered: bool = False

    def errors(
        self, argv: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> tuple[Error, ...]:
        """The errors as the files are now; another argv starts another compiler. Raises NoAnswer.

        One that answered before and has ended since, for want of memory perhaps, is started once more.
        """
        if self._process is None or self._process.poll() is not None or self._asked != tuple(argv):
            self._restart(argv, folder, environment)
        try:
            try:
                line = self._ask()
            except (Ended, OSError):
                if not self._answered:
                    raise
                self._restart(argv, folder, environment)
                line = self._ask()
            answer = json.loads(line)
        except (OSError, ValueError) as error:
            self.close()
            raise NoAnswer(str(error)) from error
        if "errors" not in answer:
            self.close()
            raise NoAnswer(str(answer.get("failed", "no word")))
        self._answered = True
        return tuple((path, code, text) for path, code, text in answer["errors"])

    def close(self) -> None:
        """End it and all that it started."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()

    def _restart(self, argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.close()
        self._start(argv, folder, environment)

    def _start(self, argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._asked, self._rest, self._answered = tuple(argv), b"", False
        try:
            self._process = subprocess.Popen(
                argv,
                cwd=folder,
                env=clean_environment(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise NoAnswer(f"{argv[0]} could not be started: {error.strerror}") from error

    def _ask(self) -> bytes:
        """One line for one line. Raises NoAnswer when the time is up or the compiler ends."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise NoAnswer("it has ended")
        process.stdin.write(b"\n")
        process.stdin.flush()
        end = time.monotonic() + self.seconds
        while b"\n" not in self._rest:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                self.close()
                raise NoAnswer(f"took longer than {self.seconds:g} s")
            part = os.read(process.stdout.fileno(), 1 << 16)
            if not part:
                self.close()
                raise Ended("it ended without an answer")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line
