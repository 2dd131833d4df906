"""The verdicts: what becomes of each part of a prototype, and of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shipworthy.decide.component import Component
from shipworthy.decide.signal import Signal
from shipworthy.finding import Finding

__all__ = ["Component", "ComponentVerdict", "Flip", "Ground", "Overall", "Verdict"]


class Verdict(StrEnum):
    """What becomes of a part, from the least work to the most."""

    ABSENT = "not there"
    KEEP = "keep"
    HARDEN = "harden"
    REFACTOR = "refactor"
    REBUILD = "rebuild"


class Overall(StrEnum):
    """What becomes of the whole."""

    HARDEN = "harden only"
    REFACTOR = "refactor"
    REBUILD = "rebuild in parallel"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Ground:
    """A stated ground: a rule that holds, and the signals that it rests on.

    `component` is None for a ground that is about the whole; `verdict` is what it asks for.
    """

    name: str
    says: str
    component: Component | None
    signals: tuple[Signal, ...]
    verdict: Verdict = Verdict.REBUILD


@dataclass(frozen=True, slots=True)
class ComponentVerdict:
    """What becomes of one part: why, on which grounds, and the open gaps that lie in it."""

    component: Component
    verdict: Verdict
    why: str
    grounds: tuple[Ground, ...] = ()
    signals: tuple[Signal, ...] = ()
    gaps: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Flip:
    """One signal seen the other way round, and what would then be decided."""

    signal: Signal
    seen: str  # "if most tables had their definition in the repository"
    overall: Overall
    changed: tuple[tuple[Component, Verdict], ...] = ()
