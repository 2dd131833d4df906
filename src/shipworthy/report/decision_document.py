"""What was decided, as a JSON document with a published schema."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from shipworthy import __version__
from shipworthy.decide import Decision
from shipworthy.decide.confidence import word
from shipworthy.decide.estimate import Range
from shipworthy.decide.plan import Task
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import ComponentVerdict, Flip, Ground
from shipworthy.documents import Document, schema_of, to_json
from shipworthy.finding import Evidence, Finding
from shipworthy.intent.answers import Answers
from shipworthy.prototype.tree import printable
from shipworthy.report.json_report import ToolDocument, inert

SCHEMA_ID = "urn:shipworthy:schema:decision:1"

ComponentWord = Literal["frontend", "api", "data-model", "auth", "ai"]
VerdictWord = Literal["not there", "keep", "harden", "refactor", "rebuild"]
OverallWord = Literal["harden only", "refactor", "rebuild in parallel", "not yet"]
PathWord = Literal["sidecar", "data-plane", "serverless", "hexagonal", "design-system"]


class GapReference(Document):
    """A gap, as an assessment names it."""

    control: str
    subject: str


class PlaceDocument(Document):
    """Something the reader can open; `path` and `line` are null where it stands in no file."""

    source: str
    path: str | None
    line: int | None
    excerpt: str


class SignalDocument(Document):
    """One measured fact. `lean` is from -1 (keep) to 1 (rebuild); null where unknown, with `reason`."""

    name: str
    title: str
    component: ComponentWord | None
    value: str
    direction: Literal["keep", "rebuild", "neither", "unknown"]
    lean: float | None
    weight: float
    source: str
    evidence: list[PlaceDocument]
    findings: list[GapReference]
    reason: str


class GroundDocument(Document):
    """A stated ground to do more than harden; `component` is null for the whole."""

    name: str
    says: str
    component: ComponentWord | None
    asks_for: VerdictWord
    signals: list[str]


class ComponentDocument(Document):
    """The verdict on one part, and the open gaps that lie in it."""

    component: ComponentWord
    verdict: VerdictWord
    why: str
    grounds: list[str]
    gaps: list[GapReference]


class FlipDocument(Document):
    """What would be decided if one signal were otherwise."""

    signal: str
    seen: str
    overall: OverallWord
    components: dict[ComponentWord, VerdictWord]


class ReasonDocument(Document):
    """What speaks for a path, or against it."""

    points: float
    says: str


class PathDocument(Document):
    """One path; `barred` says why it cannot be walked, empty where it can."""

    path: PathWord
    points: float
    chosen: bool
    reasons: list[ReasonDocument]
    barred: str


class ChoiceDocument(Document):
    """The chosen path and the others."""

    lead: PathWord
    sequence: list[PathWord]
    sentence: str
    options: list[PathDocument]


class TierDocument(Document):
    """The architecture by users, and what is too large for them."""

    tier: str
    why: str
    parts: list[str]
    premature: list[str]


class RangeDocument(Document):
    """Tenth, fiftieth and ninetieth percentile."""

    p10: float
    p50: float
    p90: float


class TaskDocument(Document):
    """One task with what it closes, who does it, what comes before and how long it takes.

    A machine proposes a change for `auto_fixable` of the `asked` gaps; of many alike, some are asked.
    """

    id: str
    title: str
    phase: str
    owner: str
    kind: Literal["remedy", "component", "path", "fixed"]
    means: Literal["auto-fixable", "partly auto-fixable", "by hand"]
    how: str
    component: ComponentWord | None
    closes: list[GapReference]
    asked: int
    auto_fixable: int
    after: list[str]
    hours: RangeDocument
    saved: float
    money: RangeDocument | None


class BandDocument(Document):
    """A range that others publish, to compare with."""

    name: str
    low: float
    high: float
    unit: str
    source: str


class OptionDocument(Document):
    """What one way would take if all parts went it."""

    overall: OverallWord
    hours: RangeDocument
    weeks: RangeDocument
    risk: str


class EstimateDocument(Document):
    """The whole, with what it assumes."""

    hours: RangeDocument
    by_hand: RangeDocument
    saved: float
    weeks: RangeDocument
    money: RangeDocument | None
    currency: str | None
    bands: list[BandDocument]
    assumptions: list[str]
    warnings: list[str]


class ExplainedDocument(Document):
    """Who can explain it; `by` is empty where nobody can."""

    by: str
    on: date | None
    record: str


class AnswersDocument(Document):
    """What a person answered; null where nobody did."""

    aims: list[str] | None
    users: int | None
    live: bool | None
    deadline: date | None
    team: float | None
    explained: ExplainedDocument | None
    regulated: list[str] | None
    prototypes: int | None
    budget: float | None
    prototype_cost: float | None
    day_rate: float | None
    currency: str | None


class DecisionDocument(Document):
    """A whole decision. `digest` is the same for the same content and answers."""

    schema: str
    tool: ToolDocument
    prototype: str
    commit: str | None
    digest: str
    overall: OverallWord
    why: str
    rebuild_probability: float
    confidence: float
    confidence_word: Literal["high", "medium", "low"]
    components: list[ComponentDocument]
    grounds: list[GroundDocument]
    signals: list[SignalDocument]
    flips: list[FlipDocument]
    path: ChoiceDocument
    tier: TierDocument
    plan: list[TaskDocument]
    estimate: EstimateDocument
    options: list[OptionDocument]
    answers: AnswersDocument
    unanswered: list[str]
    contradictions: list[str]


def decision_document(decision: Decision) -> DecisionDocument:
    """The document of a decision; no time and no machine path goes into it."""
    prototype = decision.assessment.prototype
    return DecisionDocument(
        schema=SCHEMA_ID,
        tool=ToolDocument(name="shipworthy", version=__version__),
        prototype=printable(prototype.root.name),
        commit=prototype.git.commit if prototype.git else None,
        digest=decision.digest,
        overall=decision.overall.value,
        why=decision.why,
        rebuild_probability=decision.rebuild,
        confidence=decision.confidence,
        confidence_word=word(decision.confidence),
        components=[_component(c) for c in decision.components],
        grounds=[_ground(g) for g in decision.grounds],
        signals=[_signal(s) for s in decision.signals],
        flips=[_flip(f) for f in decision.flips],
        path=_path(decision),
        tier=TierDocument(
            tier=decision.tier.tier.value,
            why=decision.tier.why,
            parts=list(decision.tier.parts),
            premature=list(decision.tier.premature),
        ),
        plan=[_task(decision, task) for task in decision.plan.tasks],
        estimate=_estimate(decision),
        options=[
            OptionDocument(
                overall=o.overall.value, hours=_range(o.hours), weeks=_range(o.weeks), risk=o.risk
            )
            for o in decision.options
        ],
        answers=_answers(decision.answers),
        unanswered=[q.name for q in decision.unanswered],
        contradictions=list(decision.contradictions),
    )


def decision_json(decision: Decision) -> str:
    """The document as JSON text."""
    return inert(to_json(decision_document(decision)))


def decision_schema() -> dict[str, Any]:
    """The JSON Schema that every decision document meets."""
    return schema_of(DecisionDocument, SCHEMA_ID, "shipworthy decision")


def _gap(finding: Finding) -> GapReference:
    return GapReference(control=finding.control, subject=finding.subject)


def _place(evidence: Evidence) -> PlaceDocument:
    place = evidence.location
    return PlaceDocument(
        source=evidence.source,
        path=place.path if place else None,
        line=place.line if place else None,
        excerpt=evidence.excerpt,
    )


def _component(found: ComponentVerdict) -> ComponentDocument:
    return ComponentDocument(
        component=found.component.value,
        verdict=found.verdict.value,
        why=found.why,
        grounds=[g.name for g in found.grounds],
        gaps=[_gap(g) for g in found.gaps],
    )


def _ground(ground: Ground) -> GroundDocument:
    return GroundDocument(
        name=ground.name,
        says=ground.says,
        component=ground.component.value if ground.component else None,
        asks_for=ground.verdict.value,
        signals=[s.name for s in ground.signals],
    )


def _signal(signal: Signal) -> SignalDocument:
    return SignalDocument(
        name=signal.name,
        title=signal.title,
        component=signal.part.value if signal.part else None,
        value=printable(signal.value),
        direction=signal.direction.value,
        lean=signal.lean,
        weight=signal.weight,
        source=signal.source,
        evidence=[_place(e) for e in signal.evidence],
        findings=[_gap(f) for f in signal.findings],
        reason=signal.reason,
    )


def _flip(flip: Flip) -> FlipDocument:
    return FlipDocument(
        signal=flip.signal.name,
        seen=flip.seen,
        overall=flip.overall.value,
        components={c.value: v.value for c, v in flip.changed},
    )


def _path(decision: Decision) -> ChoiceDocument:
    choice = decision.path
    return ChoiceDocument(
        lead=choice.lead.value,
        sequence=[p.value for p in choice.sequence],
        sentence=choice.sentence,
        options=[
            PathDocument(
                path=o.path.value,
                points=o.points,
                chosen=o.path in choice.sequence,
                reasons=[ReasonDocument(points=r.points, says=r.says) for r in o.reasons],
                barred=o.barred,
            )
            for o in choice.options
        ],
    )


def _task(decision: Decision, task: Task) -> TaskDocument:
    estimate = decision.estimate.of(task.id)
    return TaskDocument(
        id=task.id,
        title=task.title,
        phase=task.phase.value,
        owner=task.owner.value,
        kind=task.kind.value,
        means=task.means.value,
        how=printable(task.how),
        component=task.component.value if task.component else None,
        closes=[_gap(f) for f in task.closes],
        asked=task.asked,
        auto_fixable=len(task.remedies),
        after=list(task.after),
        hours=_range(estimate.hours),
        saved=estimate.saved,
        money=_range(estimate.money) if estimate.money else None,
    )


def _range(found: Range) -> RangeDocument:
    return RangeDocument(p10=found.p10, p50=found.p50, p90=found.p90)


def _estimate(decision: Decision) -> EstimateDocument:
    estimate = decision.estimate
    return EstimateDocument(
        hours=_range(estimate.hours),
        by_hand=_range(estimate.by_hand),
        saved=estimate.saved,
        weeks=_range(estimate.weeks),
        money=_range(estimate.money) if estimate.money else None,
        currency=estimate.currency,
        bands=[
            BandDocument(name=b.name, low=b.low, high=b.high, unit=b.unit, source=b.source)
            for b in estimate.bands
        ],
        assumptions=list(estimate.assumptions),
        warnings=list(estimate.warnings),
    )


def _answers(answers: Answers) -> AnswersDocument:
    said = answers.explained
    return AnswersDocument(
        aims=None if answers.aims is None else [a.value for a in answers.aims],
        users=answers.users,
        live=answers.live,
        deadline=answers.deadline,
        team=answers.team,
        explained=ExplainedDocument(by=said.by, on=said.on, record=said.record) if said else None,
        regulated=None if answers.regulated is None else [r.value for r in answers.regulated],
        prototypes=answers.prototypes,
        budget=answers.budget,
        prototype_cost=answers.prototype_cost,
        day_rate=answers.day_rate,
        currency=answers.currency,
    )
