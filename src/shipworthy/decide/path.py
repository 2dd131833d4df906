"""The five paths out of prototype mode, and the choice among them with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Path(StrEnum):
    """A way to production, in the order in which several of them are walked."""

    SIDECAR = "sidecar"  # surround it, unchanged, with controls
    DATA_PLANE = "data-plane"  # sensitive data stays inside approved infrastructure
    SERVERLESS = "serverless"  # keep the frontend, move trusted operations to functions
    HEXAGONAL = "hexagonal"  # separate interface, business logic, infrastructure
    DESIGN_SYSTEM = "design-system"  # map components to an approved library


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that speaks for a path (points above 0) or against it."""

    points: float
    says: str


@dataclass(frozen=True, slots=True)
class PathOption:
    """One path with all that speaks for and against it. `barred` says why it cannot be walked."""

    path: Path
    reasons: tuple[Reason, ...]
    barred: str = ""

    @property
    def points(self) -> float:
        """The sum; paths are compared by it."""
        return round(sum(reason.points for reason in self.reasons), 2)


@dataclass(frozen=True, slots=True)
class PathChoice:
    """The path that leads, those to walk with it, and why not the others. `sequence` is empty where none
    is to be walked yet."""

    lead: Path
    sequence: tuple[Path, ...]
    options: tuple[PathOption, ...]
    sentence: str

    @property
    def others(self) -> tuple[PathOption, ...]:
        """The paths that were not chosen."""
        return tuple(o for o in self.options if o.path not in self.sequence)
