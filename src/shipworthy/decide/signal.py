"""A signal: one measured fact that speaks for keeping what is there, or for building it anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from shipworthy.decide.component import Component
from shipworthy.finding import Evidence, Finding


class Direction(StrEnum):
    """What a signal speaks for."""

    KEEP = "keep"
    REBUILD = "rebuild"
    NEITHER = "neither"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Signal:
    """One fact and what it speaks for.

    `lean` goes from -1 (keep what is there) over 0 to +1 (build it anew); None where the fact is
    not known, with `reason`: it then counts 0 and lowers the confidence. `weight` is how much it counts.
    `part` is what it is about, None for the whole. `source` says where it was measured.
    """

    name: str
    title: str
    part: Component | None
    value: str
    lean: float | None
    weight: float
    source: str
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    reason: str = ""

    @property
    def known(self) -> bool:
        """True where it was measured."""
        return self.lean is not None

    @property
    def points(self) -> float:
        """What it adds to the balance: weight by lean."""
        return self.weight * (self.lean or 0.0)

    @property
    def direction(self) -> Direction:
        """What it speaks for, in a word."""
        if self.lean is None:
            return Direction.UNKNOWN
        if abs(self.lean) < _SLIGHT:
            return Direction.NEITHER
        return Direction.REBUILD if self.lean > 0 else Direction.KEEP

    def leaning(self, lean: float) -> Signal:
        """The same signal, seen as if it had been measured otherwise."""
        return replace(self, lean=lean)


_SLIGHT = 0.2
SOUND = -0.5
"""The lean of what is the least one expects when it is right: that code loads, that callers are asked."""


def between(value: float, keep: float, rebuild: float) -> float:
    """A lean from -1 where `value` is at `keep` to +1 where it is at `rebuild`, straight in between."""
    share = (value - keep) / (rebuild - keep)
    return round(max(-1.0, min(1.0, 2 * share - 1)), 2)


def against(value: float, none: float, rebuild: float) -> float:
    """A lean from 0 where `value` is at `none` to +1 at `rebuild`: that it is right says nothing, because
    it is in nearly every prototype; that it is wrong speaks for building anew."""
    share = (value - none) / (rebuild - none)
    return round(max(0.0, min(1.0, share)), 2)
