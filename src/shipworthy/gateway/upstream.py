"""Ask a provider over HTTP: no redirects, no proxies, nothing compressed, sizes bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.provider_connection import LostConnection, ProviderConnection
from shipworthy.gateway.provider_connections import Origin, ProviderConnections

LONGEST_WAIT = 60.0  # seconds that a provider's Retry-After is believed


class Upstream:
    """Asks providers; connections are kept open between calls."""

    def __init__(self, answer_bytes: int) -> None:
        self._answer_bytes = answer_bytes
        self._connections: ProviderConnections | None = None

    async def __aenter__(self) -> Upstream:
        self._connections = ProviderConnections()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connections is not None:
            self._connections.close()

    def tidy(self) -> None:
        """Close connections that nobody has used for a while."""
        if self._connections is not None:
            self._connections.tidy()

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], seconds: float
    ) -> Response:
        """Send a request and wait so many seconds for the head of the answer. Raises Problem, TimeoutError.

        An answer that is no success raises as well, with what follows from its status. Redirects are
        never followed: they would carry the key to a host that nobody has allowed.
        """
        if self._connections is None:
            raise RuntimeError("enter the upstream first")
        try:
            origin, head = request_head(url, tuple(headers.items()))
            connection = await self._connections.take(origin, seconds)
        except (OSError, ValueError) as error:
            if isinstance(error, TimeoutError) and error.errno is None:
                raise  # our time is up; the network's own would be an error of the network
            raise unreachable() from error
        answer = Response(self._connections, origin, connection, self._answer_bytes)
        try:
            connection.send(b"%b%d\r\n\r\n%b" % (head, len(body), body))
            await connection.head()
            if connection.status != 200:
                await _raise_for(answer)
            if connection.headers.get(b"content-encoding", b"").lower() not in (b"", b"identity"):
                raise garbage("The provider sent a compressed answer though none was asked for.")
        except LostConnection as error:
            answer.close()
            raise unreachable() from error
        except BaseException:
            answer.close()
            raise
        return answer


@lru_cache(maxsize=1_000)
def request_head(url: str, headers: tuple[tuple[str, str], ...]) -> tuple[Origin, bytes]:
    """Where a request goes and how it begins, up to the value of its length.

    Raises ValueError where an address or a header holds what would end its line.
    """
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    origin = Origin(parts.hostname or "", parts.port or (443 if tls else 80), tls)
    target = quote(parts.path or "/", safe=_IN_PATH)
    if parts.query:
        target += "?" + quote(parts.query, safe=_IN_PATH + "?")
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    if parts.port is not None:
        host += f":{parts.port}"
    lines = [f"POST {target} HTTP/1.1", f"host: {host}", *(f"{n}: {v}" for n, v in _HEADERS)]
    lines += [f"{name}: {value}" for name, value in headers]
    head = "\r\n".join(lines).encode("latin-1", "strict")
    if any(byte < 32 or byte == 127 for line in head.split(b"\r\n") for byte in line) or len(
        head.split(b"\r\n")
    ) != len(lines):
        raise ValueError("a header holds a control character")
    return origin, head + b"\r\ncontent-length: "


_HEADERS = (
    ("content-type", "application/json"),
    ("accept-encoding", "identity"),
    ("user-agent", "shipworthy"),
)
_IN_PATH = "/:@!$&'()*+,;=%-._~"


class Response:
    """An answer of which the head is there."""

    __slots__ = ("_connection", "_connections", "_left", "_origin")

    def __init__(
        self,
        connections: ProviderConnections,
        origin: Origin,
        connection: ProviderConnection,
        answer_bytes: int,
    ) -> None:
        self._connections = connections
        self._origin = origin
        self._connection: ProviderConnection | None = connection
        self._left = answer_bytes

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._open.status

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        said = self._open.headers.get(b"content-type", b"")
        return said.partition(b";")[0].strip().lower().decode("latin-1")

    @property
    def wait(self) -> float | None:
        """Seconds that the provider asks to be left alone."""
        return retry_after(self._open.headers.get(b"retry-after", b"").decode("latin-1"))

    def wait_at_most(self, seconds: float) -> None:
        """From here on: for whatever is waited for. What takes longer raises TimeoutError."""
        connection = self._open
        connection.deadline = asyncio.get_running_loop().time() + seconds

    async def piece(self) -> bytes:
        """The next bytes, empty at the end. Raises Problem where they break off or never end."""
        try:
            read = await self._open.piece()
        except LostConnection as error:
            raise truncated() from error
        self._left -= len(read)
        if self._left < 0:
            self.close()
            raise garbage("The provider's answer is larger than allowed.")
        return read

    async def whole(self) -> bytes:
        """All of the body. Raises Problem where it breaks off or is too large."""
        pieces: list[bytes] = []
        while True:
            try:
                await self._open.gathered()
            except LostConnection as error:
                raise truncated() from error
            if not (piece := await self.piece()):
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.append(piece)

    def close(self) -> None:
        """Hang up, unless the answer has been read to its end: then the connection is kept."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._connections.give_back(self._origin, connection)

    @property
    def _open(self) -> ProviderConnection:
        if self._connection is None:
            raise RuntimeError("the answer is closed")
        return self._connection


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
