"""The figures that are easier seen than read: bars with their numbers beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.finding import Outcome, Severity
from shipworthy.report.access_map import AccessRow
from shipworthy.report.lines import area_word


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: `start` and `width` in percent of the longest bar."""

    style: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart; `counts` are by the chart's styles, zeros included."""

    label: str
    segments: tuple[Segment, ...]
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked bars on one scale; `styles` name the parts, in order."""

    title: str
    styles: tuple[str, ...]
    bars: tuple[Bar, ...]


def gaps_by_area(assessment: Assessment) -> Chart:
    """How many gaps of each severity each area has; the longest bar is the area with most."""
    area_of = {c.id: c.area for c in assessment.controls}
    counts = Counter((area_of[f.control], f.severity) for f in assessment.gaps)
    order = sorted(Severity, key=lambda s: -s.value)
    rows = [
        (area_word(area), tuple(counts[area, severity] for severity in order))
        for area in {area for area, _ in counts}
    ]
    rows.sort(key=lambda row: ([-n for n in row[1]], row[0]))
    return _chart("Gaps by area and severity", tuple(s.label for s in order), rows)


def answers_by_area(assessment: Assessment) -> Chart:
    """What became of every question: right, a gap, a question for a person, not seen."""
    area_of = {c.id: c.area for c in assessment.controls}
    styles = ("satisfied", "gap", "question", "unknown")
    counts = Counter(
        (area_of[f.control], "question" if f.is_question else f.outcome.value)
        for f in assessment.findings
        if f.outcome is not Outcome.NOT_APPLICABLE
    )
    rows = [
        (area_word(area), tuple(counts[area, style] for style in styles))
        for area in sorted({area for area, _ in counts})
    ]
    return _chart("Answers by area", styles, rows)


def entries_by_caller(rows: Iterable[AccessRow]) -> Chart:
    """How many entry points let whom in; one that lets in several counts for each."""
    counts = Counter(principal for row in rows for principal in row.principals)
    bars = [(who, (number,)) for who, number in counts.most_common()]
    return _chart("Who gets in", ("entry points",), bars)


def one_bar(label: str, counts: Mapping[str, int]) -> Bar:
    """A bar as long as all of it, by style."""
    return _bar(label, tuple(counts), tuple(counts.values()), sum(counts.values()) or 1)


def _chart(
    title: str, styles: tuple[str, ...], rows: Sequence[tuple[str, tuple[int, ...]]]
) -> Chart:
    longest = max((sum(counts) for _, counts in rows), default=0) or 1
    return Chart(title, styles, tuple(_bar(label, styles, c, longest) for label, c in rows))


def _bar(label: str, styles: tuple[str, ...], counts: tuple[int, ...], longest: int) -> Bar:
    segments, start = [], 0.0
    for style, count in zip(styles, counts, strict=True):
        width = round(100 * count / longest, 2)
        if count:
            segments.append(Segment(style.replace(" ", "-"), count, round(start, 2), width))
        start += width
    return Bar(label, tuple(segments), counts)
