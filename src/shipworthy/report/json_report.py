"""The assessment as a JSON document with a published schema."""

from __future__ import annotations

import re
from typing import Any, Literal

from shipworthy import __version__
from shipworthy.assess import Assessment
from shipworthy.documents import Document, schema_of, to_json
from shipworthy.finding import Evidence, Finding, Outcome, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.tree import printable
from shipworthy.report.access_document import EntryDocument, access_documents
from shipworthy.report.checklist_document import ChecklistDocument, checklist_documents
from shipworthy.report.database_document import DatabaseDocument, database_document
from shipworthy.report.severities import SeverityWord, severity_word

SCHEMA_ID = "urn:shipworthy:schema:assessment:1"

OutcomeWord = Literal["gap", "satisfied", "not_applicable", "unknown"]


class EvidenceDocument(Document):
    """One piece of evidence; `path` and `line` are null where it stands in no file."""

    source: str
    path: str | None
    line: int | None
    excerpt: str


class FindingDocument(Document):
    """One answer of one control for one subject.

    `accepted` says who lives with the gap, until when and why; `new` is false for a gap of the baseline.
    """

    control: str
    area: str
    subject: str
    outcome: OutcomeWord
    proof: Literal["proven", "observed", "attested"]
    severity: SeverityWord
    confidence: Literal["high", "medium", "low"]
    message: str
    evidence: list[EvidenceDocument]
    requirements: list[str]
    accepted: str | None
    new: bool


class ControlDocument(Document):
    """One control that was asked."""

    id: str
    area: str
    title: str
    consequence: str
    severity: SeverityWord
    requirements: list[str]


class UnreadDocument(Document):
    """A file or folder that was not looked at."""

    path: str
    reason: str


class PrototypeDocument(Document):
    """What was assessed. `digest` covers the files as read; `commit` is null without version control."""

    name: str
    origin: str
    origin_confidence: str
    frameworks: list[str]
    data: list[str]
    services: list[str]
    languages: dict[str, int]
    files: int
    digest: str
    commit: str | None


class ToolDocument(Document):
    """Which version looked."""

    name: str
    version: str


class AssessmentDocument(Document):
    """A whole assessment. `access` is the map of server entry points; `database` is null where it was
    not rebuilt."""

    schema: str
    tool: ToolDocument
    prototype: PrototypeDocument
    summary: dict[str, int]
    controls: list[ControlDocument]
    findings: list[FindingDocument]
    checklists: list[ChecklistDocument]
    unread: list[UnreadDocument]
    access: list[EntryDocument]
    database: DatabaseDocument | None


def assessment_document(assessment: Assessment) -> AssessmentDocument:
    """The document of an assessment. Deterministic: no time and no machine path goes into it."""
    by_id = {c.id: c for c in assessment.controls}
    old = set(assessment.gaps) - set(assessment.new_gaps)
    return AssessmentDocument(
        schema=SCHEMA_ID,
        tool=ToolDocument(name="shipworthy", version=__version__),
        prototype=_prototype(assessment.prototype, assessment.digest),
        summary=summary(assessment),
        controls=[
            ControlDocument(
                id=c.id,
                area=c.area,
                title=c.title,
                consequence=c.consequence,
                severity=severity_word(c.severity),
                requirements=list(c.satisfies),
            )
            for c in assessment.controls
        ],
        findings=[
            _finding(f, by_id[f.control].area, by_id[f.control].satisfies, f not in old)
            for f in assessment.findings
        ],
        checklists=checklist_documents(assessment),
        unread=[UnreadDocument(path=u.path, reason=u.reason) for u in assessment.unread],
        access=access_documents(assessment),
        database=database_document(assessment.prototype),
    )


def json_report(assessment: Assessment) -> str:
    """The assessment as JSON text."""
    return inert(to_json(assessment_document(assessment)))


def inert(text: str) -> str:
    """JSON text in which no character steers a terminal or fails to be written as UTF-8."""
    return _STEERING.sub(lambda m: f"\\u{ord(m[0]):04x}", _LONE.sub("\ufffd", text))


_STEERING = re.compile(r"[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONE = re.compile(r"[\ud800-\udfff]")  # half a character, from an escape like "\ud800"


def assessment_schema() -> dict[str, Any]:
    """The JSON Schema that every assessment document meets."""
    return schema_of(AssessmentDocument, SCHEMA_ID, "shipworthy assessment")


def summary(assessment: Assessment) -> dict[str, int]:
    """How many findings there are of each outcome, and open gaps of each severity; gaps of low
    confidence are questions, and gaps that somebody lives with are accepted."""
    counts = dict.fromkeys((*(o.value for o in Outcome), "question", "accepted"), 0)
    counts |= {f"gap_{s.label}": 0 for s in sorted(Severity, key=lambda s: -s.value)}
    for finding in assessment.findings:
        counts[counted_as(finding)] += 1
        if finding.is_alarm:
            counts[f"gap_{finding.severity.label}"] += 1
    return counts


def counted_as(finding: Finding) -> str:
    """The outcome, but for gaps that somebody lives with, and those of low confidence: questions."""
    if finding.accepted:
        return "accepted"
    return "question" if finding.is_question else finding.outcome.value


def _prototype(prototype: Prototype, digest: str) -> PrototypeDocument:
    stack = prototype.stack
    return PrototypeDocument(
        name=printable(prototype.root.name),
        origin=prototype.origin.tool.value,
        origin_confidence=prototype.origin.confidence.value,
        frameworks=list(stack.frameworks),
        data=list(stack.data),
        services=list(stack.services),
        languages=dict(stack.languages),
        files=len(prototype.files),
        digest=digest,
        commit=prototype.git.commit if prototype.git else None,
    )


def _finding(
    finding: Finding, area: str, requirements: tuple[str, ...], new: bool
) -> FindingDocument:
    return FindingDocument(
        control=finding.control,
        area=area,
        subject=finding.subject,
        outcome=finding.outcome.value,
        proof=finding.proof.value,
        severity=severity_word(finding.severity),
        confidence=finding.confidence.value,
        message=finding.message,
        evidence=[_evidence(e) for e in finding.evidence],
        requirements=list(requirements),
        accepted=finding.accepted or None,
        new=new,
    )


def _evidence(evidence: Evidence) -> EvidenceDocument:
    place = evidence.location
    return EvidenceDocument(
        source=evidence.source,
        path=place.path if place else None,
        line=place.line if place else None,
        excerpt=evidence.excerpt,
    )
