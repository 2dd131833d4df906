"""A finding: what one control says of one subject, and how it knows."""

from __future__ import annotations

from enum import Enum, StrEnum

from msgspec import Struct


class Outcome(StrEnum):
    """The answer of a control for one subject. Silence is never SATISFIED."""

    GAP = "gap"
    SATISFIED = "satisfied"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class Proof(StrEnum):
    """How a finding is known."""

    PROVEN = "proven"  # seen happening on the running system
    OBSERVED = "observed"  # read in the code
    ATTESTED = "attested"  # a person said so


class Confidence(StrEnum):
    """How sure a finding is. LOW is a question for a person, not an alarm."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Severity(Enum):
    """What a gap does to a launch; ordered, LOW < CRITICAL. CRITICAL and HIGH block it."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The lower-case word that documents and reports use."""
        return self.name.lower()

    @property
    def blocks_launch(self) -> bool:
        """True for CRITICAL and HIGH."""
        return self.value >= Severity.HIGH.value


class Location(Struct, frozen=True, order=True):
    """A place in a file of the prototype: POSIX path from its root and 1-based line numbers."""

    path: str
    line: int = 1
    end_line: int = 0  # 0: same as line

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    def __reduce__(self) -> tuple[type[Location], tuple[str, int, int]]:
        # Processes hand over thousands; the way of all frozen dataclasses takes twice as long.
        return Location, (self.path, self.line, self.end_line)


CHECK = "check"
"""The source of evidence that is a check which keeps nobody out: many gaps may rest on one."""


class Evidence(Struct, frozen=True):
    """Something the reader can open: where it comes from, what it says and where it stands.

    `source` is one word for the kind of fact ("code", "manifest", "git", "advisory", …).
    """

    source: str
    excerpt: str
    location: Location | None = None


class Finding(Struct, frozen=True):
    """One answer. Identified by control and subject, never by line, so that waivers survive edits."""

    control: str
    subject: str
    outcome: Outcome
    message: str
    severity: Severity
    proof: Proof = Proof.OBSERVED
    confidence: Confidence = Confidence.HIGH
    evidence: tuple[Evidence, ...] = ()
    accepted: str = ""  # who lives with this gap, until when and why; empty: nobody

    @property
    def is_alarm(self) -> bool:
        """True for an open gap that is sure enough to act on."""
        return self._is_open and self.confidence is not Confidence.LOW

    @property
    def is_question(self) -> bool:
        """True for what may be a gap, which a person has to say."""
        return self._is_open and self.confidence is Confidence.LOW

    @property
    def _is_open(self) -> bool:
        return self.outcome is Outcome.GAP and not self.accepted

    @property
    def location(self) -> Location | None:
        """The first place the evidence points to."""
        return next((e.location for e in self.evidence if e.location), None)
