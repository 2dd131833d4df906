"""Where a running sidecar keeps its sockets, configuration and logs: a private folder of this machine."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shipworthy.errors import ShipworthyError

# A Unix socket's path has 103 bytes at most on macOS (unix(4)) and 107 on Linux (unix(7)).
LONGEST_SOCKET = 103
_LONGEST_NAME = 32  # of a file that lies in the folder
_LOCK = "lock"


class NoPlace(ShipworthyError):
    """No private folder could be made, or another run uses it."""


def runtime_folder(prototype: Path) -> Path:
    """The folder of one prototype, 0700 and ours alone; the same one each time.

    It is short enough for a socket with a name of 32 characters in it. What it holds may be gone after
    a restart of the machine. Raises NoPlace where none can be made.
    """
    name = hashlib.sha256(os.fsencode(os.path.realpath(prototype))).hexdigest()[:10]
    why = "no folder for temporary files"
    for parent in _parents():
        folder = parent / name
        if len(os.fsencode(folder)) + 1 + _LONGEST_NAME > LONGEST_SOCKET:
            why = f"{folder} is too long a path for a socket"
            continue
        try:
            return _private(folder, parent)
        except OSError as error:
            why = f"{folder}: {error.strerror or error}"
    raise NoPlace(f"no private folder for a running prototype could be made: {why}")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Have the folder alone for the time of the block; it is given back whatever ends us.

    Raises NoPlace where another run of shipworthy has it.
    """
    lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            said = os.read(lock, 32).decode(errors="replace").strip()
            who = f" (process {said})" if said.isdigit() else ""
            raise NoPlace(
                f"this prototype runs already{who}: stop that one first, `shipworthy sidecar stop`"
            ) from error
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        yield
    finally:
        os.close(lock)


def _parents() -> Iterator[Path]:
    """Folders that may hold ours: that of the login, else a private one among temporary files."""
    login = os.environ.get("XDG_RUNTIME_DIR")
    if login and Path(login).is_dir():
        yield Path(login) / "shipworthy"
    user = f"shipworthy-{os.getuid()}"
    temporary = tempfile.gettempdir()
    places = ("/tmp", temporary) if sys.platform == "darwin" else (temporary, "/tmp")  # noqa: S108
    for place in dict.fromkeys(places):
        yield Path(place) / user


def _private(folder: Path, parent: Path) -> Path:
    """The folder, made where it is not there. Raises OSError where somebody else could get at it."""
    for made in (parent, folder):
        made.mkdir(mode=0o700, exist_ok=True)
        found = made.lstat()
        if made.is_symlink() or found.st_uid != os.getuid():
            raise OSError("it belongs to somebody else")
        if found.st_mode & 0o077:
            made.chmod(0o700)
    return folder
