"""What the due-diligence pack shows, gathered once: twenty sections, each from facts and decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shipworthy.assess import Assessment
from shipworthy.assess.checklist import Answer, Checklist, Row
from shipworthy.assess.gate import Gate
from shipworthy.decide import Decision
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Finding, Outcome, Proof
from shipworthy.frameworks.crosswalk import NAMES, corresponding
from shipworthy.register.attestation import Attestation
from shipworthy.register.checkpoint import Checkpoint
from shipworthy.register.standing import Standing, standing_of
from shipworthy.register.waiver import State, Waiver
from shipworthy.report.groups import Group, by_control
from shipworthy.report.html.content import Content, content_of
from shipworthy.report.json_report import counted_as
from shipworthy.report.lines import counted
from shipworthy.report.strengths import Strength

_PLACES = 3  # of one kind of gap
_UNKNOWN = 3  # reasons of one area
_KINDS = 5  # of gap behind one answer
_PARTS = {
    "security": ("secrets", "access", "database", "http"),
    "quality": ("testing", "architecture"),
    "performance": ("performance",),
    "operations": ("reliability", "operations", "observability"),
    "ai": ("ai",),
    "privacy": ("privacy",),
    "supply": ("supply_chain",),
}
"""Which areas of controls a section of the pack shows."""


@dataclass(frozen=True, slots=True)
class Part:
    """What was found about some areas: open gaps by kind, what is right, and what was not seen."""

    groups: tuple[Group, ...]
    strengths: tuple[Strength, ...]
    unknown: tuple[tuple[str, int], ...]  # reason, how many answers
    more_unknown: int

    def places(self, group: Group) -> tuple[Finding, ...]:
        """The first places of a kind of gap."""
        return group.examples[:_PLACES]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Something that somebody lives with, from shipworthy.toml or the register."""

    what: str
    state: str
    who: str
    until: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How often a control answered what, and how it knows."""

    control: str
    title: str
    counts: Mapping[str, int]
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A framework and how many of its ids correspond to rows that are yes, no or open."""

    framework: str
    contradicted: tuple[str, ...]
    seen: int
    open: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why files were not read in full: how many, and the first of them."""

    reason: str
    count: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """The pack, section by section."""

    content: Content
    decision: Decision
    gate: Gate
    day: date
    owner: str
    solo: bool
    entries: int
    head: str
    checkpoint: Checkpoint | None
    notes: tuple[str, ...]
    parts: Mapping[str, Part]
    people: Mapping[str, str]
    exceptions: tuple[Accepted, ...]
    attestations: tuple[Attestation, ...]
    asked: tuple[Asked, ...]
    mapped: tuple[Mapped, ...]
    tests: int
    test_files: int
    left_out: tuple[LeftOut, ...]


def because(row: Row, titles: Mapping[str, str]) -> str:
    """Why a row is answered so: the kinds of gap by their titles, for readers who know no control."""
    if row.answer not in (Answer.NO, Answer.EXCEPTION) or not row.findings:
        return row.reason
    counts = Counter(finding.control for finding in row.findings)
    said = [
        f"{titles[control]} ({counted(count, 'place')})" if count > 1 else titles[control]
        for control, count in list(counts.items())[:_KINDS]
    ]
    if len(counts) > _KINDS:
        said.append(f"and {counted(len(counts) - _KINDS, 'more kind')} of gap")
    prefix = "Accepted: " if row.answer is Answer.EXCEPTION else ""
    return prefix + "; ".join(said)


def pack_of(decision: Decision, gate: Gate) -> Pack:
    """Gather everything. The same decision and gate give the same pack."""
    assessment, register = decision.assessment, gate.register
    standing = standing_of(register.entries) if register else None
    content = content_of(assessment)
    tests = _tests(assessment)
    return Pack(
        content=content,
        decision=decision,
        gate=gate,
        day=gate.day,
        owner=standing.owner if standing else "",
        solo=bool(standing and standing.solo),
        entries=len(register.entries) if register else 0,
        head=register.head if register else "",
        checkpoint=register.checkpoint if register else None,
        notes=register.notes if register else (),
        parts={name: _part(assessment, content, areas) for name, areas in _PARTS.items()},
        people=_people(decision, standing),
        exceptions=tuple(_exceptions(assessment, standing, gate.day)),
        attestations=standing.attestations if standing else (),
        asked=tuple(_asked(assessment)),
        mapped=tuple(_mapped(content)),
        tests=len(tests),
        test_files=len(set(tests)),
        left_out=tuple(_left_out(assessment)),
    )


def _part(assessment: Assessment, content: Content, areas: Sequence[str]) -> Part:
    groups = by_control(assessment.gaps, assessment.controls)
    area_of = {c.id: c.area for c in assessment.controls}
    unknown: dict[str, int] = {}
    for finding in assessment.findings:
        if finding.outcome is Outcome.UNKNOWN and area_of[finding.control] in areas:
            unknown[finding.message] = unknown.get(finding.message, 0) + 1
    ordered = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    return Part(
        groups=tuple(g for g in groups if g.control.area in areas),
        strengths=tuple(s for s in content.strengths if s.area in areas),
        unknown=tuple(ordered[:_UNKNOWN]),
        more_unknown=sum(n for _, n in ordered[_UNKNOWN:]),
    )


def _people(decision: Decision, standing: Standing | None) -> Mapping[str, str]:
    answers = decision.answers
    said = next((s for s in decision.signals if s.name == "explained" and s.known), None)
    who = said.value if said else "not answered"
    return {
        "Owner, who decides": standing.owner if standing else "nobody is named",
        "May approve": ", ".join(standing.approvers) if standing else "nobody is named",
        "Can explain how it works": who,
        "People who work on it": "not answered" if answers.team is None else f"{answers.team:g}",
        "Commits in the history": f"{len(decision.assessment.prototype.commits):,}",
    }


def _exceptions(assessment: Assessment, standing: Standing | None, day: date) -> Iterator[Accepted]:
    for waiver in standing.waivers if standing else ():
        yield _of_register(waiver, day)
    for accepted in assessment.prototype.settings.intent.acceptances:
        if accepted.source != ".shipworthy/register.db":
            state = State.APPROVED if accepted.holds(day) else State.EXPIRED
            what = f"{accepted.control} on {accepted.subject}"
            yield Accepted(what, state.value, accepted.by, accepted.until, accepted.reason)


def _of_register(waiver: Waiver, day: date) -> Accepted:
    decision = waiver.decision
    who = f"asked by {waiver.asked_by}"
    if decision:
        who += f"; {decision.state.value} by {decision.by}{' (solo mode)' if decision.solo else ''}"
    reason = waiver.reason + (f"; instead: {waiver.compensating}" if waiver.compensating else "")
    what = f"{waiver.control} on {waiver.subject}"
    return Accepted(what, waiver.state(day).value, who, waiver.until, reason)


def _asked(assessment: Assessment) -> Iterator[Asked]:
    findings: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        findings.setdefault(finding.control, []).append(finding)
    for control in sorted(assessment.controls, key=lambda c: c.id):
        found = findings.get(control.id, [])
        counts = Counter(map(counted_as, found))
        proofs = tuple(p for p in Proof if any(f.proof is p for f in found))
        yield Asked(control.id, control.title, counts, proofs)


def _mapped(content: Content) -> Iterator[Mapped]:
    """What the rows of the OSPS Baseline mean for the frameworks that it maps to."""
    osps = next((a.checklist for a in content.frameworks if a.checklist.id == "osps"), None)
    for framework, name in NAMES.items() if osps else ():
        yield _correspondence(osps, framework, name)


def _correspondence(osps: Checklist | None, framework: str, name: str) -> Mapped:
    contradicted: dict[str, None] = {}
    seen: dict[str, None] = {}
    every: dict[str, None] = {}
    for row in osps.rows if osps else ():
        ids = corresponding(row.id).get(framework, ())
        every |= dict.fromkeys(ids)
        if row.answer is Answer.NO:
            contradicted |= dict.fromkeys(ids)
        elif row.answer in (Answer.YES, Answer.EXCEPTION):
            seen |= dict.fromkeys(ids)
    clear = seen.keys() - contradicted.keys()
    return Mapped(
        name, tuple(contradicted), len(clear), len(every) - len(clear) - len(contradicted)
    )


def _left_out(assessment: Assessment) -> Iterator[LeftOut]:
    paths: dict[str, list[str]] = {}
    for unread in assessment.unread:
        paths.setdefault(unread.reason, []).append(unread.path)
    for reason, found in sorted(paths.items(), key=lambda item: (-len(item[1]), item[0])):
        yield LeftOut(reason, len(found), tuple(found[:_PLACES]))


def _tests(assessment: Assessment) -> list[str]:
    try:
        return [test.location.path for test in assessment.prototype.tests]
    except FactUnavailable:
        return []
