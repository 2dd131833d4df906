"""Ask the controls; what one of them could not see becomes UNKNOWN with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath

from shipworthy.assess.edge import seen_at_the_edge
from shipworthy.assess.running import asked_of_idle_code
from shipworthy.control import Control
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Evidence, Finding, Location, Outcome
from shipworthy.prototype import Prototype
from shipworthy.prototype.ahead import Ahead
from shipworthy.prototype.source import Role, Unread

_OF_ENTRY_POINTS = "access"  # the area whose controls judge what entry points do
Progress = Callable[[str], None]
_WORTH_A_PROCESS = 20  # controls
_HIDING = ("larger", "cannot", "folder", "more", "deeper", "link out")
# Their controls ask what entry points do. Another process asks the others, while this one follows these.
_FOLLOWING = frozenset({"access", "ai", "http", "privacy", "reliability", "secrets"})


def ask_all(prototype: Prototype, controls: Sequence[Control], progress: Progress) -> list[Finding]:
    """Every answer of every control, those of one control in its own order."""
    if not prototype.is_worth_a_process or len(controls) < _WORTH_A_PROCESS:
        return _ask_each(prototype, controls, progress)
    # A database that is rebuilt belongs to the process that started it.
    beside = [c for c in controls if c.area not in _FOLLOWING and not c.needs_database]
    prototype.read_before_parting()
    others = Ahead(partial(_ask_each, prototype, beside, _in_silence))
    mine = [c for c in controls if c not in beside]
    return [*_ask_each(prototype, mine, progress), *others.result()]


def _ask_each(
    prototype: Prototype, controls: Sequence[Control], progress: Progress
) -> list[Finding]:
    answers: list[Finding] = []
    for control in controls:
        progress(f"asking {control.id}")
        answers.extend(_ask(control, prototype))
    return answers


def _in_silence(_: str) -> None:
    """Two processes must not write over each other."""


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
