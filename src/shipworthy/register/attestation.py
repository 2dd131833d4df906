"""An attestation: a person's answer to a row that no machine can answer, with what it rests on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from shipworthy.errors import ShipworthyError

_LARGEST = 500_000_000  # bytes of one piece of evidence: a recorded walk-through


class Validity(StrEnum):
    """Whether an attestation still counts."""

    HOLDS = "holds"
    EXPIRED = "expired"
    REVOKED = "revoked"
    EVIDENCE_CHANGED = "evidence changed"


class NoEvidence(ShipworthyError):
    """What was to be attached cannot be."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the prototype's folder, as it was when it was attached."""

    path: str  # from the prototype's root, with slashes
    sha256: str

    def unchanged(self, folder: Path) -> bool:
        """True while the very same file lies there."""
        try:
            return _hash(folder, folder / self.path) == self.sha256
        except (NoEvidence, ValueError):
            return False


@dataclass(frozen=True, slots=True)
class Attestation:
    """What one person says of one row, until a day."""

    number: int  # of its entry: how people name it
    row: str
    yes: bool
    by: str
    on: date
    reason: str
    until: date
    evidence: tuple[Attachment, ...] = ()
    revoked: str = ""  # by whom, when and why; empty: not

    def validity(self, today: date, folder: Path) -> Validity:
        """Whether it counts on a day; reads the attached files."""
        if self.revoked:
            return Validity.REVOKED
        if today > self.until:
            return Validity.EXPIRED
        if not all(attached.unchanged(folder) for attached in self.evidence):
            return Validity.EVIDENCE_CHANGED
        return Validity.HOLDS


def attach(folder: Path, file: Path) -> Attachment:
    """The file as evidence. Raises NoEvidence where it lies outside the folder or is no file."""
    place = file.absolute()
    inside = place.resolve()
    root = folder.resolve()
    if not inside.is_relative_to(root):
        raise NoEvidence(
            f"{file} lies outside {folder}: copy it into the prototype, so that others can check it"
        )
    return Attachment(inside.relative_to(root).as_posix(), _hash(root, inside))


def _hash(folder: Path, file: Path) -> str:
    """SHA-256 of a regular file that no link leads out to."""
    try:
        if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
            raise NoEvidence(f"{file} is no file of the prototype")
        if file.stat().st_size > _LARGEST:
            raise NoEvidence(f"{file} is larger than {_LARGEST:,} bytes")
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise NoEvidence(f"{file} cannot be read: {error.strerror}") from error
