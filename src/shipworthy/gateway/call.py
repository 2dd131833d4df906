"""One call to a model: what was asked, by whom, and which stretches of text it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shipworthy.gateway.policy import Feature


class Role(StrEnum):
    """Who speaks in a stretch of text."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"  # what a tool returned: as untrusted as anything from outside


class Passage:
    """A stretch of text in a request, an answer or a stream event, and the place where it stands.

    Tool schemas, identifiers, images and the like are never passages. `channel` tells the texts of a
    stream apart that grow side by side (choices, content blocks, arguments of tool calls). `is_json`
    says that the text is a JSON document itself (arguments of a tool call), so that what is put into
    it must be escaped. `whole` says that a stream event repeats a text from its beginning.
    """

    __slots__ = ("channel", "holder", "is_json", "key", "role", "whole")

    def __init__(
        self,
        holder: Any,
        key: Any,
        role: Role,
        channel: str = "",
        is_json: bool = False,
        whole: bool = False,
    ) -> None:
        self.holder = holder
        self.key = key
        self.role = role
        self.channel = channel
        self.is_json = is_json
        self.whole = whole

    @property
    def text(self) -> str:
        """The text as it stands there now."""
        value: str = self.holder[self.key]
        return value

    def write(self, text: str) -> None:
        """Put another text in its place, in the document it was taken from."""
        self.holder[self.key] = text


@dataclass(slots=True)
class Usage:
    """Tokens of one call. `estimated` where the provider said nothing that can be believed."""

    input: int = 0
    output: int = 0
    estimated: bool = False


@dataclass(slots=True)
class Call:
    """A request as it came in, parsed, in the dialect of its caller.

    `body` is ours: redaction writes its placeholders into it before anything is sent.
    """

    id: str
    dialect: str  # the name of a dialect: "openai-chat", "anthropic", …
    feature: Feature
    key: str  # the id of the virtual key, never the key
    user: str  # the end user as the caller names them; "" where it does not
    model: str  # as asked for
    stream: bool
    body: dict[str, Any]
    passages: list[Passage]

    @property
    def prototype(self) -> str:
        """The name of the prototype that calls."""
        return self.feature.prototype


class Outcome(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"  # by the model that was asked first
    FALLBACK = "fallback"  # by another model of the chain
    CACHED = "cached"
    DETERMINISTIC = "deterministic"  # a registered answer, or the message that replaces one
    REFUSED = "refused"  # by us: key, budget, switch, screening, output check
    FAILED = "failed"  # nothing of the above could be given
    ABANDONED = "abandoned"  # the caller went away


@dataclass(slots=True)
class Record:
    """What is known about a call when it has ended; written once, handed to every observer.

    Times in seconds, money in billionths of a US dollar. The texts are as the provider saw them, so
    with placeholders where redaction is on; they are empty where no observer asked for them.
    """

    id: str
    prototype: str
    feature: str
    key: str
    user: str
    dialect: str
    asked: str  # model
    stream: bool
    at: float  # since the epoch
    model: str = ""  # that answered
    provider: str = ""
    outcome: Outcome = Outcome.FAILED
    error: str = ""  # the code of the problem that the caller got
    status: int = 0
    seconds: float = 0.0
    first_token: float | None = None
    attempts: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: int = 0
    price_known: bool = True
    redacted: Mapping[str, int] = field(default_factory=dict)  # how many of each kind
    screening: str = ""  # the action, "" where nothing screened
    score: float | None = None
    notes: list[str] = field(default_factory=list)  # "repaired", "soft budget", "usage doubtful", …
    request_texts: tuple[str, ...] = ()
    answer_texts: tuple[str, ...] = ()
