"""The message of a commit: which gaps it closes, how that was seen, and how it is taken back."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Collection, Iterator, Sequence

from shipworthy.control import Control
from shipworthy.finding import Finding
from shipworthy.harden.hardening import Closed
from shipworthy.prototype.tree import printable
from shipworthy.remedy import Remedy

_SUBJECT = 72  # characters
_WIDTH = 76
_LONGEST = 300  # characters of a trailer


def subject_of(closed: Sequence[Closed], taken: Collection[str] = ()) -> str:
    """The first line: what is done, and where, if another commit does the same elsewhere."""
    finding = closed[0].finding
    if len({one.remedy.summary for one in closed}) > 1:
        return _cut(f"Close {finding.control} in {len(closed)} places")
    line = _line(closed[0].remedy.summary).rstrip(".")
    if _cut(line) in taken:
        where = _line(finding.subject.partition("#")[2] or finding.subject)
        line = f"{where}: {line[0].lower()}{line[1:]}"
    return _cut(line)


def message(control: Control, closed: Sequence[Closed], subject: str = "") -> str:
    """The whole message, with what each gap was before and how it was seen closed."""
    subject = subject or subject_of(closed)
    paragraphs = [*_told(closed, subject), _wrapped(control.consequence)]
    paragraphs.append(_wrapped(f"Why and how: shipworthy explain {control.id}"))
    lines = "\n".join(
        f"Shipworthy-{name}: {_line(said)[:_LONGEST]}" for name, said in _trailers(control, closed)
    )
    return "\n\n".join((subject, *paragraphs, lines)) + "\n"


def before_of(finding: Finding) -> str:
    """The gap as it was seen, with its place."""
    place = f" ({finding.location})" if finding.location else ""
    return _line(f"{finding.proof.value}: {finding.message}{place}")


def undo(finding: Finding, remedy: Remedy) -> str:
    """The command that takes the commit back; it names the commit by a word of this very line."""
    key = hashlib.sha256(f"{finding.control}\0{finding.subject}".encode()).hexdigest()[:12]
    command = f"git revert ':/{key}'"
    migrations = any(change.path.endswith(".sql") for change in remedy.changes)
    return f"{command} (before the migration has run)" if migrations else command


def _told(closed: Sequence[Closed], subject: str) -> Iterator[str]:
    if len(closed) > 1:
        same = len({one.remedy.summary for one in closed}) == 1
        said = (one.finding.message if same else one.remedy.summary for one in closed)
        lines = (f"- {_line(text)}" for text in said)
        yield "\n".join(textwrap.fill(line, _WIDTH, subsequent_indent="  ") for line in lines)
        return
    if subject.endswith("…"):
        yield _wrapped(_line(closed[0].remedy.summary))
    yield _wrapped(f"{_line(closed[0].finding.message)}.")


def _trailers(control: Control, closed: Sequence[Closed]) -> Iterator[tuple[str, str]]:
    yield "Control", control.id
    for one in closed:
        yield "Finding", one.finding.subject
        yield "Proof-Before", one.before
        yield "Proof-After", one.after
    yield "Review", closed[0].remedy.review.value
    yield "Undo", undo(closed[0].finding, closed[0].remedy)


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, _WIDTH)


def _cut(line: str) -> str:
    return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1].rstrip() + "…"


def _line(text: str) -> str:
    return " ".join(printable(text).split())
