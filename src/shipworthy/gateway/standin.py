"""What is said in place of a model: a registered answer, or a message that explains."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from shipworthy.gateway.call import Call, Role
from shipworthy.gateway.conversation import (
    Answer,
    Ended,
    Piece,
    TextPiece,
    ToolBegins,
    ToolPiece,
)
from shipworthy.gateway.dialects.dialect import Body, Dialect


def stand_in(call: Call) -> Answer | None:
    """The first registered answer that fits the last words of the user, else the feature's message."""
    if call.dialect == "openai-embeddings":
        return None  # a vector cannot be made up
    said = [p.text for p in call.passages if p.role is Role.USER]
    last = said[-1].casefold() if said else ""
    for registered in call.feature.answers:
        if registered.contains.casefold() in last:
            return Answer(registered_text(registered.answer))
    return Answer(call.feature.message) if call.feature.message else None


def registered_text(answer: object) -> str:
    """A registered answer as a model would say it."""
    return answer if isinstance(answer, str) else orjson.dumps(answer).decode()


def as_body(answer: Answer, call: Call, dialect: Dialect) -> Body:
    """An answer of our own in the caller's dialect."""
    return dialect.write_answer(answer, call.model, call.id)


def as_stream(answer: Answer, call: Call, dialect: Dialect) -> bytes:
    """The same as a stream, all at once."""
    writer = dialect.writer(call.model, call.id)
    events = [
        *writer.begin(),
        *(event for piece in _pieces(answer) for event in writer.write(piece)),
    ]
    shown = (event for event in events if not dialect.is_surplus(event))
    return b"".join(dialect.event(event) for event in shown) + dialect.ending()


def _pieces(answer: Answer) -> Iterator[Piece]:
    if answer.text:
        yield TextPiece(answer.text)
    for at, call in enumerate(answer.tool_calls):
        yield ToolBegins(at, call.id, call.name)
        yield ToolPiece(at, call.arguments)
    yield Ended(answer.finish, answer.usage)
