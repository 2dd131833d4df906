"""Send a reply: whole, as a stream, or as a problem in the words of the caller's dialect."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from shipworthy.gateway.call import Outcome, Record
from shipworthy.gateway.dialects.dialect import Dialect
from shipworthy.gateway.exchange import Exchange, dumped
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.request import Head, Request
from shipworthy.gateway.sse import EventFrames


def send_whole(request: Request, exchange: Exchange, body: bytes) -> None:
    """A body with its length."""
    stream = exchange.call.stream  # an answer of our own to a caller that wants a stream
    kind = exchange.dialect.stream_type if stream else "application/json"
    if exchange.as_array:
        kind, body = "application/json", _Array().all(body)
    exchange.record.status = 200
    request.reply(200, [(b"content-type", kind.encode()), *_said(exchange.record)], body)


async def send_stream(
    request: Request, exchange: Exchange, first: bytes, rest: AsyncIterator[bytes]
) -> None:
    """A stream that has begun; when it breaks now, the caller learns it in its own words."""
    record, array = exchange.record, _Array() if exchange.as_array else None
    kind = "application/json" if array else exchange.dialect.stream_type
    record.status = 200
    record.first_token = time.time() - record.at
    head: Head = [(b"content-type", kind.encode()), (b"cache-control", b"no-cache"), *_said(record)]
    request.begin(200, head, array.next(first) if array else first)
    try:
        async for piece in rest:
            await request.more(array.next(piece) if array else piece)
    except Problem as problem:
        record.outcome, record.error = Outcome.FAILED, problem.code
        problem.__traceback__ = None  # as in the application: it would keep what was read
        event = exchange.dialect.problem_event(problem)
        await request.more(array.next(event) if array else event)
    request.end(b"]" if array else b"")


def send_problem(request: Request, dialect: Dialect, problem: Problem, record: Record) -> None:
    """A problem before anything has gone out."""
    status = problem.kind.status
    if record.status == 200:
        return  # the head has gone out: the connection ends, and the caller sees that
    record.status, record.error = status, problem.code
    record.outcome = Outcome.FAILED if status >= 500 else Outcome.REFUSED
    body = dumped(dialect.problem(problem))
    head: Head = [
        (b"content-type", b"application/json"),
        # The gateway has tried again already; the SDKs of OpenAI and Anthropic heed this.
        (b"x-should-retry", b"false"),
        *_said(record),
    ]
    if problem.kind in (Kind.TOO_LARGE, Kind.SLOW_CALLER):
        head.append((b"connection", b"close"))
    request.reply(status, head, body)


def _said(record: Record) -> Head:
    """What the gateway says beside an answer."""
    said: Head = [(b"x-shipworthy", record.outcome.value.encode())]
    for name, value in (
        # Where the SDKs look for it.
        (b"request-id" if record.dialect == "anthropic" else b"x-request-id", record.id),
        (b"x-shipworthy-model", record.model),
        (b"x-shipworthy-reason", record.error),
        (b"x-shipworthy-notes", ", ".join(record.notes)),
    ):
        if value:
            said.append((name, value.encode("ascii", "replace").replace(b"\n", b" ")))
    if record.screening not in ("", "allow"):
        said.append((b"x-shipworthy-screening", record.screening.encode()))
    return said


class _Array:
    """Gemini's stream without alt=sse: one JSON array that grows."""

    def __init__(self) -> None:
        self._begun = False

    def next(self, events: bytes) -> bytes:
        """The events as further items of the array."""
        out = b""
        for frame in EventFrames().push(events):
            out += (b",\n" if self._begun else b"[") + frame.data
            self._begun = True
        return out

    def all(self, events: bytes) -> bytes:
        """A whole stream."""
        return self.next(events) + b"]"
