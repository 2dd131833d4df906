"""A few lines of code around a piece of evidence, secrets masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipworthy.finding import Evidence, Finding, Location
from shipworthy.prototype import Prototype
from shipworthy.prototype.secrets.masking import masked_lines

_AROUND = 2  # lines of context before and after
_MOST = 9  # lines of one excerpt
_WIDEST = 180  # characters of a line
_PLACES = 5  # further places of a finding that are named


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line with its number; `marked` where the evidence points to it."""

    number: int
    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of one file, without the indentation that all of them share."""

    location: Location
    lines: tuple[CodeLine, ...]


def excerpt_of(prototype: Prototype, finding: Finding) -> Excerpt | None:
    """The first evidence that stands in a file, with its surroundings where these may be shown."""
    first = next((e for e in finding.evidence if e.location), None)
    if first is None or first.location is None:
        return None
    place = first.location
    start, end = max(1, place.line - _AROUND), _last_marked(place) + _AROUND
    lines = masked_lines(prototype, place.path, start, end)
    if lines is None or start + len(lines) <= place.line:
        return _alone(first, place)
    return Excerpt(place, _around(lines, start, place))


def further(finding: Finding) -> tuple[Evidence, ...]:
    """What else it rests on: all evidence but the one whose lines are shown."""
    shown = next((e for e in finding.evidence if e.location), None)
    return tuple(e for e in finding.evidence if e is not shown and e.excerpt)[:_PLACES]


def _alone(evidence: Evidence, location: Location) -> Excerpt | None:
    if not evidence.excerpt:
        return None
    return Excerpt(location, (CodeLine(location.line, evidence.excerpt, True),))


def _last_marked(place: Location) -> int:
    return min(max(place.line, place.end_line), place.line + _MOST - 2 * _AROUND - 1)


def _around(lines: Sequence[str], start: int, place: Location) -> tuple[CodeLine, ...]:
    shared = min((len(t) - len(t.lstrip()) for t in lines if t.strip()), default=0)
    found = [
        CodeLine(number, _cut(text[shared:]), place.line <= number <= _last_marked(place))
        for number, text in enumerate(lines, start)
    ]
    while found and not found[-1].text and not found[-1].marked:
        found.pop()
    while found and not found[0].text and not found[0].marked:
        found.pop(0)
    return tuple(found)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
