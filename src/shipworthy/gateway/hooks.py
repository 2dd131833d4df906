"""Where redaction, screening, output checks and observers take hold of a call.

All hooks are synchronous and run on the event loop: each must be quick (microseconds per kilobyte). They
see texts in the dialect of the caller and never learn about dialects, providers or transport.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from shipworthy.gateway.call import Call, Passage, Record
from shipworthy.gateway.policy import Feature


class Fragments(Protocol):
    """One text that arrives in pieces."""

    def push(self, fragment: str) -> str:
        """Take the next piece; give what can be passed on now (may be empty)."""
        ...

    def finish(self) -> str:
        """The text is over: give what was held back."""
        ...


class Restorer(Protocol):
    """Puts back what redaction replaced, for one call."""

    def restore(self, text: str, is_json: bool) -> str:
        """A whole text with its placeholders replaced; escaped for JSON where the text is JSON."""
        ...

    def fragments(self, is_json: bool) -> Fragments:
        """The same for a text that arrives in pieces."""
        ...


@dataclass(frozen=True, slots=True)
class Redaction:
    """The texts of a request with placeholders, in the order of the passages."""

    texts: Sequence[str]
    restorer: Restorer
    counts: Mapping[str, int] = field(default_factory=dict)  # by kind


class Redactor(Protocol):
    """Replaces personal data and secrets before a provider sees them."""

    def redact(self, passages: Sequence[Passage], feature: Feature) -> Redaction | None:
        """None where nothing was replaced."""
        ...


class Action(StrEnum):
    """What follows from a screening score."""

    ALLOW = "allow"
    STRIP_TOOLS = "strip-tools"  # the model answers, and can call nothing
    REVIEW = "review"  # the model answers, and a person looks at it
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much a request looks like an injection."""

    action: Action
    score: float
    reason: str = ""


class Screener(Protocol):
    """Scores requests."""

    def screen(self, passages: Sequence[Passage], feature: Feature) -> Verdict:
        """Sees the texts before redaction."""
        ...


class OutputRefused(Exception):
    """An answer must not reach the caller; `reason` goes to the caller and quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutputCheck(Protocol):
    """Looks at answers before their placeholders are restored. Each may raise OutputRefused."""

    def check(self, call: Call, text: str) -> str:
        """A whole text as it may be passed on: the same, or with links made harmless."""
        ...

    def fragments(self, call: Call) -> Fragments | None:
        """The same for a text that arrives in pieces; None where this feature checks nothing."""
        ...

    def tool(self, call: Call, name: str) -> None:
        """The model wants to call this tool."""
        ...


class Observer(Protocol):
    """Learns about every call that ended, whatever its end."""

    wants_texts: bool  # fill Record.request_texts and answer_texts

    def finished(self, record: Record) -> None:
        """Must not raise and must not block: queue what takes time."""
        ...

    def flush(self) -> None:
        """Called every half second and before the end: write what is queued."""
        ...


@dataclass(frozen=True, slots=True)
class Hooks:
    """All hooks of a gateway."""

    redactor: Redactor | None = None
    screener: Screener | None = None
    outputs: OutputCheck | None = None
    observers: tuple[Observer, ...] = ()
    metrics: Mapping[str, Metrics] = field(default_factory=dict)  # by path on the admin socket
    wants_texts: bool = field(init=False)  # an observer does

    def __post_init__(self) -> None:
        wants = any(observer.wants_texts for observer in self.observers)
        object.__setattr__(self, "wants_texts", wants)


class Metrics(Protocol):
    """A page that the admin socket serves, e.g. "/metrics"."""

    content_type: str

    def render(self) -> bytes:
        """The page as it stands now."""
        ...
