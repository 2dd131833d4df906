"""A few connections to the database that requests share, and transactions on them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shipworthy.sidecar.standin.caller import Caller
from shipworthy.sidecar.standin.refusal import Refusal

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_WAIT_SECONDS = 30.0
# As hosted databases are set; ours sorts by code point, from which "simple" would follow.
_OPTIONS = "-c default_text_search_config=pg_catalog.english"
Row = tuple[Any, ...]


class Connections:
    """At most `size` connections of one login; each is given to one request at a time."""

    def __init__(self, dsn: str, size: int) -> None:
        self._dsn = dsn
        self._turns = asyncio.Semaphore(size)
        self._idle: list[AsyncConnection[Row]] = []

    @contextlib.asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[Transaction]:
        """A transaction: kept at the end of the block, undone by an exception.

        Raises Refusal where no connection becomes free in thirty seconds.
        """
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Refusal(
                504, "PGRST003", "Timed out acquiring connection from connection pool."
            ) from error
        try:
            connection = await self._open()
            try:
                async with connection.transaction():
                    transaction = Transaction(connection)
                    if read_only:
                        await transaction.run("SET TRANSACTION READ ONLY")
                    yield transaction
            finally:
                if not connection.closed:
                    self._idle.append(connection)
        finally:
            self._turns.release()

    async def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            await self._idle.pop().close()

    async def _open(self) -> AsyncConnection[Row]:
        from psycopg import AsyncConnection, AsyncRawCursor

        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        return await AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            prepare_threshold=None,
            cursor_factory=AsyncRawCursor,
            options=_OPTIONS,
        )


class Transaction:
    """One transaction; values are `$1`, `$2`, … and never part of the text."""

    def __init__(self, connection: AsyncConnection[Row]) -> None:
        self._connection = connection

    async def run(self, text: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one statement and give its rows. Raises psycopg.Error."""
        cursor = await self._connection.execute(text.encode(), values or None)
        return await cursor.fetchall() if cursor.description else []

    async def one(self, text: str, values: Sequence[object] = ()) -> Row | None:
        """The first row."""
        rows = await self.run(text, values)
        return rows[0] if rows else None

    async def speak_for(
        self, caller: Caller, search_path: str = "", told: Mapping[str, str] | None = None
    ) -> None:
        """From here on, be the caller's role and tell the database of the request, until the end."""
        settings = {
            "role": caller.role,
            "request.jwt.claims": json.dumps(dict(caller.claims)),
            **(told or {}),
            **({"search_path": search_path} if search_path else {}),
        }
        calls = ", ".join(
            f"set_config(${2 * n + 1}, ${2 * n + 2}, true)" for n in range(len(settings))
        )
        values = [text for pair in settings.items() for text in pair]
        await self.run(f"SELECT {calls}", values)
