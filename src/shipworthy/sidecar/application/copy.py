"""A copy of the prototype as it stands now, where it is installed and built: nothing is written to it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shipworthy.prototype import Prototype
from shipworthy.prototype.roles import OUTPUT_FOLDERS, SKIPPED_FOLDERS
from shipworthy.sidecar.application.problem import CannotRun

_MOST_BYTES = 5_000_000_000
_NOT_SKIPPED = frozenset({".local", ".cache", ".vercel", ".netlify"})  # small, and may be read


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy. `temporary` is the folder of the run, `root` the prototype in it."""

    temporary: Path
    root: Path

    @property
    def top(self) -> Path:
        """The folder that holds all of it."""
        return self.root

    def discard(self) -> None:
        """Keep what package managers wrote: nobody compares the copy with anything."""


def copied(prototype: Prototype, temporary: Path) -> Copy:
    """Copy the files, those that are not committed as well; packages and built files are left out.

    Links are copied where they lead to a place in the prototype. Raises CannotRun where it is too much.
    """
    root = temporary / (prototype.root.name or "prototype")
    total = 0
    for source, relative in _files(prototype):
        target = root / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target.symlink_to(os.readlink(source))
            continue
        total += source.stat().st_size
        if total > _MOST_BYTES:
            raise CannotRun(f"the prototype has more than {_MOST_BYTES >> 30} GB of files")
        try:
            shutil.copyfile(source, target)
            target.chmod(0o700 if os.access(source, os.X_OK) else 0o600)
        except OSError as error:
            raise CannotRun(f"{relative} cannot be copied: {error.strerror}") from error
    return Copy(temporary, root)


def _files(prototype: Prototype) -> Iterator[tuple[Path, str]]:
    sources = {path.rpartition("/")[0] for path in prototype.files}
    for place, folders, files in os.walk(prototype.root):
        below = os.path.relpath(place, prototype.root).removeprefix(".").lstrip("/")
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        folders[:] = [
            name
            for name in folders
            if name not in links and _enters(name, f"{below}/{name}".lstrip("/"), sources)
        ]
        for name in (*files, *links):
            source = Path(place) / name
            if _is_wanted(source, prototype.root):
                yield source, f"{below}/{name}".lstrip("/")


def _enters(name: str, path: str, sources: set[str]) -> bool:
    if name in SKIPPED_FOLDERS - _NOT_SKIPPED:
        return False
    if name in OUTPUT_FOLDERS:  # source where it was read as such
        return any(folder == path or folder.startswith(f"{path}/") for folder in sources)
    return True


def _is_wanted(source: Path, root: Path) -> bool:
    """True for a regular file, and for a link that stays inside."""
    if source.is_symlink():
        target = os.readlink(source)
        inside = os.path.realpath(source).startswith(f"{os.path.realpath(root)}{os.sep}")
        return inside and not os.path.isabs(target)
    return stat.S_ISREG(source.lstat().st_mode)
