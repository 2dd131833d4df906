"""The shape of a decision as JSON: what its published schema promises."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shipworthy.documents import Document
from shipworthy.report.json_report import ToolDocument

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
