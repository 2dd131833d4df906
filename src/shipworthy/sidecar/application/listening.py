"""On which addresses a program and all that it started listen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

_LISTENS = "0A"  # TCP_LISTEN, include/net/tcp_states.h
_SOCKET = re.compile(r"socket:\[(\d+)\]")
_LSOF = re.compile(r"^n(.+):(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Listener:
    """A TCP port that is open."""

    port: int
    address: str

    @property
    def is_loopback(self) -> bool:
        """True where only this machine reaches it."""
        address = ip_address(self.address)
        mapped = getattr(address, "ipv4_mapped", None)
        return (mapped or address).is_loopback

    @property
    def text(self) -> str:
        """As URLs say it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


def listeners(processes: Iterable[int]) -> frozenset[Listener]:
    """The open ports of these processes; none where the system does not tell."""
    found = tuple(processes)
    if sys.platform.startswith("linux"):
        return frozenset(listener for process in found for listener in _linux(process))
    return frozenset(_lsof(found)) if found else frozenset()


def _linux(process: int) -> Iterator[Listener]:
    if _network(process) != _network(os.getpid()):
        return  # in a network of its own, where nothing reaches it past the one who put it there
    sockets = set()
    folder = f"/proc/{process}/fd"
    with suppress(OSError):
        for name in os.listdir(folder):
            with suppress(OSError):
                if match := _SOCKET.match(os.readlink(f"{folder}/{name}")):
                    sockets.add(match[1])
    for table in ("tcp", "tcp6") if sockets else ():
        with suppress(OSError):  # proc_pid_net(5): of the process's own network namespace
            lines = Path(f"/proc/{process}/net/{table}").read_text().splitlines()
            for fields in (line.split() for line in lines[1:]):
                if fields[3] == _LISTENS and fields[9] in sockets:
                    address, _, port = fields[1].partition(":")
                    yield Listener(int(port, 16), _address(address))


def _network(process: int) -> str:
    """Its network namespace (namespaces(7)); '' where it is gone."""
    try:
        return os.readlink(f"/proc/{process}/ns/net")
    except OSError:
        return ""


def _address(text: str) -> str:
    """The kernel prints each 32 bits in the byte order of the machine."""
    raw = bytes.fromhex(text)
    words = (raw[at : at + 4] for at in range(0, len(raw), 4))
    ordered = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    return str(ip_address(ordered))


def _lsof(processes: Iterable[int]) -> Iterator[Listener]:
    listed = ",".join(map(str, processes))
    argv = ("lsof", "-nP", "-a", "-iTCP", "-sTCP:LISTEN", "-p", listed, "-Fn")
    try:
        said = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return
    for match in _LSOF.finditer(said):
        address = match[1].strip("[]").replace("*", "::")
        yield Listener(int(match[2]), address)
