"""What the gateway must know of a dialect: where texts stand, how it streams, and how to translate it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import orjson

from shipworthy.gateway.call import Passage, Role, Usage
from shipworthy.gateway.conversation import Answer, CannotTranslate, Conversation, Piece
from shipworthy.gateway.problem import Problem
from shipworthy.gateway.sse import EventFrames, LineFrames, event_bytes

Body = dict[str, Any]


class Reader(ABC):
    """Turns the events of one stream into pieces."""

    @abstractmethod
    def read(self, event: Body) -> Iterator[Piece]:
        """The pieces that an event holds."""


class Writer(ABC):
    """Turns the pieces of one answer into events."""

    @abstractmethod
    def write(self, piece: Piece) -> Iterator[Body]:
        """The events that say this piece."""

    def begin(self) -> Iterator[Body]:
        """The events before the first piece."""
        yield from ()


class Dialect(ABC):
    """One way of speaking to models over HTTP.

    Every reading method copes with documents of any shape: what is not where it should be is left out.
    """

    name: ClassVar[str]
    stream_type: ClassVar[str] = "text/event-stream"
    passed_headers: ClassVar[tuple[str, ...]] = ()  # of a caller, to providers of this dialect

    # What the gateway reads of a request.

    @abstractmethod
    def passages(self, body: Body) -> list[Passage]:
        """The texts of a request, in order."""

    def streams(self, body: Body) -> bool:
        """Whether the caller wants a stream."""
        return body.get("stream") is True

    def user(self, body: Body) -> str:
        """The end user that a request names; "" where it names none."""
        named = body.get("user")
        return named if isinstance(named, str) else ""

    @abstractmethod
    def output_limit(self, body: Body) -> int | None:
        """The most tokens of output that a request asks for."""

    @abstractmethod
    def limit_output(self, body: Body, tokens: int) -> None:
        """Set that limit."""

    @abstractmethod
    def without_tools(self, body: Body) -> bool:
        """Take the tools out of a request; whether it had any."""

    def choices(self, body: Body) -> int:  # noqa: ARG002
        """How many answers a request asks for."""
        return 1

    @abstractmethod
    def continued(self, body: Body, answer: str, words: str) -> Body:
        """A copy of the request with an answer of the model and further words of the user."""

    def unstreamed(self, body: Body) -> Body:
        """A copy of the request that asks for a whole answer."""
        return {n: v for n, v in body.items() if n != "stream_options"} | {"stream": False}

    # What it sends.

    @abstractmethod
    def path(self, model: str, stream: bool) -> str:
        """Where a provider expects the request, below its URL."""

    @abstractmethod
    def headers(self, key: str) -> Mapping[str, str]:
        """How a provider expects its key."""

    @abstractmethod
    def addressed(self, body: Body, model: str, stream: bool, stream_usage: bool) -> Body:
        """The request with the provider's name of the model; the same object where nothing changes."""

    # What it reads of an answer.

    @abstractmethod
    def is_answer(self, document: Body) -> bool:
        """Whether this is an answer at all, not an error or something else."""

    @abstractmethod
    def answer_passages(self, answer: Body) -> list[Passage]:
        """The texts of an answer."""

    @abstractmethod
    def tools_called(self, document: Body) -> list[str]:
        """The tools that an answer or an event begins to call."""

    @abstractmethod
    def usage(self, document: Body) -> Usage | None:
        """What an answer or an event says about tokens."""

    # Streams.

    def frames(self) -> EventFrames | LineFrames:
        """What cuts a stream into events."""
        return EventFrames()

    @abstractmethod
    def event_passages(self, event: Body) -> list[Passage]:
        """The texts of an event, each with the channel that it continues."""

    @abstractmethod
    def closes(self, event: Body) -> bool:
        """Whether texts end with this event, so that what was held back of them must go out."""

    def closes_text(self, event: Body, channel: str) -> bool:  # noqa: ARG002
        """Whether this text is one of those that end with an event that closes some."""
        return True

    @abstractmethod
    def ends(self, event: Body) -> bool:
        """Whether the answer is complete with this event."""

    def breaks_off(self, event: Body) -> bool:
        """Whether the event says that the provider has failed."""
        return bool(event.get("error")) and not any(p.text for p in self.event_passages(event))

    def is_surplus(self, event: Body) -> bool:  # noqa: ARG002
        """Whether the event is there only because the gateway asked for usage."""
        return False

    def event(self, event: Body) -> bytes:
        """An event as it goes over the wire."""
        return self.framed(orjson.dumps(event), "")

    def framed(self, data: bytes, name: str) -> bytes:
        """The data of an event, and its name where it has one, as they go over the wire."""
        return event_bytes(data, name)

    def ending(self) -> bytes:
        """What follows the last event."""
        return b""

    # Problems.

    @abstractmethod
    def problem(self, problem: Problem) -> Body:
        """A problem as SDKs of this dialect understand it."""

    def problem_event(self, problem: Problem) -> bytes:
        """A problem in a stream that has begun."""
        return event_bytes(orjson.dumps(self.problem(problem)))

    # Translation. What has no words in the other form raises CannotTranslate.

    @abstractmethod
    def read_request(self, body: Body) -> Conversation:
        """The request in the common form."""

    @abstractmethod
    def write_request(self, conversation: Conversation, model: str, stream: bool) -> Body:
        """A request of this dialect."""

    @abstractmethod
    def read_answer(self, answer: Body) -> Answer:
        """The answer in the common form."""

    @abstractmethod
    def write_answer(self, answer: Answer, model: str, id: str) -> Body:
        """An answer of this dialect."""

    @abstractmethod
    def reader(self) -> Reader:
        """Reads one stream."""

    @abstractmethod
    def writer(self, model: str, id: str) -> Writer:
        """Writes one stream."""


