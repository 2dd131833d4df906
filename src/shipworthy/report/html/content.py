"""What the page shows, gathered once: everything the templates need, and nothing they compute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shipworthy import __version__
from shipworthy.assess import Assessment
from shipworthy.assess.checklist import Answer, Checklist, Row, checklists
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Evidence, Finding, Outcome
from shipworthy.prototype.prototype import NOT_REPLAYED
from shipworthy.prototype.source import Unread
from shipworthy.report import inventory
from shipworthy.report.access_map import AccessRow, access_map
from shipworthy.report.charts import (
    Bar,
    Chart,
    answers_by_area,
    entries_by_caller,
    gaps_by_area,
    one_bar,
)
from shipworthy.report.diagram.architecture import architecture
from shipworthy.report.diagram.data_flow import data_flow
from shipworthy.report.diagram.graph import Graph
from shipworthy.report.diagram.svg import svg_of
from shipworthy.report.excerpts import Excerpt, excerpt_of, further
from shipworthy.report.groups import Group, by_control
from shipworthy.report.inventory import Listing, first
from shipworthy.report.not_seen import NotSeen, not_seen
from shipworthy.report.prose import Prose, prose_of
from shipworthy.report.strengths import Strength, strengths
from shipworthy.report.verdict import Verdict, verdict_of

_FINDINGS = 20  # of one kind of gap
_EXCERPTS = 5  # of one kind of gap
_ALL_EXCERPTS = 300  # of the page
_ENTRIES = 150
_UNREAD = 40
_QUESTIONS = 60
_ACCEPTED = 100
_ROWS = 60  # of a framework
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding; `excerpt` is None where none is shown."""

    finding: Finding
    excerpt: Excerpt | None
    further: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of gap with its page."""

    group: Group
    prose: Prose
    shown: Listing[Shown]

    @property
    def places(self) -> tuple[Finding, ...]:
        """The first places, for a list that is read at a glance."""
        return self.group.examples[:_PLACES]


@dataclass(frozen=True, slots=True)
class Area:
    """All kinds of gap of one area, worst first."""

    name: str
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A diagram and the same as rows of text."""

    svg: str
    rows: Listing[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Answered:
    """A framework with its answers: whole where it is a checklist, else the rows that are not met."""

    checklist: Checklist
    counts: tuple[tuple[Answer, int], ...]  # in the order of Answer, zeros included
    bar: Bar
    rows: Listing[Row]

    @property
    def sections(self) -> dict[str, list[Row]]:
        """The shown rows by section, in their order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows.rows:
            found.setdefault(row.section, []).append(row)
        return found


@dataclass(frozen=True, slots=True)
class Content:
    """The page, section by section."""

    name: str
    made_with: str
    stack: str
    files: int
    commit: str
    committed: str
    digest: str
    version: str
    verdict: Verdict
    counts: dict[str, int]
    controls: int
    blockers: tuple[Kind, ...]
    areas: tuple[Area, ...]
    not_seen: tuple[NotSeen, ...]
    not_replayed: bool
    unread: Listing[Unread]
    checklists: tuple[Answered, ...]
    frameworks: tuple[Answered, ...]
    questions: Listing[Shown]
    accepted: Listing[Finding]
    strengths: tuple[Strength, ...]
    charts: tuple[Chart, ...]
    access: Listing[AccessRow]
    flow: Drawing | None
    architecture: Drawing | None
    tables: Listing[inventory.TableRow]
    packages: Listing[inventory.PackageRow]
    models: Listing[inventory.ModelRow]
    settings: Listing[inventory.SettingRow]
    companies: Listing[inventory.CompanyRow]
    personal: Listing[inventory.PersonalRow]
    hosts: Listing[inventory.HostRow]


def content_of(assessment: Assessment) -> Content:
    """Gather everything. The same assessment gives the same content."""
    prototype = assessment.prototype
    kinds = _kinds(assessment)
    rows = access_map(assessment)
    unseen = not_seen(assessment)
    answered = [_answered(c) for c in checklists(assessment)]
    return Content(
        name=prototype.root.name,
        made_with=_origin(assessment),
        stack=" + ".join((*prototype.stack.frameworks, *prototype.stack.data)[:6]) or "unknown",
        files=len(prototype.files),
        commit=(prototype.git.commit or "") if prototype.git else "",
        committed=prototype.committed or "",
        digest=assessment.digest,
        version=__version__,
        verdict=verdict_of(assessment),
        counts=_counts(assessment),
        controls=len(assessment.controls),
        blockers=tuple(k for k in kinds if k.group.severity.blocks_launch),
        areas=tuple(_areas(kinds)),
        not_seen=unseen,
        not_replayed=any(n.reason == NOT_REPLAYED for n in unseen),
        unread=first(assessment.unread, _UNREAD),
        checklists=tuple(a for a in answered if a.checklist.is_checklist),
        frameworks=tuple(a for a in answered if not a.checklist.is_checklist),
        questions=_questions(assessment),
        accepted=first(assessment.accepted, _ACCEPTED),
        strengths=strengths(assessment),
        charts=_charts(assessment, rows),
        access=first(rows, _ENTRIES),
        flow=_drawing(data_flow(assessment), "flow"),
        architecture=_drawing(_architecture(assessment), "architecture"),
        tables=inventory.tables(prototype),
        packages=inventory.packages(prototype),
        models=inventory.models(prototype),
        settings=inventory.settings(prototype),
        companies=inventory.companies(prototype),
        personal=inventory.personal(prototype),
        hosts=inventory.hosts(prototype),
    )


def _origin(assessment: Assessment) -> str:
    origin = assessment.prototype.origin.tool.value.replace("_", " ")
    return "" if origin == "unknown" else origin


def _counts(assessment: Assessment) -> dict[str, int]:
    gaps = assessment.gaps
    return {
        "gap": len(gaps),
        "question": len(assessment.questions),
        "proven": sum(f.proof.value == "proven" for f in gaps),
        **{
            outcome.value: sum(f.outcome is outcome for f in assessment.findings)
            for outcome in (Outcome.SATISFIED, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)
        },
    }


def _kinds(assessment: Assessment) -> tuple[Kind, ...]:
    left = _ALL_EXCERPTS
    found = []
    for group in by_control(assessment.gaps, assessment.controls):
        excerpts = min(_EXCERPTS, left, len(group.findings))
        left -= excerpts
        rows = [
            _shown(assessment, finding, number < excerpts)
            for number, finding in enumerate(group.examples[:_FINDINGS])
        ]
        listing = Listing(tuple(rows), len(group.findings))
        found.append(Kind(group, prose_of(group.control.id), listing))
    return tuple(found)


def _shown(assessment: Assessment, finding: Finding, with_excerpt: bool) -> Shown:
    if not with_excerpt:
        return Shown(finding, None, ())
    return Shown(finding, excerpt_of(assessment.prototype, finding), further(finding))


def _areas(kinds: Sequence[Kind]) -> Iterator[Area]:
    names = dict.fromkeys(kind.group.control.area for kind in kinds)
    for name in names:
        yield Area(name, tuple(k for k in kinds if k.group.control.area == name))


def _answered(checklist: Checklist) -> Answered:
    counts = tuple((answer, checklist.count(answer)) for answer in Answer)
    told = (Answer.NO, Answer.EXCEPTION)
    rows = [r for r in checklist.rows if checklist.is_checklist or r.answer in told]
    bar = one_bar(checklist.title, {answer.value: number for answer, number in counts})
    return Answered(checklist, counts, bar, first(rows, _ROWS))


def _questions(assessment: Assessment) -> Listing[Shown]:
    every = assessment.questions
    rows = (_shown(assessment, f, number < 20) for number, f in enumerate(every[:_QUESTIONS]))
    return Listing(tuple(rows), len(every))


def _charts(assessment: Assessment, rows: Sequence[AccessRow]) -> tuple[Chart, ...]:
    every = (gaps_by_area(assessment), answers_by_area(assessment), entries_by_caller(rows))
    return tuple(chart for chart in every if chart.bars)


def _architecture(assessment: Assessment) -> Graph | None:
    try:
        return architecture(assessment.prototype)
    except FactUnavailable:
        return None


_WORDS = {"open": "may call", "uses": "uses", "cycle": "uses, and is used by it"}


def _drawing(graph: Graph | None, name: str) -> Drawing | None:
    if graph is None:
        return None
    return Drawing(svg_of(graph, name), first(_as_text(graph), 200))


def _as_text(graph: Graph) -> Iterable[tuple[str, str, str]]:
    labels = {node.id: node.label for node in graph.nodes}
    for edge in graph.edges:
        yield labels[edge.source], _WORDS.get(edge.style, edge.style), labels[edge.target]
