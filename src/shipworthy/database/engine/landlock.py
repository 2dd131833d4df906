"""Landlock: let the process, and what it starts, use only the files that are named, and no network.

Linux 5.13 and newer offer it to anybody, without root. Numbers are those of linux/landlock.h.
Also run as a script by the keeper, so it imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FOR_FILES = _EXECUTE | _WRITE | _READ | 1 << 14  # what a rule on a file, not a folder, may name
_KNOWN = {
    1: (1 << 13) - 1,
    2: (1 << 14) - 1,
    3: (1 << 15) - 1,
}  # file rights by version; later ones add none we need
_TCP = 0b11  # bind and connect, from version 4
_SCOPES = 0b11  # abstract sockets and signals to outside, from version 6
_PATH_BENEATH = 1


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The version that this system offers, 0 for none."""
    if sys.platform != "linux":
        return 0
    try:
        return max(0, int(ctypes.CDLL(None).syscall(_CREATE, None, 0, 1)))
    except (OSError, AttributeError):
        return 0


def confine(run: Iterable[str], read: Iterable[str], write: Iterable[str]) -> None:
    """From here on: start `run`, read below `read` and `run`, do anything below `write`; no TCP.

    Paths that do not exist are left out. Raises OSError when the system refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    offered = version()
    every = _KNOWN[min(offered, 3)]
    wanted = _Ruleset(every, _TCP if offered >= 4 else 0, _SCOPES if offered >= 6 else 0)
    size = 24 if offered >= 6 else 16 if offered >= 4 else 8
    rules = _checked(libc.syscall(_CREATE, ctypes.byref(wanted), size, 0))
    for paths, rights in (
        (run, _EXECUTE | _READ),
        (read, _READ | _LIST),
        (write, every & ~_EXECUTE),
    ):
        for path in paths:
            _allow(libc, rules, path, rights & every)
    _checked(libc.syscall(_RESTRICT, rules, 0))
    os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        rights &= _FOR_FILES
    _checked(libc.syscall(_ADD, rules, _PATH_BENEATH, ctypes.byref(_PathRule(rights, place)), 0))
    os.close(place)


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
