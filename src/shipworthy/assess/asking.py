"""Ask the controls; what one of them could not see becomes UNKNOWN with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath

from shipworthy.assess.edge import seen_at_the_edge
from shipworthy.assess.running import asked_of_idle_code
from shipworthy.control import Control
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Evidence, Finding, Location, Outcome
from shipworthy.prototype import NotHere, Prototype
from shipworthy.prototype.ahead import Ahead, Turns
from shipworthy.prototype.prototype import NOT_REPLAYED
from shipworthy.prototype.source import Role, Unread

_OF_ENTRY_POINTS = "access"  # the area whose controls judge what entry points do
Progress = Callable[[str], None]
_Answers = dict[str, list[Finding]]  # by control
_WORTH_A_PROCESS = 20  # controls
_HIDING = ("larger", "cannot", "folder", "more", "deeper", "link out")


def ask_all(prototype: Prototype, controls: Sequence[Control], progress: Progress) -> list[Finding]:
    """Every answer of every control, those of one control in its own order."""
    answers: _Answers = {}
    if prototype.is_worth_a_process and len(controls) >= _WORTH_A_PROCESS:
        answers = _ask_in_two(prototype, controls, progress)
    left = (control for control in controls if control.id not in answers)
    answers |= _ask_each(prototype, left, progress)
    return [answer for control in controls for answer in answers[control.id]]


def _ask_in_two(prototype: Prototype, controls: Sequence[Control], progress: Progress) -> _Answers:
    """What two processes can answer: this one follows the entry points, meanwhile the other one asks what
    does not hang on them, and then both take turns."""
    # A database that is rebuilt belongs to the process that started it.
    mine = [c for c in controls if c.area == _OF_ENTRY_POINTS or c.needs_database]
    shared = [c for c in controls if c not in mine]
    prototype.read_before_parting()
    turns = Turns(len(shared))
    other = Ahead(partial(_ask_beside, prototype, shared, turns))
    answers = _ask_each(prototype, mine, progress)
    answers |= _ask_each(prototype, (shared[turn] for turn in turns), progress)
    return answers | other.result()


def _ask_beside(prototype: Prototype, shared: Sequence[Control], turns: Turns) -> _Answers:
    """What this process can answer; the others are left out."""
    answers: _Answers = {}
    with prototype.without_following():
        for turn in turns:
            try:
                answers[shared[turn].id] = list(_ask(shared[turn], prototype))
            except NotHere:
                continue
    return answers


def _ask_each(prototype: Prototype, controls: Iterable[Control], progress: Progress) -> _Answers:
    answers: _Answers = {}
    for control in controls:
        progress(f"asking {control.id}")
        answers[control.id] = list(_ask(control, prototype))
    return answers


def _ask(control: Control, prototype: Prototype) -> Iterator[Finding]:
    try:
        findings = list(control.detect(prototype))
    except FactUnavailable as error:
        yield control.unknown("prototype", str(error))
        return
    if not findings:
        # A control that says nothing has not looked: silence is never success.
        yield control.unknown("prototype", "the control gave no answer")
    judged = {f.subject.partition("#")[0] for f in findings}
    hidden = [u for u in prototype.unread if _hides_code(prototype, u) and u.path not in judged]
    if any(f.message == NOT_REPLAYED for f in findings):
        # Rules that were read and not tried tell gaps; nothing is called safe by reading.
        findings = [f for f in findings if f.outcome is not Outcome.SATISFIED]
    if control.needs_database:
        hidden = [u for u in hidden if PurePosixPath(u.path).suffix in ("", ".sql")]
    if control.area == _OF_ENTRY_POINTS:
        hidden += prototype.unfollowed
    if any(f.outcome is Outcome.UNKNOWN for f in findings):
        hidden = []  # it says by itself what it could not see
    for finding in findings:
        if hidden and finding.outcome is Outcome.NOT_APPLICABLE and finding.subject == "prototype":
            continue  # that there is nothing to ask about cannot be said
        still = asked_of_idle_code(prototype, control, finding)
        yield seen_at_the_edge(prototype, control, still)
    if hidden:
        yield _unseen(control, hidden)


def _unseen(control: Control, hidden: Sequence[Unread]) -> Finding:
    shown = tuple(Evidence("unread", u.reason, Location(u.path)) for u in hidden[:5])
    count = f"{len(hidden)} file" + ("s" if len(hidden) > 1 else "")
    said = f"{count} could not be judged: {hidden[0].reason}"
    return control.unknown("unread files", said, *shown)


def _hides_code(prototype: Prototype, unread: Unread) -> bool:
    file = prototype.files.get(unread.path)
    if file is not None:
        return file.role is Role.PRODUCT
    return unread.path == "." or unread.reason.startswith(_HIDING)
