"""Gaps of one control together: the unit in which a report counts and explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Proof, Severity


@dataclass(frozen=True, slots=True)
class Group:
    """What one control found, worst first; never empty."""

    control: Control
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """That of the worst."""
        return self.findings[0].severity

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """How they are known, strongest first, each once."""
        return tuple(p for p in Proof if any(f.proof is p for f in self.findings))

    @property
    def confidence(self) -> Confidence:
        """That of the surest."""
        return min((f.confidence for f in self.findings), key=list(Confidence).index)


def by_control(gaps: Iterable[Finding], controls: Sequence[Control]) -> tuple[Group, ...]:
    """The gaps of each control together, ordered by the worst of each, then by how many there are."""
    known: Mapping[str, Control] = {c.id: c for c in controls}
    keyed = sorted(gaps, key=lambda f: (f.control, -f.severity.value, f.subject))
    groups = [
        Group(known[name], tuple(found)) for name, found in groupby(keyed, lambda f: f.control)
    ]
    return tuple(sorted(groups, key=lambda g: (-g.severity.value, -len(g.findings), g.control.id)))
