"""The contract of a control: it knows one gap, detects it, closes it and proves it closed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from shipworthy.finding import Confidence, Evidence, Finding, Outcome, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.evidence import Edge
from shipworthy.prototype.prototype import NOT_REPLAYED
from shipworthy.remedy import Remedy, Verification


class Control(ABC):
    """One gap and all that is known about it.

    A subclass states its metadata in the class line and implements `detect`; it lives alone in
    `controls/<area>/<name>/control.py`, which is all the registration there is.

    - `id`: as one would waive it, kebab-case; its folder is the same word with underscores
    - `title`: the gap in a few words
    - `consequence`: what the gap means for the launch, one sentence that a founder understands
    - `severity`: of its gaps, where a finding does not say otherwise
    - `satisfies`: requirement ids of `frameworks/`, e.g. "A10", "owasp:A02", "cwe:798"
    - `needs_database`: judges the rebuilt database, not the code; `prove` asks these
    """

    id: ClassVar[str]
    title: ClassVar[str]
    consequence: ClassVar[str]
    severity: ClassVar[Severity]
    satisfies: ClassVar[tuple[str, ...]]
    needs_database: ClassVar[bool]
    area: ClassVar[str]

    def __init_subclass__(
        cls,
        *,
        id: str,
        title: str,
        consequence: str,
        severity: Severity,
        satisfies: tuple[str, ...],
        needs_database: bool = False,
    ) -> None:
        super().__init_subclass__()
        cls.id = id
        cls.title = title
        cls.consequence = consequence
        cls.severity = severity
        cls.satisfies = satisfies
        cls.needs_database = needs_database
        cls.area = cls.__module__.split(".")[-3] if cls.__module__.count(".") >= 3 else ""

    @property
    def never_hidden(self) -> bool:
        """True where a baseline must not hide a gap: exposed secrets (A10) and known CVEs (A14)."""
        return bool({"A10", "A14"} & set(self.satisfies))

    @abstractmethod
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        """Judge the facts: one finding per subject. Pure; raises FactUnavailable where blind."""

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """What closes this gap, or None where only a person can tell."""
        del prototype, finding
        return None

    def verify(self, prototype: Prototype, finding: Finding) -> Verification:
        """Ask again on the changed prototype; override to prove more than reading can."""
        again = {f.subject: f for f in self.detect(prototype)}
        now = again.get(finding.subject)
        if now is None:
            return Verification(True, f"{finding.subject} is no longer there")
        return Verification(now.outcome is Outcome.SATISFIED, now.message)

    def closed_by_proxy(self, prototype: Prototype, finding: Finding, edge: Edge) -> str:
        """What of the attacks on the proxy closes this gap, in words; "" where none does.

        Only what the proxy itself enforces counts: whose row a signed-in user reads it cannot know.
        """
        del prototype, finding, edge
        return ""

    def gap(
        self,
        subject: str,
        message: str,
        *evidence: Evidence,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
        proof: Proof = Proof.OBSERVED,
    ) -> Finding:
        """The subject has the gap. The message says what was seen, in one line."""
        severity = severity or self.severity
        return self._finding(Outcome.GAP, subject, message, evidence, severity, confidence, proof)

    def satisfied(
        self, subject: str, message: str, *evidence: Evidence, proof: Proof = Proof.OBSERVED
    ) -> Finding:
        """The subject was looked at and is right."""
        return self._finding(Outcome.SATISFIED, subject, message, evidence, proof=proof)

    def not_applicable(self, message: str, subject: str = "prototype") -> Finding:
        """The question does not arise here, and why."""
        return self._finding(Outcome.NOT_APPLICABLE, subject, message, ())

    def unknown(self, subject: str, reason: str, *evidence: Evidence) -> Finding:
        """We could not see, and why."""
        return self._finding(Outcome.UNKNOWN, subject, reason, evidence)

    def not_tried(self) -> Finding:
        """The database was read and not rebuilt: what its rules do beyond that is not known."""
        return self.unknown("prototype", NOT_REPLAYED)

    def _finding(
        self,
        outcome: Outcome,
        subject: str,
        message: str,
        evidence: tuple[Evidence, ...],
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
        proof: Proof = Proof.OBSERVED,
    ) -> Finding:
        return Finding(
            control=self.id,
            subject=subject,
            outcome=outcome,
            message=message,
            severity=severity or self.severity,
            proof=proof,
            confidence=confidence,
            evidence=evidence,
        )
