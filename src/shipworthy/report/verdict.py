"""The verdict of an assessment: ready or not, by what, and what it does not rest on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shipworthy.assess import Assessment
from shipworthy.finding import Outcome
from shipworthy.report.groups import by_control
from shipworthy.report.lines import counted
from shipworthy.report.unjudged import unjudged


class Readiness(StrEnum):
    """What a launch would rest on. CONDITIONAL: nothing blocks, and not all was seen."""

    NOT_READY = "not ready"
    CONDITIONAL = "conditional"
    READY = "ready"


_BUT = "but who gets in could not be looked at everywhere"
_NOTHING_SEEN = "Nothing seen that blocks"
_NONE_FOUND = "No gap that blocks was found in what was looked at."


@dataclass(frozen=True, slots=True)
class Verdict:
    """Ready or not, in a line and in a sentence. `blocking` counts kinds of gap, not places."""

    readiness: Readiness
    headline: str
    sentence: str
    blocking: int
    but: str = ""  # what keeps "nothing blocks" from being an all-clear


def verdict_of(assessment: Assessment) -> Verdict:
    """CRITICAL and HIGH gaps block; what was not seen never counts as right."""
    blocking = len(by_control(assessment.blockers, assessment.controls))
    unseen = sum(f.outcome is Outcome.UNKNOWN for f in assessment.findings)
    rest = _rest(unseen, len(assessment.unread))
    if blocking:
        block = "blocks" if blocking == 1 else "block"
        kinds = f"{counted(blocking, 'kind')} of gap {block} it"
        places = counted(len(assessment.blockers), "place")
        doors = unjudged(assessment) if unseen else ""
        behind = f" Who may reach {doors} could not be looked at." if doors else ""
        sentence = f"{kinds}, in {places}.{behind}{' ' + rest if rest else ''}"
        return Verdict(Readiness.NOT_READY, "Not ready to launch", sentence, blocking)
    if unseen and (doors := unjudged(assessment)):
        sentence = f"Who may reach {doors} could not be looked at. {_NONE_FOUND} {rest}"
        return Verdict(Readiness.CONDITIONAL, f"{_NOTHING_SEEN}, {_BUT}", sentence, 0, _BUT)
    if rest or not any(f.outcome is Outcome.SATISFIED for f in assessment.findings):
        return Verdict(Readiness.CONDITIONAL, _NOTHING_SEEN, f"{_NONE_FOUND} {rest}".strip(), 0)
    return Verdict(Readiness.READY, "Ready to launch", "No gap that blocks a launch is open.", 0)


def _rest(unseen: int, unread: int) -> str:
    parts = []
    if unseen:
        parts.append(f"{counted(unseen, 'question')} could not be answered")
    if unread:
        parts.append(f"{counted(unread, 'file')} could not be read in full")
    return f"{' and '.join(parts)}." if parts else ""
