"""What harden did, as a JSON document with a published schema."""

from __future__ import annotations

from typing import Any, Literal

from shipworthy import __version__
from shipworthy.assess import Assessment
from shipworthy.documents import Document, schema_of, to_json
from shipworthy.finding import Finding
from shipworthy.harden.hardening import Closed, Hardening
from shipworthy.harden.repository import BRANCH
from shipworthy.prototype.tree import printable
from shipworthy.report.json_report import ToolDocument, inert, summary
from shipworthy.report.severities import SeverityWord, severity_word
from shipworthy.report.verdict import verdict_of

SCHEMA_ID = "urn:shipworthy:schema:hardening:1"


class ReadinessDocument(Document):
    """The verdict on one state; `summary` counts findings as an assessment does."""

    commit: str
    readiness: Literal["not ready", "conditional", "ready"]
    sentence: str
    summary: dict[str, int]


class GapDocument(Document):
    """The gap that something is about, as an assessment names it."""

    control: str
    subject: str
    severity: SeverityWord
    message: str


class ClosedDocument(Document):
    """A gap that a commit closes, with its proof before and after."""

    gap: GapDocument
    proof_before: str
    proof_after: str


class CommitDocument(Document):
    """One commit on the branch, what it closes, and how to take it back."""

    sha: str
    subject: str
    area: str
    closed: list[ClosedDocument]
    review: Literal["safe", "careful", "by_hand"]
    paths: list[str]
    undo: str


class RefusalDocument(Document):
    """A remedy that did not hold and left no trace."""

    gap: GapDocument
    remedy: str
    reason: str


class ByHandDocument(Document):
    """A gap that a person has to close; `how` is empty where `shipworthy explain` says it."""

    gap: GapDocument
    how: str


class ClosableDocument(Document):
    """A gap that is open and that a machine may close: this run was not asked to."""

    gap: GapDocument
    remedy: str


class CheckDocument(Document):
    """One of the prototype's own checks, before the first commit and after the last. `before` is empty
    where it passes afterwards: then nobody looked."""

    name: str
    before: str
    after: str
    worse: bool


class HardeningDocument(Document):
    """A whole run. `continued` names the commit of an earlier run that it went on from. `thorough` is
    true where no gap is left that blocks a launch and that a machine may close."""

    schema: str
    tool: ToolDocument
    prototype: str
    branch: str
    continued: str | None
    written: bool
    applied: bool
    thorough: bool
    before: ReadinessDocument
    after: ReadinessDocument
    commits: list[CommitDocument]
    refused: list[RefusalDocument]
    by_hand: list[ByHandDocument]
    closable: list[ClosableDocument]
    checks: list[CheckDocument]
    notes: list[str]


def hardening_document(done: Hardening) -> HardeningDocument:
    """The document of a run; no time and no machine path goes into it."""
    return HardeningDocument(
        schema=SCHEMA_ID,
        tool=ToolDocument(name="shipworthy", version=__version__),
        prototype=printable(done.before.prototype.root.name),
        branch=BRANCH,
        continued=done.repository.base if done.repository.continued else None,
        written=done.delivered,
        applied=done.applied,
        thorough=done.is_thorough,
        before=_readiness(done.before, done.repository.base),
        after=_readiness(done.after, done.tip),
        commits=[
            CommitDocument(
                sha=commit.sha,
                subject=commit.subject,
                area=commit.area,
                closed=[_closed(one) for one in commit.closed],
                review=commit.review.value,
                paths=[printable(path) for path in commit.paths],
                undo=commit.undo,
            )
            for commit in done.commits
        ],
        refused=[
            RefusalDocument(gap=_gap(r.finding), remedy=r.summary, reason=printable(r.reason))
            for r in done.refused
        ],
        by_hand=[ByHandDocument(gap=_gap(left.finding), how=left.how) for left in done.by_hand],
        closable=[
            ClosableDocument(gap=_gap(left.finding), remedy=left.summary) for left in done.closable
        ],
        checks=[
            CheckDocument(name=c.name, before=c.before, after=c.after, worse=c.worse)
            for c in done.checks
        ],
        notes=list(done.notes),
    )


def hardening_json(done: Hardening) -> str:
    """The document as JSON text."""
    return inert(to_json(hardening_document(done)))


def hardening_schema() -> dict[str, Any]:
    """The JSON Schema that every hardening document meets."""
    return schema_of(HardeningDocument, SCHEMA_ID, "shipworthy hardening")


def _readiness(assessment: Assessment, commit: str) -> ReadinessDocument:
    verdict = verdict_of(assessment)
    return ReadinessDocument(
        commit=commit,
        readiness=verdict.readiness.value,
        sentence=verdict.sentence,
        summary=summary(assessment),
    )


def _closed(one: Closed) -> ClosedDocument:
    return ClosedDocument(
        gap=_gap(one.finding), proof_before=one.before, proof_after=printable(one.after)
    )


def _gap(finding: Finding) -> GapDocument:
    return GapDocument(
        control=finding.control,
        subject=finding.subject,
        severity=severity_word(finding.severity),
        message=finding.message,
    )
