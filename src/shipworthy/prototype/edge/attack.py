"""An attack on the proxy in front of a prototype, and what came of it."""

from __future__ import annotations

from enum import StrEnum

from shipworthy.documents import Document


class Verdict(StrEnum):
    """What came of an attack. Only what was seen counts as HELD."""

    HELD = "held"  # refused or made harmless, and the honest request beside it went through
    BROKEN = "broken"  # it did what it must not
    NOT_APPLICABLE = "not_applicable"  # the policy asks for no such thing
    UNKNOWN = "unknown"  # could not be tried, or what came back says nothing


class Exchange(Document):
    """One request and its answer, in a line each; secrets are masked."""

    sent: str
    got: str


class Attack(Document):
    """One attempt: what it tried, what a safe answer is, what came back."""

    id: str
    family: str
    tries: str
    safe: str
    verdict: Verdict
    reason: str
    seen: tuple[Exchange, ...] = ()
    seconds: float = 0.0
    subject: str = ""  # the path of the policy's route that it is about; "": the whole proxy
    where: str = "running"  # "running": the proxy itself; "twin": the same policy before an echo
