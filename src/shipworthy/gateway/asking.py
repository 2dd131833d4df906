"""One attempt at one model: the whole answer, or a stream that has begun."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from shipworthy.gateway.call import Usage
from shipworthy.gateway.conversation import CannotTranslate
from shipworthy.gateway.dialects.dialect import Body, Dialect
from shipworthy.gateway.exchange import Exchange, document, translated
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.relay import Relay
from shipworthy.gateway.sse import EventFrames, LineFrames
from shipworthy.gateway.targets import Target
from shipworthy.gateway.upstream import Response, Upstream, garbage, truncated

LINGERING = 3.0  # seconds that usage and the like may come behind the end of an answer


@dataclass(slots=True)
class Whole:
    """An answer in the caller's dialect; `raw` where it is byte for byte what the provider sent."""

    body: Body
    raw: bytes | None
    usage: Usage | None


@dataclass(slots=True)
class Begun:
    """A stream whose first words are there: `ready` goes out first, then what `rest` yields."""

    ready: bytes
    rest: AsyncGenerator[bytes]
    relay: Relay
    response: Response


async def ask(upstream: Upstream, exchange: Exchange, target: Target) -> Whole:
    """The whole answer of a model. Raises Problem, also where its time is up."""
    dialect = spoken(target, exchange)
    response: Response | None = None
    first = min(exchange.call.feature.timeouts.first_byte, exchange.seconds_left)
    try:
        response = await _sent(upstream, exchange, target, dialect, first)
        response.wait_at_most(exchange.seconds_left)
        read = without_key(await response.whole(), target)
    except TimeoutError as error:
        raise timed_out() from error
    finally:
        if response is not None:
            response.close()
    answer = document(read)
    if answer is None or not dialect.is_answer(answer):
        raise garbage("The model provider's answer is not one that can be read.")
    usage = dialect.usage(answer)
    if dialect is exchange.dialect:
        return Whole(answer, read, usage)
    try:
        own = translated(dialect, exchange.dialect, answer, exchange.call.model, exchange.call.id)
    except CannotTranslate as error:
        raise untranslatable(error) from error
    return Whole(own, None, usage)


async def begin(upstream: Upstream, exchange: Exchange, target: Target) -> Begun:
    """A stream of which the first words have come. Raises Problem as long as nothing has gone out."""
    dialect = spoken(target, exchange)
    times = exchange.call.feature.timeouts
    started = time.monotonic()
    try:
        first = min(times.first_byte, exchange.seconds_left)
        response = await _sent(upstream, exchange, target, dialect, first)
    except TimeoutError as error:
        raise timed_out() from error
    relay = Relay(exchange, target, dialect)
    frames = dialect.frames()
    ready = b""
    try:
        if response.media_type in ("text/html", "application/json") and dialect.stream_type not in (
            response.media_type,
        ):
            raise garbage("The model provider answered a stream with something else.")
        while not relay.spoke:
            left = min(times.first_byte - (time.monotonic() - started), exchange.seconds_left)
            piece = await _piece(response, left)
            out, wrong = relay.pass_on(frames.push(piece) if piece else frames.finish())
            if wrong is not None:
                raise wrong
            ready += out
            if not piece and not relay.spoke:
                raise truncated()
    except BaseException:
        response.close()
        raise
    return Begun(ready, _rest(exchange, response, relay, frames), relay, response)


async def _rest(
    exchange: Exchange, response: Response, relay: Relay, frames: EventFrames | LineFrames
) -> AsyncGenerator[bytes]:
    """What follows the first words, until the stream is complete. Raises Problem."""
    idle = exchange.call.feature.timeouts.idle
    while True:
        left = min(LINGERING if relay.over else idle, exchange.seconds_left)
        try:
            piece = await _piece(response, left)
        except Problem:
            if not relay.over:
                raise
            piece = b""  # all was said: some servers then break off, or keep the connection open
        out, wrong = relay.pass_on(frames.push(piece) if piece else frames.finish())
        if out:
            yield out
        if wrong is not None:
            raise wrong
        if not piece:
            break
    if not relay.complete:
        raise truncated()
    if last := relay.finish():
        yield last


async def _sent(
    upstream: Upstream, exchange: Exchange, target: Target, dialect: Dialect, seconds: float
) -> Response:
    try:
        body = exchange.outgoing(target, dialect)
    except CannotTranslate as error:
        raise untranslatable(error) from error
    url = target.provider.url.rstrip("/") + dialect.path(target.model, exchange.streams)
    try:
        headers = dialect.headers(target.key)
        if exchange.passed and dialect is exchange.dialect:
            headers = {**headers, **exchange.passed}
        return await upstream.post(url, body, headers, seconds)
    except Problem as problem:
        if target.key:  # some providers repeat the key that they refuse
            problem.message = problem.message.replace(target.key, "[key]")
        raise


async def _piece(response: Response, seconds: float) -> bytes:
    try:
        response.wait_at_most(seconds)
        return await response.piece()
    except TimeoutError as error:
        raise timed_out() from error


def spoken(target: Target, exchange: Exchange) -> Dialect:
    """The dialect to ask this model in. Raises Problem where it has none for such a request."""
    dialect = target.dialect_for(exchange.dialect)
    if dialect is None:
        raise untranslatable(CannotTranslate("embeddings"))
    return dialect


def without_key(read: bytes, target: Target) -> bytes:
    """The answer without our key, should a provider send it back."""
    return read.replace(target.key.encode(), b"[key]") if len(target.key) >= 8 else read


def timed_out() -> Problem:
    """The model took too long."""
    return Problem(
        Kind.TIMEOUT, "provider_timeout", "The model did not answer in time.", billed=True
    )


def untranslatable(error: CannotTranslate) -> Problem:
    """The request cannot be put to this provider."""
    return Problem(
        Kind.BAD_REQUEST, "not_translatable", f"This model cannot be asked with {error}."
    )
