"""Make the changes of a remedy in the copy, and refuse those that would lose or reach something."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from shipworthy.harden.checks import WORKFLOWS
from shipworthy.harden.scratch import Scratch
from shipworthy.prototype.source import SourceFile
from shipworthy.remedy import Change, Delete, Untrack, Write

_BOM = b"\xef\xbb\xbf"


class Refused(Exception):
    """A change that is not made, and why."""


def apply(changes: Sequence[Change], scratch: Scratch, files: Mapping[str, SourceFile]) -> None:
    """Make the changes. Raises Refused where one leads out of the prototype, or a file was not read
    in full, so that writing it anew would lose what was not seen."""
    for change in changes:
        place = _place(scratch.root, change.path)
        if scratch.root != scratch.top and change.path.startswith(WORKFLOWS):
            raise Refused(
                "GitHub runs the workflows at the top of a repository alone, and this is a folder in one"
            )
        match change:
            case Write(_, text):
                _write(place, text, files.get(change.path))
            case Delete():
                place.unlink(missing_ok=True)
            case Untrack():
                scratch.untrack(change.path)


def paths(changes: Sequence[Change]) -> frozenset[str]:
    """The files that these changes touch."""
    return frozenset(change.path for change in changes)


def _place(root: Path, path: str) -> Path:
    """Where a path leads. Raises Refused for one that leaves the folder or follows a link."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or parts[0] == ".git":
        raise Refused(f"{path} is no file of the prototype")
    place = root
    for part in parts:
        place = place / part
        if place.is_symlink():
            raise Refused(f"{path} leads through a symbolic link")
    if place.is_dir():
        raise Refused(f"{path} is a folder")
    return place


def _write(place: Path, text: str, known: SourceFile | None) -> None:
    start = b""
    if os.path.lexists(place):
        before = place.read_bytes()
        start = _BOM if before.startswith(_BOM) else b""
        seen = known.text if known is not None else None
        if seen is None or start + seen.encode() != before:
            raise Refused(f"{place.name} could not be read in full, so that it is left as it is")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(start + text.encode())
