"""Which ports are free here, and who has the others."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from shipworthy.errors import ShipworthyError
from shipworthy.prototype.tree import printable
from shipworthy.sidecar.policy import Ports

_TRIED = 100  # ports after the wanted one
_LOOPBACK = {"127.0.0.1": "::1", "::1": "127.0.0.1"}  # browsers try both for `localhost`
_LISTENS = "0A"  # the state in /proc/net/tcp
_claimed: dict[int, socket.socket] = {}  # ports that this process chose, until it ends


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
    """A free TCP port of this machine; the wanted one where nobody has it."""
    for port in (wanted or 0, 0):
        with socket.socket() as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trying.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(trying.getsockname()[1])
    raise OSError("no port of this machine is free")


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
    """Whether the port is this process's until it ends, and no other run's that has not bound it yet.

    Proxies of one user may share a port (SO_REUSEPORT), so the system would not refuse the second
    of two that start at once. The claim is an abstract address of Linux, which ends with the
    process and is seen where the port is (unix(7)); elsewhere nothing is claimed.
    """
    if sys.platform != "linux" or port in _claimed:
        return True
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0shipworthy-port-{port}")
    except OSError:
        claim.close()
        return False
    _claimed[port] = claim
    return True


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
