"""One package of a lock file."""

from __future__ import annotations

from msgspec import Struct


class Locked(Struct, frozen=True):
    """A package and the exact version, or the address, that is installed.

    - `development`: whether only developers run it; None where the file leaves that to the graph
    - `needs`: names of the packages that it needs
    - `may_load`: names of the packages that it loads where they are installed (optional peers)
    - `nested`: installed for another package only, so never what the manifest asks for
    - `workspace`: the folder, from the lock file's, of the one part that it was installed for
    - `answers`: the specifiers that it was chosen for; empty where the file does not say
    - `integrity`: its checksum as `sha512-<base64>`, of packages that are one file
    """

    name: str
    version: str
    line: int = 1
    licence: str | None = None
    development: bool | None = None
    needs: tuple[str, ...] = ()
    nested: bool = False
    workspace: str = ""
    answers: tuple[str, ...] = ()
    integrity: str = ""
    may_load: tuple[str, ...] = ()


def is_git(address: str) -> bool:
    """True for an address of version control, where the version number says nothing."""
    return address.startswith(("git+", "git:", "git@", "ssh:", "github:")) or ".git#" in address
