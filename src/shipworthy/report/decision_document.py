"""What was decided, as a JSON document with a published schema."""

from __future__ import annotations

from typing import Any

from shipworthy import __version__
from shipworthy.decide import Decision
from shipworthy.decide.confidence import word
from shipworthy.decide.estimate import Range
from shipworthy.decide.plan import Task
from shipworthy.decide.signal import Signal
from shipworthy.decide.verdict import ComponentVerdict, Flip, Ground
from shipworthy.documents import schema_of, to_json
from shipworthy.finding import Evidence, Finding
from shipworthy.intent.answers import Answers
from shipworthy.prototype.tree import printable
from shipworthy.report.decision_shape import (
    SCHEMA_ID,
    AnswersDocument,
    BandDocument,
    ChoiceDocument,
    ComponentDocument,
    DecisionDocument,
    EstimateDocument,
    ExplainedDocument,
    FlipDocument,
    GapReference,
    GroundDocument,
    OptionDocument,
    PathDocument,
    PlaceDocument,
    RangeDocument,
    ReasonDocument,
    SignalDocument,
    TaskDocument,
    TierDocument,
)
from shipworthy.report.json_report import ToolDocument, inert


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
