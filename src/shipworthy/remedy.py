"""A remedy: the changes that close a gap, as values. Only `harden` applies them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct


class Review(StrEnum):
    """How much a person must look at a remedy before it is trusted."""

    SAFE = "safe"  # cannot change what the prototype does for its users
    CAREFUL = "careful"  # changes behaviour on purpose, or needs configuration
    BY_HAND = "by_hand"  # only described; a person makes the change


class Write(Struct, frozen=True):
    """Create or replace a file with this text (UTF-8)."""

    path: str
    text: str


class Delete(Struct, frozen=True):
    """Remove a file."""

    path: str


class Untrack(Struct, frozen=True):
    """Take a file out of version control and leave it on disk."""

    path: str


Change = Write | Delete | Untrack


class Remedy(Struct, frozen=True):
    """What closes one gap: one sentence, its review level, and the changes (none for BY_HAND)."""

    summary: str
    review: Review
    changes: tuple[Change, ...] = ()


class Verification(Struct, frozen=True):
    """Whether a gap is closed, asked again after its remedy, and how that was seen."""

    closed: bool
    how: str


def ignoring(present: str, wanted: Iterable[str]) -> Iterator[Write]:
    """The root's `.gitignore` with the lines that are missing in its text; nothing if none is."""
    lines = {line.strip() for line in present.splitlines()}
    missing = [line for line in wanted if line not in lines]
    if missing:
        head = present if not present or present.endswith("\n") else f"{present}\n"
        yield Write(".gitignore", head + "\n".join(missing) + "\n")
