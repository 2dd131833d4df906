"""The keeper: starts one PostgreSQL within its bounds, and ends and removes it when we are gone.

Run as a script of its own, so that nothing of it depends on the process that it outlives. Its plan
is one JSON argument; its standard input is a pipe whose other end we hold. An end of file there
means that we are gone, however we went.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import runpy
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PDEATHSIG, _NO_NEW_PRIVILEGES = 1, 38  # of prctl(2)
KEEP = b"k"  # the order to end in good order and leave the folder; any other removes it
_ENDED = b"-"
_PATIENCE = 6.0  # seconds; PostgreSQL itself kills what does not end within five


def main() -> None:
    """Start, watch, end."""
    plan = json.loads(sys.argv[1])
    parent = os.getppid()
    # Read before we become somebody who may not read it.
    confine = runpy.run_path(str(Path(__file__).with_name("landlock.py")))["confine"]
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    server = os.fork()
    if server == 0:
        _become(plan, confine)
    order = _watch(server, parent, plan["folder"], plan["disk_bytes"])
    if order != _ENDED:
        _end(server, signal.SIGINT if order == KEEP else signal.SIGQUIT)
    if order != KEEP:
        shutil.rmtree(plan["folder"], ignore_errors=True)


def _become(plan: dict[str, Any], confine: Callable[..., None]) -> None:
    """Turn this child into the server; never returns."""
    try:
        log = os.open(plan["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.setsid()
        os.umask(0o077)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        _bound(plan)
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(plan["gid"])
            os.setuid(plan["uid"])
        os.chdir(plan["folder"])
        if sys.platform == "linux":
            _confine(plan, confine)
        os.execve(plan["argv"][0], plan["argv"], plan["environment"])  # noqa: S606
    except BaseException as error:
        os.write(2, f"{error!r}\n".encode())
    finally:
        os._exit(126)


def _bound(plan: dict[str, Any]) -> None:
    """Bounds of the operating system, which no SQL can lift."""
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: plan["file_bytes"],
        resource.RLIMIT_AS: plan["memory_bytes"],
    }
    for which, limit in wanted.items():
        with contextlib.suppress(ValueError, OSError):  # macOS has no RLIMIT_AS
            resource.setrlimit(which, (limit, limit))
    with contextlib.suppress(OSError):  # when memory runs out, this goes first
        Path("/proc/self/oom_score_adj").write_text("800")


def _confine(plan: dict[str, Any], confine: Callable[..., None]) -> None:
    """Die with the keeper; then close the file system and the network, where Linux can.

    The second line behind the rights of the roles: even a superuser of the database could start no
    program, read no file but the server's own and reach no other machine.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)
    if plan["confine"]:
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        confine(**plan["confine"])


def _watch(server: int, parent: int, folder: str, disk_bytes: int) -> bytes:
    """Wait until we are told or gone, and return the order; ends a server that fills its disk.

    Closes standard output when the server ends, but waits on: its log is still to be read.
    """
    running = True
    while os.getppid() == parent:
        if running and os.waitpid(server, os.WNOHANG)[0]:
            running = False
            os.close(1)
        if running and size_of(folder) > 2 * disk_bytes:
            _end(server, signal.SIGQUIT)
            running = False
            os.close(1)
        if select.select([0], [], [], 0.25)[0]:
            return os.read(0, 1) if running else _ENDED
    return b"" if running else _ENDED


def size_of(folder: str) -> int:
    """Bytes on disk of all files below; those that go meanwhile count nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(f"{place}/{name}").st_blocks * 512
    return total


def _end(server: int, gently: signal.Signals) -> None:
    """Tell the server to end, and kill it if it does not."""
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(server, gently)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if os.waitpid(server, os.WNOHANG)[0]:
                return
            time.sleep(0.005)
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


if __name__ == "__main__":
    main()
