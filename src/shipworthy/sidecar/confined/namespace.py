"""A network of its own for one program: Linux namespaces, entered by this very process.

Nothing of the outside network is in it: no interface but a loopback of its own. Without root a user
namespace gives the rights that this takes; they end with the program's start.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

_NEWNS, _NEWUSER, _NEWNET = 0x00020000, 0x10000000, 0x40000000  # unshare(2)
_BIND, _REC, _PRIVATE = 0x1000, 0x4000, 0x40000  # mount(2)
_RDONLY, _NOSUID, _NODEV = 0x1, 0x2, 0x4
_GETFLAGS, _SETFLAGS, _UP = 0x8913, 0x8914, 0x1  # netdevice(7)
_PDEATHSIG, _CAPBSET_DROP, _NO_NEW_PRIVS = 1, 24, 38  # prctl(2)
_SIGKILL = 9
_NEWROUTE, _REQUEST, _ACK, _CREATE = 24, 0x1, 0x4, 0x400  # rtnetlink(7)
_LOCAL_TABLE, _BOOT, _HOST_SCOPE, _LOCAL, _OIF = 255, 3, 254, 2, 4
# What could lead back out, or undo the walls: admin of network, mounts and modules, raw sockets, tracing.
_DROPPED = (12, 13, 16, 17, 18, 19, 21, 22, 25, 39)  # capabilities(7)


class NoNamespace(OSError):
    """The system does not let this user have one, and why."""


def enter() -> None:
    """Leave the network of the machine for an empty one. Raises NoNamespace; then nothing was changed."""
    if not sys.platform.startswith("linux"):
        raise NoNamespace("only Linux has network namespaces")
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0 or not _unshared(_NEWNET | _NEWNS):
        if not _unshared(_NEWUSER | _NEWNET | _NEWNS):
            raise NoNamespace("this system lets no user have namespaces of its own")
        _map(uid, gid)
    try:
        _mount("none", "/", "", _REC | _PRIVATE)
        _loopback_up()
        _everything_is_local()
    except OSError as error:
        raise NoNamespace(f"a namespace was made, but it could not be set up: {error}") from error


def replace(file: Path, content: Path) -> None:
    """Let the program see other content in a file of the system; the file itself stays as it is."""
    _mount(str(content), str(file.resolve()), "", _BIND)


def hide(places: Sequence[Path]) -> None:
    """Take sockets and folders of them out of the program's sight: each leads to somebody with a network."""
    for place in places:
        if place.is_dir():
            _mount("none", str(place), "tmpfs", _NOSUID | _NODEV | _RDONLY)
        elif place.exists():
            _mount("/dev/null", str(place), "", _BIND)


def surrender() -> None:
    """Between fork and exec: give up the rights of the namespace, and end with whoever started us."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PDEATHSIG, _SIGKILL, 0, 0, 0)
    for capability in _DROPPED:
        libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)


def _unshared(flags: int) -> bool:
    return bool(ctypes.CDLL(None, use_errno=True).unshare(flags) == 0)


def _map(uid: int, gid: int) -> None:
    """Be in the new user namespace who we were outside. Groups must be given up first, user_namespaces(7)."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        try:
            Path(f"/proc/self/{name}").write_text(text, encoding="ascii")
        except OSError as error:
            raise NoNamespace(f"this system restricts user namespaces: {error.strerror}") from error


def _mount(source: str, target: str, kind: str, flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), target.encode(), kind.encode() or None, flags, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{target}: {os.strerror(number)}")


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, _GETFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SETFLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def _everything_is_local() -> None:
    """Every address leads to ourselves: calls to bare addresses can be named instead of failing unseen."""
    index = socket.if_nametoindex("lo")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        route = struct.pack(
            "BBBBBBBBI", socket.AF_INET, 0, 0, 0, _LOCAL_TABLE, _BOOT, _HOST_SCOPE, _LOCAL, 0
        )
        attribute = struct.pack("HHI", 8, _OIF, index)
        size = 16 + len(route) + len(attribute)
        header = struct.pack("IHHII", size, _NEWROUTE, _REQUEST | _ACK | _CREATE, 1, 0)
        netlink.send(header + route + attribute)
        error = struct.unpack_from("i", netlink.recv(4096), 16)[0]
    if error:
        raise OSError(-error, os.strerror(-error))
