"""Read a request from its connection: bounded in size and time, and JSON or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import orjson

from shipworthy.gateway.policy import ServerOptions
from shipworthy.gateway.problem import Kind, Problem

DEEPEST = 100  # levels of a request; JSON Schemas of tools go to some twenty

CONNECTION = "shipworthy.connection"  # an ASGI extension: see Connection

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = dict[bytes, bytes]


class Connection(Protocol):
    """What the server can do beside ASGI: it calls `on_lost` when the caller hangs up.

    A task that waits for http.disconnect would tell the same, for a tenth of what a call costs.
    """

    on_lost: Callable[[], object] | None

    def abort(self) -> None:
        """Hang up at once, without waiting for a caller that reads nothing."""
        ...


class Gone(Exception):
    """The caller went away before its request was there."""


async def read_body(receive: Receive, headers: Headers, limits: ServerOptions) -> bytes:
    """The whole body. Raises Problem where it is too large or too slow, Gone where nobody waits."""
    said = headers.get(b"content-length", b"")
    if said.isdigit() and int(said) > limits.body_bytes:
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.read_seconds):
            return await _read(receive, limits)
    except TimeoutError as error:
        raise Problem(
            Kind.SLOW_CALLER, "slow_request", "The request did not arrive in time."
        ) from error


async def _read(receive: Receive, limits: ServerOptions) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        size += len(piece)
        if size > limits.body_bytes:
            raise _too_large(limits)
        pieces.append(piece)
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def parse_body(body: bytes, headers: Headers, any_type: bool) -> dict[str, Any]:
    """The JSON object. Raises Problem where it is none, or says that it is something else."""
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise Problem(Kind.CONTENT_TYPE, "compressed_request", "Compressed requests are not read.")
    said = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if not any_type and said not in (b"", b"application/json"):
        raise Problem(Kind.CONTENT_TYPE, "not_json", "The content type must be application/json.")
    try:
        found = orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise Problem(Kind.BAD_REQUEST, "not_json", "The body is not JSON.") from error
    if not isinstance(found, dict):
        raise Problem(Kind.BAD_REQUEST, "not_json", "The body is not a JSON object.")
    if body.count(b"[") + body.count(b"{") > DEEPEST and _deeper(found, DEEPEST):
        raise Problem(Kind.BAD_REQUEST, "not_json", "The body is nested too deeply.")
    return found


def _deeper(document: Any, levels: int) -> bool:
    """Whether a document has more levels, without going down into it by recursion."""
    level = [document]
    for _ in range(levels):
        level = [
            item
            for holder in level
            for item in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def _too_large(limits: ServerOptions) -> Problem:
    message = f"The request is larger than {limits.body_bytes:,} bytes."
    return Problem(Kind.TOO_LARGE, "request_too_large", message)
