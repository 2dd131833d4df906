"""Assessments made by hand, so that a report can be shown what no prototype has at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

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


def hostile(root: Path) -> Assessment:
    """A prototype whose every name, line and message tries to become markup."""
    code = (
        f"export const a = `{HOSTILE}`;\nfetch('https://evil.example.org/{HOSTILE}');\n"
        'const x = process.env["<img src=x onerror=alert(1)>"];\n'
        'export const b = "\u202egnp.exe";\n'
    )
    sql = f'create table "{HOSTILE}" (id int, "<b onclick=1>" text);\n'
    folder = written(
        root / "<img src=x onerror=alert(1)>",
        {
            "src/<svg onload=alert(1)>.ts": code,
            "app/api/<iframe>/route.ts": code
            + "export async function GET() { return fetch('/'); }\n",
            "supabase/migrations/1.sql": sql,
            "package.json": f'{{"dependencies": {{"</script><script>x": "{HOSTILE[:8]}"}}}}',
        },
    )
    place = Location("src/<svg onload=alert(1)>.ts", 1)
    findings = [
        gap("secret-in-code", HOSTILE, f"Says {HOSTILE}", place=place),
        gap("csrf", HOSTILE, HOSTILE, confidence=Confidence.LOW, place=place),
        gap("rls-disabled", HOSTILE, f"unknown {HOSTILE}", outcome=Outcome.UNKNOWN),
        gap("no-tests", HOSTILE, HOSTILE, outcome=Outcome.SATISFIED),
        Finding(
            "no-lock-file",
            "</style><script>",
            Outcome.GAP,
            "\u202ereversed",
            Severity.LOW,
            evidence=(Evidence("x", HOSTILE), Evidence("y", "<base href=//evil>", place)),
        ),
    ]
    return assessed(folder, findings)
