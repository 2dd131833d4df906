"""The one form that dialects are translated through: what is asked, what is answered, piece by piece."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
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


def matched(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The turns with every call of a tool under an id, and every result under that of its call.

    Some dialects give calls no ids and results only the name of their tool, others only an id. Calls that
    were made together, and what they returned, become one turn each: providers insist on that.
    """
    waiting: list[ToolCall] = []
    out: list[Message] = []
    numbers = (f"call_{n}" for n in itertools.count())
    for message in messages:
        parts = tuple(_matched(message.parts, waiting, numbers))
        if out and _go_on(out[-1], parts, message.role):
            out[-1] = Message(message.role, out[-1].parts + parts)
        else:
            out.append(Message(message.role, parts))
    return tuple(out)


def _matched(
    parts: tuple[Part, ...], waiting: list[ToolCall], ids: Iterator[str]
) -> Iterator[Part]:
    for part in parts:
        match part:
            case ToolCall():
                call = part if part.id else replace(part, id=next(ids))
                waiting.append(call)
                yield call
            case ToolResult(id, name, text):
                fits = (c for c in waiting if (c.id == id if id else c.name == name or not name))
                called = next(fits, None)
                if called is None:
                    yield part
                else:
                    waiting.remove(called)
                    yield ToolResult(called.id, name or called.name, text)
            case _:
                yield part


def _go_on(before: Message, parts: tuple[Part, ...], role: Role) -> bool:
    """Whether these belong to the turn before: results beside results, calls behind what was said."""
    if not parts or before.role is not role:
        return False
    if role is Role.ASSISTANT:
        return all(isinstance(part, ToolCall) for part in parts)
    return all(isinstance(part, ToolResult) for part in (*before.parts, *parts))


def new_call_id() -> str:
    """For a call of a tool by a provider that gives none; no other turn has the same."""
    return f"call_{secrets.token_hex(8)}"


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
