"""The one form that dialects are translated through: what is asked, what is answered, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shipworthy.gateway.call import Role, Usage


class CannotTranslate(Exception):
    """A request holds something that another dialect has no words for; the message names it."""


@dataclass(frozen=True, slots=True)
class Words:
    """Text."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture: base64 data with its media type, or an address that the provider fetches."""

    media_type: str = ""
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants a tool to be called; the arguments are a JSON document."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool returned."""

    id: str
    name: str
    text: str


Part = Words | Image | ToolCall | ToolResult


@dataclass(frozen=True, slots=True)
class Message:
    """One turn, of the user or the assistant."""

    role: Role
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the model may call."""

    name: str
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A request. `tool_choice` is auto, none, required or the name of a tool."""

    system: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    json_mode: bool = False
    schema: dict[str, Any] | None = None  # that the answer shall follow


class Finish(StrEnum):
    """Why an answer ended."""

    STOP = "stop"
    LENGTH = "length"
    TOOLS = "tools"
    FILTER = "filter"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish: Finish = Finish.STOP
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class TextPiece:
    """More text."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolBegins:
    """A tool call begins; `index` tells it from others of the same answer."""

    index: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ToolPiece:
    """More of the arguments of a tool call."""

    index: int
    arguments: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer is complete."""

    finish: Finish
    usage: Usage | None


Piece = TextPiece | ToolBegins | ToolPiece | Ended
