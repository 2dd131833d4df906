"""The message of a commit: which gap it closes, how that was seen, and how it is taken back."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Collection

from shipworthy.control import Control
from shipworthy.finding import Finding
from shipworthy.prototype.tree import printable
from shipworthy.remedy import Remedy

_SUBJECT = 72  # characters
_WIDTH = 76
_LONGEST = 300  # characters of a trailer


def subject_of(finding: Finding, remedy: Remedy, taken: Collection[str] = ()) -> str:
    """The first line: what the remedy does, and where, if another commit does the same elsewhere."""
    line = _line(remedy.summary).rstrip(".")
    if _cut(line) in taken:
        where = _line(finding.subject.partition("#")[2] or finding.subject)
        line = f"{where}: {line[0].lower()}{line[1:]}"
    return _cut(line)


def message(
    control: Control, finding: Finding, remedy: Remedy, after: str, subject: str = ""
) -> str:
    """The whole message. `after` says how the gap was seen closed."""
    subject = subject or subject_of(finding, remedy)
    whole = _line(remedy.summary)
    paragraphs = [subject, *([whole] if subject.endswith("…") else [])]
    paragraphs += [f"{_line(finding.message)}.", control.consequence]
    paragraphs.append(f"Why and how: shipworthy explain {control.id}")
    wrapped = [paragraphs[0], *(textwrap.fill(p, _WIDTH) for p in paragraphs[1:])]
    trailers = (
        ("Control", control.id),
        ("Finding", finding.subject),
        ("Proof-Before", before_of(finding)),
        ("Proof-After", after),
        ("Review", remedy.review.value),
        ("Undo", undo(finding, remedy)),
    )
    lines = "\n".join(f"Shipworthy-{name}: {_line(said)[:_LONGEST]}" for name, said in trailers)
    return "\n\n".join((*wrapped, lines)) + "\n"


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


def _cut(line: str) -> str:
    return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1].rstrip() + "…"


def _line(text: str) -> str:
    return " ".join(printable(text).split())
