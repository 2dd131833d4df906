"""Assessments made by hand, so that a report can be shown what no prototype has at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from shipworthy.assess import Assessment
from shipworthy.finding import Confidence, Evidence, Finding, Location, Outcome, Proof, Severity
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

HOSTILE = '<script>alert("x")</script>'


def written(root: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def assessed(root: Path, findings: Sequence[Finding] | None = None) -> Assessment:
    """The folder's assessment, with other findings where some are given."""
    found = run_assess(root, Settings(workers=1))
    return found if findings is None else replace(found, findings=tuple(findings))


def gap(
    control: str,
    subject: str,
    message: str = "It is open",
    *,
    place: Location | None = None,
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.HIGH,
    proof: Proof = Proof.OBSERVED,
    outcome: Outcome = Outcome.GAP,
) -> Finding:
    """One finding, with one piece of evidence where it has a place."""
    evidence = (Evidence("code", "the line", place),) if place else ()
    return Finding(control, subject, outcome, message, severity, proof, confidence, evidence)
