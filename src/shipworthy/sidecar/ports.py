"""Which ports are free here, and who has the others."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from shipworthy.errors import ShipworthyError
from shipworthy.prototype.tree import printable
from shipworthy.sidecar.policy import Ports

_TRIED = 100  # ports after the wanted one
_LOOPBACK = {"127.0.0.1": "::1", "::1": "127.0.0.1"}  # browsers try both for `localhost`
_LISTENS = "0A"  # the state in /proc/net/tcp
# Below what systems give to outgoing connections (Linux from 32,768, others from 49,152: ip(7), RFC 6335),
# so that no connection of another program takes a port between its choice and its use.
_ANY = range(20_000, 32_768)
_UNBOUND = (
    64  # ports of `_ANY` that this process keeps from others at a time: the rest is bound by then
)
_claimed: dict[int, socket.socket] = {}  # ports that this process chose, until it ends
_drawn: dict[int, socket.socket] = {}  # those of `_ANY`, the oldest first


class PortTaken(ShipworthyError):
    """Another program listens where the proxy should, or this user may not."""


def check_free(ports: Ports) -> None:
    """Raises PortTaken, with the name of the program that has a port where the system tells it."""
    for name, port in (("https", ports.https), ("http", ports.http)):
        why = _why_not(ports.bind, port, udp=name == "https")
        if why == errno.EADDRINUSE:
            who = listener(port)
            raise PortTaken(
                f"port {port} (ports.{name} of the policy) is taken{f' by {who}' if who else ''}."
                f" End that program, or choose another port in the policy"
            )
        if why:
            raise PortTaken(
                f"port {port} (ports.{name} of the policy) on {ports.bind} cannot be had:"
                f" {os.strerror(why)}"
            )
        if not _claim(port):
            raise PortTaken(
                f"port {port} (ports.{name} of the policy) is taken by another run that is starting."
                f" End it, or choose another port in the policy"
            )


def free_ports(wanted: Ports) -> Ports:
    """The wanted ports, or the next free ones after them. Raises PortTaken where there are none."""
    https = _next_free(wanted.bind, wanted.https, udp=True, but=0)
    return Ports(
        http=_next_free(wanted.bind, wanted.http, udp=False, but=https),
        https=https,
        bind=wanted.bind,
    )


def free_port(wanted: int | None = None) -> int:
    """A free TCP port of this machine, the wanted one where nobody has it; no other run gets it meanwhile.

    Raises PortTaken where there is none.
    """
    if wanted and not _bind("127.0.0.1", wanted, socket.SOCK_STREAM):
        return wanted
    start = secrets.randbelow(len(_ANY))
    for port in chain(_ANY[start:], _ANY[:start]):
        free = port not in _drawn and not _bind("127.0.0.1", port, socket.SOCK_STREAM)
        if free and (claim := _claimed_by_us(port)) is not None:
            _drawn[port] = claim
            if len(_drawn) > _UNBOUND:
                _drawn.pop(next(iter(_drawn))).close()
            return port
    raise PortTaken(f"no port from {_ANY.start} to {_ANY.stop - 1} of this machine is free")


def listener(port: int) -> str:
    """The program that listens on a TCP port of this machine, as far as this user may see it; or ''."""
    sockets = set(_sockets(port))
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for open_file in (process / "fd").iterdir():
                with suppress(OSError):
                    if os.readlink(open_file) in sockets:
                        command = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                        words = printable(command.decode(errors="replace").strip())
                        return f"process {process.name} ({words[:80]})"
    return ""


def _next_free(bind: str, wanted: int, udp: bool, but: int) -> int:
    for port in range(wanted, min(wanted + _TRIED, 65_536)):
        if port != but and not _why_not(bind, port, udp) and _claim(port):
            return port
    raise PortTaken(f"none of the {_TRIED} ports from {wanted} on is free")


def _claim(port: int) -> bool:
    """Whether the port is this process's until it ends, and no other run's that has not bound it yet."""
    if port in _claimed or port in _drawn:
        return True
    claim = _claimed_by_us(port)
    if claim is not None:
        _claimed[port] = claim
    return claim is not None


def _claimed_by_us(port: int) -> socket.socket | None:
    """What keeps the port from other runs while it is open; None where another run has it.

    Proxies of one user may share a port (SO_REUSEPORT), so the system would not refuse the second
    of two that start at once. The claim is an abstract address of Linux, which ends with the
    process and is seen where the port is (unix(7)); elsewhere it keeps nothing.
    """
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    if sys.platform == "linux":
        try:
            claim.bind(f"\0shipworthy-port-{port}")
        except OSError:
            claim.close()
            return None
    return claim


def _why_not(bind: str, port: int, udp: bool) -> int:
    """0 where the port can be bound, else the error's number."""
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM) if udp else (socket.SOCK_STREAM,)
    for kind in kinds:
        if why := _bind(bind, port, kind):
            return why
    other = _LOOPBACK.get(bind)
    # Somebody on the other loopback address would get the browser's requests for `localhost`.
    if other and _bind(other, port, socket.SOCK_STREAM) == errno.EADDRINUSE:
        return errno.EADDRINUSE
    return 0


def _bind(bind: str, port: int, kind: socket.SocketKind) -> int:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        with socket.socket(family, kind) as trying:
            if kind == socket.SOCK_STREAM:  # heeds listeners, not connections that linger
                trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trying.bind((bind, port))
    except OSError as error:
        return error.errno or errno.EINVAL
    return 0


def _sockets(port: int) -> Iterator[str]:
    """Links of the sockets that listen on the port, as /proc/PID/fd shows them (Linux; see proc(5))."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    yield f"socket:[{fields[9]}]"
