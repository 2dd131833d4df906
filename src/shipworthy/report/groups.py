"""Gaps of one control together: the unit in which a report counts and explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from shipworthy.control import Control
from shipworthy.finding import CHECK, Confidence, Finding, Location, Proof, Severity

_MANY = 5  # gaps by which a cause of theirs is worth a line


@dataclass(frozen=True, slots=True)
class Cause:
    """A check that keeps nobody out, and all that rest on it, worst first: one change closes them."""

    place: Location
    findings: tuple[Finding, ...]

    @property
    def sentence(self) -> str:
        """How many share it."""
        return f"{len(self.findings)} of these rest on this one check, which keeps nobody out"


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

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What many of them have in common, most first."""
        alike: dict[Location, list[Finding]] = {}
        for finding in self.findings:
            check = next((e.location for e in finding.evidence if e.source == CHECK), None)
            if check is not None:
                alike.setdefault(check, []).append(finding)
        found = [Cause(at, tuple(rest)) for at, rest in alike.items() if len(rest) >= _MANY]
        return tuple(sorted(found, key=lambda cause: -len(cause.findings)))

    @property
    def examples(self) -> tuple[Finding, ...]:
        """All of them, worst first, but behind the others what only repeats a cause."""
        repeated = {f for cause in self.causes for f in cause.findings[1:]}
        return tuple(sorted(self.findings, key=lambda f: f in repeated))


def by_control(gaps: Iterable[Finding], controls: Sequence[Control]) -> tuple[Group, ...]:
    """The gaps of each control together, ordered by the worst of each, then by how many there are."""
    known: Mapping[str, Control] = {c.id: c for c in controls}
    keyed = sorted(gaps, key=lambda f: (f.control, -f.severity.value, f.subject))
    groups = [
        Group(known[name], tuple(found)) for name, found in groupby(keyed, lambda f: f.control)
    ]
    return tuple(sorted(groups, key=lambda g: (-g.severity.value, -len(g.findings), g.control.id)))
