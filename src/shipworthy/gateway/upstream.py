"""Ask a provider over HTTP: no redirects, no proxies, nothing compressed, sizes bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

import aiohttp

from shipworthy.gateway.problem import Kind, Problem

LONGEST_WAIT = 60.0  # seconds that a provider's Retry-After is believed
_NETWORK = (aiohttp.ClientError, OSError, asyncio.IncompleteReadError, ValueError)


class Upstream:
    """Connections to providers, kept open between calls."""

    def __init__(self, answer_bytes: int) -> None:
        self._answer_bytes = answer_bytes
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Upstream:
        connector = aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, enable_cleanup_closed=False)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),  # each call has its own
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("User-Agent", "Accept"),
            read_bufsize=256_000,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """Send a request and wait for the head of the answer. Raises Problem.

        An answer that is no success raises as well, with what follows from its status. Redirects are
        never followed: they would carry the key to a host that nobody has allowed.
        """
        if self._session is None:
            raise RuntimeError("enter the upstream first")
        try:
            response = await self._session.post(
                url, data=body, headers={**_HEADERS, **headers}, allow_redirects=False
            )
        except _NETWORK as error:
            raise unreachable() from error
        answer = Response(response, self._answer_bytes)
        if response.status != 200:
            try:
                await _raise_for(answer)
            finally:
                response.close()
        if response.headers.get("content-encoding", "identity") != "identity":
            response.close()
            raise garbage("The provider sent a compressed answer though none was asked for.")
        return answer


_HEADERS = {
    "content-type": "application/json",
    "accept-encoding": "identity",
    "user-agent": "shipworthy",
}


class Response:
    """An answer of which the head is there."""

    __slots__ = ("_left", "_response")

    def __init__(self, response: aiohttp.ClientResponse, answer_bytes: int) -> None:
        self._response = response
        self._left = answer_bytes

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._response.status

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        said: str = self._response.headers.get("content-type", "")
        return said.partition(";")[0].strip().lower()

    @property
    def wait(self) -> float | None:
        """Seconds that the provider asks to be left alone."""
        return retry_after(self._response.headers.get("retry-after", ""))

    async def piece(self) -> bytes:
        """The next bytes, empty at the end. Raises Problem where they break off or never end."""
        try:
            read: bytes = await self._response.content.readany()
        except _NETWORK as error:
            raise truncated() from error
        self._left -= len(read)
        if self._left < 0:
            self.close()
            raise garbage("The provider's answer is larger than allowed.")
        return read

    async def whole(self) -> bytes:
        """All of the body. Raises Problem where it breaks off or is too large."""
        pieces = []
        while piece := await self.piece():
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        """Hang up, unless the answer has been read to its end: then the connection is kept."""
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


def retry_after(said: str) -> float | None:
    """Seconds, from a number or a date (RFC 9110, 10.2.3); clocks differ, so never below 0 or above 60."""
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else None


def unreachable() -> Problem:
    """No connection, or it was lost before an answer began."""
    return Problem(Kind.PROVIDER, "provider_unreachable", "The model provider cannot be reached.")


def truncated() -> Problem:
    """The answer broke off."""
    return Problem(
        Kind.PROVIDER, "provider_truncated", "The model provider's answer broke off.", billed=True
    )


def garbage(message: str) -> Problem:
    """The answer is not what it should be."""
    return Problem(Kind.PROVIDER, "provider_garbage", message, billed=True)


async def _raise_for(answer: Response) -> None:
    status = answer.status
    if status < 400:
        raise garbage(
            f"The provider answered with the status {status}; redirects are not followed."
        )
    if status in (401, 403):
        raise Problem(
            Kind.PROVIDER,
            "provider_credentials",
            "The provider does not accept the gateway's key.",
            retry=False,
        )
    if status == 402:
        raise Problem(
            Kind.PROVIDER, "provider_credit", "The provider asks for payment.", retry=False
        )
    if status == 429:
        raise Problem(
            Kind.BUSY, "provider_busy", "The provider limits the rate of calls.", answer.wait
        )
    if status == 404:
        raise Problem(
            Kind.PROVIDER,
            "provider_unknown_model",
            "The provider knows no such model.",
            retry=False,
        )
    if status in (400, 413, 415, 422):
        raise Problem(Kind.BAD_REQUEST, "provider_refused", await _reason(answer, status))
    raise Problem(
        Kind.PROVIDER, "provider_failed", f"The provider failed (status {status}).", answer.wait
    )


async def _reason(answer: Response, status: int) -> str:
    """What the provider says is wrong with the request: a developer needs it."""
    import orjson

    try:
        async with asyncio.timeout(5):
            read = await answer.piece()
        said: Any = orjson.loads(read)
    except (Problem, TimeoutError, ValueError):
        said = None
    error = said.get("error") if isinstance(said, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    text = message[:500] if isinstance(message, str) else ""
    return f"The provider refused the request (status {status}). {text}".strip()
