"""Read a request: bounded in size and time, and JSON or refused."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from shipworthy.gateway.policy import ServerOptions
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.request import Headers, Request, TooLarge

DEEPEST = 100  # levels of a request; JSON Schemas of tools go to some twenty


async def read_body(request: Request, limits: ServerOptions) -> bytes:
    """The whole body. Raises Problem where it is too large or too slow, Gone where nobody waits."""
    try:
        if request.complete:
            return await request.body(limits.body_bytes)
        async with asyncio.timeout(limits.read_seconds):
            return await request.body(limits.body_bytes)
    except TooLarge as error:
        raise _too_large(limits) from error
    except TimeoutError as error:
        raise Problem(
            Kind.SLOW_CALLER, "slow_request", "The request did not arrive in time."
        ) from error


def parse_body(body: bytes, headers: Headers, any_type: bool) -> dict[str, Any]:
    """The JSON object. Raises Problem where it is none, or says that it is something else."""
    if headers.get(b"content-encoding", b"").lower() not in (b"", b"identity"):
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
    if is_deeper(found, body, DEEPEST):
        raise Problem(Kind.BAD_REQUEST, "not_json", "The body is nested too deeply.")
    return found


def is_deeper(document: Any, read: bytes, levels: int) -> bool:
    """Whether a document has more levels than that, without going down into it by recursion."""
    if read.count(b"[") + read.count(b"{") <= levels:
        return False
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
