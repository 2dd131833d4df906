"""Run a program in a network of its own, from which only allowed hosts can be reached.

A program of its own, started by `confinement` with the bare interpreter. Two processes: the one outside
answers on the program's port and dials out through the proxy's gate; the one inside owns the namespace,
starts the program, and hands the connections that it takes to the one outside as open sockets.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from shipworthy.sidecar.confined import namespace
from shipworthy.sidecar.confined.inside import Inside
from shipworthy.sidecar.confined.outside import Outside


def main(argv: list[str]) -> int:
    """Settings as JSON, then the program with its arguments. The program's exit code."""
    settings: dict[str, Any] = json.loads(argv[0])
    if argv[1:] == []:
        return _try()
    door = _door(settings["port"])
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    child = os.fork()
    if child == 0:
        for descriptor in (door, near):
            descriptor.close()
        os._exit(_inside(far, settings, argv[1:]))
    far.close()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _wait_for_the_program)
    asyncio.run(Outside(door, near, settings).serve())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def _door(port: int) -> socket.socket:
    """Where the proxy finds the program, outside: the same port that it listens on inside."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", port))
    door.listen(512)
    door.setblocking(False)
    return door


def _inside(far: socket.socket, settings: dict[str, Any], argv: list[str]) -> int:
    try:
        namespace.enter()
        prepare(settings)
    except OSError as error:
        print(f"the program was not started: {error}", file=sys.stderr, flush=True)
        return 126
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _wait_for_the_program)
    return asyncio.run(Inside(far, settings).run(argv))


def prepare(settings: dict[str, Any]) -> None:
    """Names come from us alone, and sockets of services with a network are out of sight."""
    for file, content in settings["replaced"].items():
        if Path(file).exists():
            namespace.replace(Path(file), Path(content))
    namespace.hide([Path(place) for place in settings["hidden"]])


def _wait_for_the_program(*_: object) -> None:
    """Asked to end, the program ends first: until then its calls under way are carried on."""


def _try() -> int:
    """Whether a namespace can be had; if not, why."""
    try:
        namespace.enter()
    except OSError as error:
        print(error, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
