"""The gaps that were known at one time, so that a gate can ask for new ones alone."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from shipworthy.finding import Finding


class Baseline(Struct, frozen=True):
    """Known gaps, by control and subject: they survive edits of other lines."""

    known: frozenset[tuple[str, str]]

    def knows(self, finding: Finding) -> bool:
        """True for a gap that was there when the baseline was written."""
        return (finding.control, finding.subject) in self.known


def baseline_of(gaps: Iterable[Finding]) -> Baseline:
    """The baseline that knows these gaps."""
    return Baseline(frozenset((gap.control, gap.subject) for gap in gaps))
