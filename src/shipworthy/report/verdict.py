"""The verdict of an assessment: ready or not, by what, and what it does not rest on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shipworthy.assess import Assessment
from shipworthy.finding import Outcome
from shipworthy.report.groups import by_control
from shipworthy.report.lines import counted


class Readiness(StrEnum):
    """What a launch would rest on. CONDITIONAL: nothing blocks, and not all was seen."""

    NOT_READY = "not ready"
    CONDITIONAL = "conditional"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Ready or not, in a line and in a sentence. `blocking` counts kinds of gap, not places."""

    readiness: Readiness
    headline: str
    sentence: str
    blocking: int


def verdict_of(assessment: Assessment) -> Verdict:
    """CRITICAL and HIGH gaps block; what was not seen never counts as right."""
    blocking = len(by_control(assessment.blockers, assessment.controls))
    unseen = sum(f.outcome is Outcome.UNKNOWN for f in assessment.findings)
    rest = _rest(unseen, len(assessment.unread))
    if blocking:
        block = "blocks" if blocking == 1 else "block"
        kinds = f"{counted(blocking, 'kind')} of gap {block} it"
        places = counted(len(assessment.blockers), "place")
        sentence = f"{kinds}, in {places}.{' ' + rest if rest else ''}"
        return Verdict(Readiness.NOT_READY, "Not ready to launch", sentence, blocking)
    if rest or not any(f.outcome is Outcome.SATISFIED for f in assessment.findings):
        sentence = f"No gap that blocks was found in what was looked at. {rest}".strip()
        return Verdict(Readiness.CONDITIONAL, "Nothing seen that blocks", sentence, 0)
    return Verdict(Readiness.READY, "Ready to launch", "No gap that blocks a launch is open.", 0)


def _rest(unseen: int, unread: int) -> str:
    parts = []
    if unseen:
        parts.append(f"{counted(unseen, 'question')} could not be answered")
    if unread:
        parts.append(f"{counted(unread, 'file')} could not be read in full")
    return f"{' and '.join(parts)}." if parts else ""
