"""Who made it, and who can explain it."""

from __future__ import annotations

from posixpath import normpath

from shipworthy.assess import Assessment
from shipworthy.decide.signal import Signal, against
from shipworthy.finding import Evidence
from shipworthy.intent.answers import Answers
from shipworthy.prototype.inventory.signs import is_machine

_NAME, _TITLE = "explained", "Somebody can explain it"


def machine_commits(assessment: Assessment) -> Signal | None:
    """The share of commits by tools. Little weight: nearly all prototypes are made so."""
    prototype = assessment.prototype
    name, title, source = "machine-commits", "People wrote it", "git log"
    commits = [c for c in prototype.commits if c.strip()]
    if not commits:
        reason = prototype.git_reason or "there is no commit yet"
        return Signal(name, title, None, "", None, 0.5, source, reason=reason)
    if prototype.git is not None and prototype.git.shallow:
        reason = "the history is cut off: git fetch --unshallow"
        return Signal(name, title, None, "", None, 0.5, source, reason=reason)
    made = sum(is_machine(commit) for commit in commits)
    value = f"{made} of the latest {len(commits)} commits are signed by a tool"
    shown = (Evidence("git", value),)
    return Signal(
        name,
        title,
        None,
        value,
        against(made / len(commits), none=0.5, rebuild=1.0),
        0.5,
        source,
        shown,
    )


def explained(assessment: Assessment, answers: Answers) -> Signal:
    """Whether somebody can explain it; a walk-through that was recorded is the proof: a file that is there,
    or an address, which is not opened."""
    said, source = answers.explained, "answer"
    if said is None:
        reason = "nobody was asked: answer `explained`"
        return Signal(_NAME, _TITLE, None, "", None, 2.0, source, reason=reason)
    if not said.by:
        shown = (Evidence("answer", "nobody can explain it"),)
        return Signal(_NAME, _TITLE, None, "nobody can", 1.0, 2.0, source, shown)
    day = f" on {said.on}" if said.on else ""
    missing = _missing(assessment, said.record)
    if missing:
        value = f"{said.by}{day}, as a claim: {missing}"
        return Signal(_NAME, _TITLE, None, value, -0.3, 2.0, source, (Evidence("answer", value),))
    value = f"{said.by}{day}, recorded in {said.record}"
    return Signal(_NAME, _TITLE, None, value, -1.0, 2.0, source, (Evidence("answer", value),))


def _missing(assessment: Assessment, record: str) -> str:
    """Why the record of a walk-through is none; empty where it is one."""
    if not record:
        return "no walk-through was recorded"
    if "://" in record:
        return ""
    file = assessment.prototype.files.get(normpath(record))
    if file is None:
        return f"{record} is not there, or was not read"
    return "" if file.size else f"{record} is empty"
