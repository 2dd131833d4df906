"""Stand between shipworthy and one program that it started, so that nothing outlives shipworthy.

`guarded` runs this file as a program of its own, without loading shipworthy: it must start in no time
and keep working when shipworthy is killed. It starts the program, takes in the processes that the
program leaves behind (Linux: `PR_SET_CHILD_SUBREAPER`, prctl(2)), writes the log, watches the limits,
and ends everything when its control pipe closes, whatever closed it.

Elsewhere than on Linux a process that leaves its group *and* loses its parent is not found any more.
A program that means harm can kill this one, for it runs as the same user: then only the program
itself is sure to end (`PR_SET_PDEATHSIG`).
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

_LINUX = sys.platform.startswith("linux")
_SUBREAPER, _PDEATHSIG = 36, 1  # prctl(2)
_TICK = 0.5  # seconds between looks at the limits and at shipworthy
_LAST = 10.0  # seconds for killed processes to go
_CHUNK = 65536


class Log:
    """A file that never grows: at half of what it may take, it becomes `.1` and a new one begins."""

    def __init__(self, path: str, most: int) -> None:
        self._path, self._half = path, most // 2
        self._file = self._opened()

    def write(self, data: bytes) -> None:
        if self._file.tell() + len(data) > self._half:
            self._file.close()
            os.replace(self._path, f"{self._path}.1")
            self._file = self._opened()
        self._file.write(data)

    def _opened(self) -> BinaryIO:
        descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "ab", buffering=0)


class Guardian:
    """One program and everything that it started."""

    def __init__(self, control: int, status: int, settings: dict[str, Any]) -> None:
        self._control, self._status, self._settings = control, status, settings
        self._log = Log(settings["log"], settings["log_bytes"])
        self._parent = os.getppid()
        self._main = 0
        self._code: int | None = None
        self._why = ""
        self._deadline: float | None = None
        self._output = -1
        self._next = 0.0  # when limits are looked at

    def run(self, argv: list[str]) -> None:
        """Start the program, stay until nothing of it is left, and say how it ended."""
        wake, written = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if _LINUX else _pipe()
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked)
        if failed := self._start(argv):
            self._say(failed=failed)
            return
        self._say(pid=self._main)
        while self._code is None or (self._deadline is not None and self._children_left()):
            self._look(wake)
        self._end_all()
        self._drain()
        self._say(ended=self._code, why=self._why)

    def _asked(self, number: int, _: object) -> None:
        if number != signal.SIGCHLD and self._deadline is None:
            self._deadline = time.monotonic()

    def _look(self, wake: int) -> None:
        watched = [fd for fd in (self._control, self._output, wake) if fd >= 0]
        ready, _, _ = select.select(watched, [], [], _TICK)
        if wake in ready:
            os.read(wake, _CHUNK)
        if self._output in ready:
            self._copy()
        if self._control in ready:
            self._obey(os.read(self._control, 100))
        self._reap()
        self._watch()
        if self._deadline is not None and time.monotonic() >= self._deadline:
            self._end_all()

    def _obey(self, order: bytes) -> None:
        """`stop SECONDS`: ask everything to end, and end it after these seconds. Nothing: shipworthy
        is gone."""
        if not order:
            self._deadline, self._control = time.monotonic(), -1
            return
        self._deadline = time.monotonic() + float(order.split()[1])
        for process in (*self._tree(), self._main):
            _signal(process, signal.SIGTERM)

    def _watch(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _TICK
        if os.getppid() != self._parent:  # a copy of shipworthy may hold the control pipe open
            self._deadline = now
            return
        found = self._tree()
        most, memory = self._settings["processes"], self._settings["memory"]
        if len(found) > most:
            self._break(f"it started more than {most} processes")
        elif memory and (used := sum(map(_memory, found))) > memory:
            self._break(
                f"it used {used >> 20} MB of memory, more than the {memory >> 20} MB it may"
            )

    def _break(self, why: str) -> None:
        self._why = self._why or why
        self._log.write(f"shipworthy: {why}, and was ended\n".encode())
        self._end_all()

    def _start(self, argv: list[str]) -> str:
        """Start the program; why it could not be, '' where it runs."""
        self._output, written = _pipe()
        told, telling = _pipe()
        os.set_blocking(told, True)
        self._main = os.fork()
        if self._main == 0:
            _become(argv, written, telling, self._settings, os.getppid())
        os.close(written)
        os.close(telling)
        with os.fdopen(told, "rb") as failed:
            return failed.read().decode(errors="replace")

    def _copy(self) -> bool:
        """Move what the program printed to its log; False at its end."""
        try:
            data = os.read(self._output, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._log.write(data)
        else:
            os.close(self._output)
            self._output = -1
        return bool(data)

    def _drain(self) -> None:
        while self._output >= 0 and self._copy():
            pass

    def _reap(self) -> bool:
        """Take note of processes that ended; False where none is left."""
        while True:
            try:
                process, code = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if process == 0:
                return True
            if process == self._main:
                self._code = os.waitstatus_to_exitcode(code)

    def _children_left(self) -> bool:
        return self._reap()

    def _end_all(self) -> None:
        """Kill until there is nobody to wait for: what forks meanwhile is found the next time."""
        last = time.monotonic() + _LAST
        while self._reap() and time.monotonic() < last:
            if not _LINUX:
                with suppress(OSError):
                    os.killpg(self._main, signal.SIGKILL)
            for process in self._tree():
                _signal(process, signal.SIGKILL)
            self._drain()
            time.sleep(0.005)
        if self._code is None:
            self._code = -signal.SIGKILL

    def _tree(self) -> list[int]:
        return list(descendants(os.getpid()))

    def _say(self, **said: object) -> None:
        with suppress(OSError):
            os.write(self._status, json.dumps(said).encode() + b"\n")


def descendants(process: int) -> Iterator[int]:
    """The processes below one, parents first."""
    below = _children_linux if _LINUX else _children_ps()
    seen = {process}
    waiting = [process]
    while waiting:
        for child in below(waiting.pop(0)):
            if child not in seen:
                seen.add(child)
                waiting.append(child)
                yield child


def _children_linux(process: int) -> list[int]:
    """Its children as the kernel lists them, thread by thread (proc_pid_task(5))."""
    found: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{process}/task"):
            with suppress(OSError), open(f"/proc/{process}/task/{thread}/children") as file:
                found += map(int, file.read().split())
    return found


def _children_ps() -> Any:
    listed = subprocess.run(
        ["/bin/ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False
    )
    children: dict[int, list[int]] = {}
    for line in listed.stdout.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    return lambda process: children.get(process, [])


def _memory(process: int) -> int:
    """Bytes that it holds for itself; 0 where it cannot be told."""
    with suppress(OSError, ValueError), open(f"/proc/{process}/status") as file:
        for line in file:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


def _become(
    argv: list[str], output: int, telling: int, settings: dict[str, Any], guardian: int
) -> None:
    """Turn this new process into the program. Never returns."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, programs expect them
            signal.signal(number, signal.SIG_DFL)
        _limit(settings)
        if _LINUX:
            _prctl(_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != guardian:
                os._exit(127)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (output, 1), (output, 2)):
            os.set_blocking(source, True)
            os.dup2(source, target)
        os.execvp(argv[0], argv)  # noqa: S606
    except FileNotFoundError:
        os.write(telling, f"{argv[0]} is not installed".encode())
    except OSError as error:
        os.write(telling, f"{argv[0]} could not be started: {error.strerror}".encode())
    finally:
        os._exit(127)


def _limit(settings: dict[str, Any]) -> None:
    """What one process may take. Memory is what it may write to: V8 reserves far more than it uses."""
    wanted = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: settings["files"]}
    if settings["memory"]:
        wanted[resource.RLIMIT_DATA] = settings["memory"]
    for kind, most in wanted.items():
        _, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _prctl(option: int, value: int) -> None:
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _signal(process: int, number: int) -> None:
    with suppress(OSError):
        os.kill(process, number)


def _pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    return reading, writing


def main() -> None:
    """`guardian.py CONTROL STATUS SETTINGS ARGV…`, as `guarded` calls it."""
    control, status, settings = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    for descriptor in (control, status):
        os.set_inheritable(descriptor, False)
    if _LINUX:
        _prctl(_SUBREAPER, 1)
    Guardian(control, status, settings).run(sys.argv[4:])


if __name__ == "__main__":
    main()
