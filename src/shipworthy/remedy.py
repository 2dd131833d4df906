"""A remedy: the changes that close a gap, as values. Only `harden` applies them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Review(StrEnum):
    """How much a person must look at a remedy before it is trusted."""

    SAFE = "safe"  # cannot change what the prototype does for its users
    CAREFUL = "careful"  # changes behaviour on purpose, or needs configuration
    BY_HAND = "by_hand"  # only described; a person makes the change


@dataclass(frozen=True, slots=True)
class Write:
    """Create or replace a file with this text (UTF-8)."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a file."""

    path: str


@dataclass(frozen=True, slots=True)
class Untrack:
    """Take a file out of version control and leave it on disk."""

    path: str


Change = Write | Delete | Untrack


@dataclass(frozen=True, slots=True)
class Remedy:
    """What closes one gap: one sentence, its review level, and the changes (none for BY_HAND)."""

    summary: str
    review: Review
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a gap is closed, asked again after its remedy, and how that was seen."""

    closed: bool
    how: str
