"""The assessment as SARIF 2.1.0, for code-scanning views and editors."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from shipworthy import __version__
from shipworthy.assess import Assessment
from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Outcome, Severity
from shipworthy.report.json_report import inert

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
# Code-scanning views sort by this score; the numbers are the middle of their bands.
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
_RANKS = {Confidence.HIGH: 90.0, Confidence.MEDIUM: 60.0, Confidence.LOW: 30.0}
# SARIF's own words for the four outcomes; a gap that a person has to confirm is one to review.
_KINDS = {
    Outcome.GAP: "fail",
    Outcome.UNKNOWN: "open",
    Outcome.SATISFIED: "pass",
    Outcome.NOT_APPLICABLE: "notApplicable",
}


def sarif_report(assessment: Assessment) -> str:
    """The assessment as SARIF text."""
    return inert(json.dumps(sarif_log(assessment), indent=2, ensure_ascii=False) + "\n")


def sarif_log(assessment: Assessment) -> dict[str, Any]:
    """The SARIF log: a rule per control; a result per gap and per open question."""
    rules = {c.id: index for index, c in enumerate(assessment.controls)}
    results = [
        _result(f, rules[f.control]) | _standing(f, assessment)
        for f in assessment.findings
        if f.outcome in (Outcome.GAP, Outcome.UNKNOWN)
    ]
    run = {
        "tool": {
            "driver": {
                "name": "shipworthy",
                "version": __version__,
                "rules": [_rule(c) for c in assessment.controls],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"PROTOTYPE": {"description": {"text": "The prototype's folder"}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {
                        "level": "note",
                        "message": {"text": f"{u.path} was not looked at: {u.reason}"},
                    }
                    for u in assessment.unread
                ],
            }
        ],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def fingerprint(finding: Finding) -> str:
    """Stable under edits of other lines: made of control and subject alone."""
    key = f"{finding.control}\0{finding.subject}".encode(errors="backslashreplace")
    return hashlib.sha256(key).hexdigest()[:32]


def _rule(control: Control) -> dict[str, Any]:
    return {
        "id": control.id,
        "name": "".join(word.capitalize() for word in control.id.split("-")),
        "shortDescription": {"text": control.title},
        "fullDescription": {"text": control.consequence},
        "help": {"text": f"{control.consequence} Run: shipworthy explain {control.id}"},
        "defaultConfiguration": {"level": _LEVELS[control.severity]},
        "properties": {
            "tags": ["security", control.area, *control.satisfies],
            "security-severity": _SECURITY_SEVERITY[control.severity],
        },
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    failed = finding.is_alarm or bool(finding.accepted)
    result: dict[str, Any] = {
        "ruleId": finding.control,
        "ruleIndex": index,
        "kind": "review" if finding.is_question else _KINDS[finding.outcome],
        # The specification demands level "none" for every kind but "fail".
        "level": _LEVELS[finding.severity] if failed else "none",
        "message": {"text": f"{finding.subject}: {finding.message}"},
        "partialFingerprints": {"controlAndSubject/v1": fingerprint(finding)},
        "properties": {
            "subject": finding.subject,
            "proof": finding.proof.value,
            "severity": finding.severity.label,
            "confidence": finding.confidence.value,
        },
    }
    if failed:
        result["rank"] = _RANKS[finding.confidence]
    places = [_location(e) for e in finding.evidence if e.location]
    if places:
        result["locations"] = places[:1]
    if len(places) > 1:
        result["relatedLocations"] = [{"id": i, **p} for i, p in enumerate(places[1:], 1)]
    return result


def _standing(finding: Finding, assessment: Assessment) -> dict[str, Any]:
    """Whether somebody accepted it and whether the baseline has it, in SARIF's own words."""
    standing: dict[str, Any] = {}
    if finding.accepted:
        standing["suppressions"] = [{"kind": "external", "justification": finding.accepted}]
    if assessment.baseline is not None and finding.outcome is Outcome.GAP:
        known = assessment.baseline.knows(finding)
        standing["baselineState"] = "unchanged" if known else "new"
    return standing


def _location(evidence: Evidence) -> dict[str, Any]:
    place = evidence.location
    if place is None:
        return {}
    region: dict[str, Any] = {"startLine": max(place.line, 1)}
    if place.end_line > place.line:
        region["endLine"] = place.end_line
    if evidence.excerpt:
        region["snippet"] = {"text": evidence.excerpt}
    uri = {"uri": quote(place.path), "uriBaseId": "PROTOTYPE"}
    return {"physicalLocation": {"artifactLocation": uri, "region": region}}
