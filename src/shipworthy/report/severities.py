"""The words that documents use for a severity."""

from __future__ import annotations

from typing import Literal

from shipworthy.finding import Severity

SeverityWord = Literal["critical", "high", "medium", "low"]

_WORDS: dict[Severity, SeverityWord] = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "high",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
}


def severity_word(severity: Severity) -> SeverityWord:
    """The word of a severity, as the schemas list it."""
    return _WORDS[severity]
