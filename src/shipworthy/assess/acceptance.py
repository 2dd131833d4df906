"""What shipworthy.toml and the register accept: a gap that somebody lives with until a day is no open gap."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from shipworthy.finding import Evidence, Finding, Outcome
from shipworthy.intent import Acceptance, Intent


def accepted(finding: Finding, intent: Intent, today: date) -> Finding:
    """The finding, marked where an acceptance covers it; one that has ended leaves it open and says so."""
    if finding.outcome is not Outcome.GAP:
        return finding
    about = [a for a in intent.acceptances if a.covers(finding.control, finding.subject)]
    holding = [a for a in about if a.holds(today)]
    if holding:
        longest = max(holding, key=lambda a: a.until)
        return replace(finding, accepted=_words(longest))
    if not about:
        return finding
    last = max(about, key=lambda a: a.until)
    ended = Evidence(
        last.source, f"{last.by} accepted this until {last.until}: that day has passed"
    )
    return replace(finding, evidence=(*finding.evidence, ended))


def unmatched(intent: Intent, asked: set[str], findings: tuple[Finding, ...]) -> list[Acceptance]:
    """The acceptances of the asked controls that are about no gap (any more), in their order."""
    gaps = [f for f in findings if f.outcome is Outcome.GAP]
    return [
        a
        for a in intent.acceptances
        if a.control in asked and not any(a.covers(f.control, f.subject) for f in gaps)
    ]


def _words(acceptance: Acceptance) -> str:
    return f"by {acceptance.by} until {acceptance.until}: {acceptance.reason}"