def dicts(value: Any) -> list[Body]:
    """The objects of a list; none where it is no list."""
    if not isinstance(value, list):
        return []
    for item in value:
        if not isinstance(item, dict):
            return [one for one in value if isinstance(one, dict)]
    return value


def a_dict(value: Any) -> Body:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def a_text(value: Any) -> str:
    """The text, or an empty one."""
    return value if isinstance(value, str) else ""


def tokens(input: Any, output: Any) -> Usage | None:
    """A usage that can be believed; None where a number is missing, negative or no number."""
    if type(input) is not int or type(output) is not int or input < 0 or output < 0:
        return None
    return Usage(input, output)


def a_number(value: Any) -> float | None:
    """The number where it is one."""
    return value if type(value) in (int, float) else None


def texts(value: Any) -> tuple[str, ...]:
    """A text or the texts of a list; none where it is neither."""
    if isinstance(value, str):
        return (value,)
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def whole_number(value: Any) -> int | None:
    """The number where it is one and above zero."""
    return value if type(value) is int and value > 0 else None


def leaves(holder: Any, key: Any, role: Role, whole: bool = True) -> Iterator[Passage]:
    """The texts inside a JSON value, e.g. the arguments of a tool call; names of fields are not texts."""
    value = holder[key]
    if isinstance(value, str):
        yield Passage(holder, key, role, whole=whole)
    elif isinstance(value, dict):
        for name in value:
            yield from leaves(value, name, role, whole)
    elif isinstance(value, list):
        for at in range(len(value)):
            yield from leaves(value, at, role, whole)


def as_object(arguments: str) -> Body:
    """The arguments of a tool call as an object; empty where they are none. Raises CannotTranslate."""
    try:
        read = orjson.loads(arguments or "{}")
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise CannotTranslate("arguments of a tool call that are not JSON") from error
    return a_dict(read)


def as_text(value: Any) -> str:
    """A JSON value as text."""
    return orjson.dumps(value).decode()
