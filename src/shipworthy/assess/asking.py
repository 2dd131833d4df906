"""Ask the controls; what one of them could not see becomes UNKNOWN with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from shipworthy import faults
from shipworthy.assess.edge import seen_at_the_edge
from shipworthy.assess.running import asked_of_idle_code
from shipworthy.control import Control
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Evidence, Finding, Location, Outcome
from shipworthy.prototype import Prototype
from shipworthy.prototype.ahead import in_two
from shipworthy.prototype.prototype import NOT_REPLAYED
from shipworthy.prototype.source import Role, Unread

_OF_ENTRY_POINTS = "access"  # the area whose controls judge what entry points do
Progress = Callable[[str], None]
_WORTH_A_PROCESS = 20  # controls
_HIDING = ("larger", "cannot", "folder", "more", "deeper", "link out")


def ask_all(prototype: Prototype, controls: Sequence[Control], progress: Progress) -> list[Finding]:
    """Every answer of every control, those of one control in its own order."""

    def answers(control: Control) -> list[Finding]:
        progress(f"asking {control.id}")
        return list(_ask(control, prototype))

    if not prototype.is_worth_a_process or len(controls) < _WORTH_A_PROCESS:
        return [answer for control in controls for answer in answers(control)]
    # Those that ask for the same facts stand together.
    ordered = sorted(controls, key=lambda c: (not c.needs_database, c.area != _OF_ENTRY_POINTS))
    prototype.read_before_parting()
    found = in_two(answers, ordered, prototype.read_here)
    by_control = {c.id: given for c, given in zip(ordered, found, strict=True)}
    return [answer for control in controls for answer in by_control[control.id]]


def _ask(control: Control, prototype: Prototype) -> Iterator[Finding]:
    try:
        findings = list(control.detect(prototype))
    except FactUnavailable as error:
        yield control.unknown("prototype", str(error))
        return
    except BaseException as error:
        yield control.unknown("prototype", faults.told(error))
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
