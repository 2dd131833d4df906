"""What was not checked, by reason: what a reader must not take for right."""

from __future__ import annotations

from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.finding import Outcome


@dataclass(frozen=True, slots=True)
class NotSeen:
    """One reason and what could not be judged for it: subjects by control."""

    reason: str
    subjects: dict[str, list[str]]

    @property
    def count(self) -> int:
        """How many answers are missing."""
        return sum(map(len, self.subjects.values()))


def not_seen(assessment: Assessment) -> tuple[NotSeen, ...]:
    """Every reason that a control gave for an unknown, those of most answers first."""
    reasons: dict[str, dict[str, list[str]]] = {}
    for finding in assessment.findings:
        if finding.outcome is Outcome.UNKNOWN:
            subjects = reasons.setdefault(finding.message, {})
            subjects.setdefault(finding.control, []).append(finding.subject)
    found = [NotSeen(reason, subjects) for reason, subjects in reasons.items()]
    return tuple(sorted(found, key=lambda n: (-n.count, n.reason)))
