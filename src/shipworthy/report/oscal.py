"""The assessment as NIST OSCAL assessment results, for governance tools that read no SARIF."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from shipworthy import __version__
from shipworthy.assess import Assessment
from shipworthy.assess.checklist import Answer, Checklist, Row, checklists
from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Outcome, Proof
from shipworthy.frameworks.crosswalk import NAMES, corresponding
from shipworthy.report.json_report import inert

OSCAL_VERSION = "1.1.3"
"""The release whose schema the document keeps to; later releases of 1.x read it as well."""

_NAMESPACE = UUID("6f1c3f5e-8f0c-5d8e-9a39-0f6f0a8f7d11")  # of the ids that are made here
_PROPERTIES = "urn:shipworthy:oscal:1"
_METHODS = {Proof.PROVEN: "TEST", Proof.OBSERVED: "EXAMINE", Proof.ATTESTED: "INTERVIEW"}
# OSCAL knows satisfied and not-satisfied alone; the reason tells "known to be wrong" from "not known".
_STATES = {
    Answer.YES: ("satisfied", "pass"),
    Answer.NO: ("not-satisfied", "fail"),
    Answer.EXCEPTION: ("not-satisfied", "other"),
    Answer.UNKNOWN: ("not-satisfied", "other"),
}
_PLAN = (
    "There is no separate assessment plan: every control of shipworthy was asked about the content whose"
    " SHA-256 stands in the results, and each row of each framework was answered from that."
)
_LIMITS = (
    "Made from the files of one commit by a machine. It is no certificate and no authorisation. A row that"
    " is not known is written as not-satisfied with the reason `other`: unknown never counts as satisfied."
)


def oscal_report(assessment: Assessment) -> str:
    """The assessment as OSCAL JSON text."""
    return inert(json.dumps(oscal_document(assessment), indent=2, ensure_ascii=False) + "\n")


def oscal_document(assessment: Assessment) -> dict[str, Any]:
    """Assessment results: an observation for each gap and each unknown, a risk for each kind of gap, a
    finding for each row of a framework that applies. The same assessment gives the same document."""
    name = assessment.prototype.root.name
    day = f"{assessment.prototype.settings.today.isoformat()}T00:00:00Z"
    tool, plan = _id("tool", __version__), _id("plan", assessment.digest)
    return {
        "assessment-results": {
            "uuid": _id("document", assessment.digest, day),
            "metadata": {
                "title": _line(f"Assessment of {name}"),
                "last-modified": day,
                "version": assessment.digest[:16],
                "oscal-version": OSCAL_VERSION,
                "parties": [
                    {"uuid": tool, "type": "organization", "name": f"shipworthy {__version__}"}
                ],
                "remarks": _LIMITS,
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [_result(assessment, name, day, tool)],
            "back-matter": {
                "resources": [{"uuid": plan, "title": "What was asked", "description": _PLAN}]
            },
        }
    }


def _result(assessment: Assessment, name: str, day: str, tool: str) -> dict[str, Any]:
    controls = {control.id: control for control in assessment.controls}
    shown = [f for f in assessment.findings if f.outcome in (Outcome.GAP, Outcome.UNKNOWN)]
    gaps = [f for f in shown if f.outcome is Outcome.GAP]
    answered = [a for a in checklists(assessment) if any(_applies(row) for row in a.rows)]
    origin = [{"actors": [{"type": "tool", "actor-uuid": tool}]}]
    result: dict[str, Any] = {
        "uuid": _id("result", assessment.digest, day),
        "title": _line(f"Automated reading of {name}"),
        "description": f"{len(controls)} controls were asked; {len(gaps)} gaps are listed.",
        "start": day,
        "end": day,
        "props": [
            _property("content-sha256", assessment.digest),
            *(
                [_property("commit", assessment.prototype.git.commit)]
                if assessment.prototype.git and assessment.prototype.git.commit
                else []
            ),
        ],
        "reviewed-controls": {"control-selections": [_selection(a) for a in answered]},
    }
    lists = {
        "observations": [
            _observation(f, controls[f.control], day) | {"origins": origin} for f in shown
        ],
        "risks": [
            _risk(controls[id], found) | {"origins": origin} for id, found in _by_control(gaps)
        ],
        "findings": [
            _finding(row) | {"origins": origin} for a in answered for row in a.rows if _applies(row)
        ],
    }
    return result | {
        key: items for key, items in lists.items() if items
    }  # an empty list is not allowed


def _applies(row: Row) -> bool:
    return row.answer in _STATES


def _selection(answered: Checklist) -> dict[str, Any]:
    return {
        "description": _line(f"{answered.title} ({answered.source})"),
        "include-controls": [{"control-id": _token(r.id)} for r in answered.rows if _applies(r)],
    }


def _observation(finding: Finding, control: Control, day: str) -> dict[str, Any]:
    known = finding.outcome is Outcome.GAP
    observation: dict[str, Any] = {
        "uuid": _observation_id(finding),
        "title": _line(control.title if known else f"Not known: {control.title}"),
        "description": _line(f"{finding.subject}: {finding.message}"),
        "props": [
            _property("control", finding.control),
            _property("subject", finding.subject),
            _property("outcome", finding.outcome.value),
            *(
                (
                    _property("severity", finding.severity.label),
                    _property("confidence", finding.confidence.value),
                )
                if known
                else ()
            ),
        ],
        "methods": [_METHODS[finding.proof]],
        "collected": day,
    }
    evidence = [_evidence(e) for e in finding.evidence if e.location]
    return observation | ({"relevant-evidence": evidence} if evidence else {})


def _evidence(evidence: Evidence) -> dict[str, Any]:
    place = evidence.location
    href = f"{quote(place.path)}#L{max(place.line, 1)}" if place else ""
    return {"href": href, "description": _line(evidence.excerpt or evidence.source)}


def _by_control(gaps: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """Gaps of one kind, those that somebody accepted apart: they are another risk, with another state."""
    found: dict[tuple[str, bool], list[Finding]] = {}
    for gap in gaps:
        found.setdefault((gap.control, bool(gap.accepted)), []).append(gap)
    return ((control, gaps_) for (control, _), gaps_ in found.items())


def _risk(control: Control, gaps: Sequence[Finding]) -> dict[str, Any]:
    worst = max(gaps, key=lambda gap: gap.severity.value)
    risk: dict[str, Any] = {
        "uuid": _risk_id(gaps[0]),
        "title": _line(control.title),
        "description": _line(
            f"Seen in {len(gaps)} places." if len(gaps) > 1 else "Seen in one place."
        ),
        "statement": _line(control.consequence),
        "props": [
            _property("severity", worst.severity.label),
            _property(
                "blocks-launch",
                str(any(g.is_alarm and g.severity.blocks_launch for g in gaps)).lower(),
            ),
        ],
        "status": "deviation-approved" if gaps[0].accepted else "open",
        "related-observations": [{"observation-uuid": _observation_id(gap)} for gap in gaps],
    }
    if gaps[0].accepted:
        risk["mitigating-factors"] = [
            {"uuid": _id("accepted", g.control, g.subject), "description": _line(g.accepted)}
            for g in gaps
        ]
    return risk


def _finding(row: Row) -> dict[str, Any]:
    state, reason = _STATES[row.answer]
    finding: dict[str, Any] = {
        "uuid": _id("row", row.id),
        "title": _line(row.title),
        "description": _line(row.reason),
        "props": [
            _property("answer", row.answer.value),
            *(_property("answered-by", row.who) for _ in [0] if row.who),
            *(
                _property("corresponds-to", f"{NAMES[framework]}: {id}")
                for framework, ids in corresponding(row.id).items()
                if framework in NAMES
                for id in ids
            ),
        ],
        "target": {
            "type": "objective-id",
            "target-id": _token(row.id),
            "status": {"state": state, "reason": reason},
        },
    }
    if row.findings:
        finding["related-observations"] = [
            {"observation-uuid": _observation_id(f)} for f in row.findings
        ]
        risks = dict.fromkeys(_risk_id(f) for f in row.findings)
        finding["related-risks"] = [{"risk-uuid": risk} for risk in risks]
    return finding


def _observation_id(finding: Finding) -> str:
    return _id("observation", finding.control, finding.subject, finding.outcome.value)


def _risk_id(gap: Finding) -> str:
    return _id("risk", gap.control, "accepted" if gap.accepted else "open")


def _id(*parts: str) -> str:
    """An id that is the same for the same thing in each document, and so tells what is new."""
    made = uuid5(_NAMESPACE, "\0".join(parts).encode(errors="backslashreplace").decode())
    return str(made)


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": _PROPERTIES, "value": _line(value)}


def _line(text: str) -> str:
    """One line without space around it, as OSCAL wants strings; a dash where nothing is left."""
    return " ".join(text.split()) or "-"


def _token(id: str) -> str:
    """An id of a row as an OSCAL token: "osps:AC-01.01" becomes "osps_AC-01.01"."""
    token = "".join(c if c.isalnum() or c in "._-" else "_" for c in id)
    return token if token[:1].isalpha() or token.startswith("_") else f"_{token}"
