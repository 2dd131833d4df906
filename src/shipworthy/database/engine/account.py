"""Who the server runs as: ourselves, or an account without rights when we are root."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from msgspec import Struct

from shipworthy.errors import FactUnavailable

_POWERLESS = ("nobody", "daemon", "bin")  # PostgreSQL asks for an account that has a name


class Account(Struct, frozen=True):
    """A user and group by number."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """True where it is not ourselves."""
        return self.uid != os.geteuid()

    def owns(self, path: Path) -> None:
        """Give it a file or folder, if it is not ourselves."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def owns_all(self, folder: Path) -> None:
        """Give it everything in a folder, if it is not ourselves."""
        if self.is_other:
            for place, folders, files in os.walk(folder):
                for name in (*folders, *files):
                    os.chown(f"{place}/{name}", self.uid, self.gid, follow_symlinks=False)


def server_account() -> Account:
    """Ourselves, or an account without rights if we are root: PostgreSQL refuses to run as root.

    Raises FactUnavailable where root finds no such account.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in _POWERLESS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    raise FactUnavailable("we are root and no account without rights exists to run PostgreSQL as")


def open_to_others(path: Path) -> bool:
    """True where anybody may pass through every folder down to `path`."""
    return all(p.stat().st_mode & 0o001 for p in (path, *path.parents) if p.is_dir())
