"""The gateway as an application: a request comes in, its reply goes out, its record is kept."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from contextlib import suppress
from typing import Any

from shipworthy.gateway.answering import Answering
from shipworthy.gateway.attempt import Attempts, Reply
from shipworthy.gateway.breaker import Breakers
from shipworthy.gateway.call import Outcome, Record
from shipworthy.gateway.caller import (
    LONGEST_NAME,
    call_of,
    feature_of,
    known_key,
    passed_headers,
    presented_key,
)
from shipworthy.gateway.contract import Contracts
from shipworthy.gateway.control import Control
from shipworthy.gateway.exchange import Exchange
from shipworthy.gateway.hooks import Hooks
from shipworthy.gateway.intake import parse_body, read_body
from shipworthy.gateway.ledger import Ledger
from shipworthy.gateway.outgoing import send_problem, send_stream, send_whole
from shipworthy.gateway.policy import Policy
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.request import Gone, Request
from shipworthy.gateway.routes import Route, route, spoken_near
from shipworthy.gateway.spending import Spending
from shipworthy.gateway.targets import Targets
from shipworthy.gateway.upstream import Upstream

FLUSHED_EVERY = (
    0.1  # seconds; what is queued then is lost with the process, and counted as spent in full
)
SWEPT_EVERY = 60.0
READING = 15.0  # seconds beyond its deadline that the caller of a stream may take to read it
_log = logging.getLogger("shipworthy.gateway")


class Gateway:
    """One gateway; enter it before the first request and leave it after the last."""

    def __init__(
        self, policy: Policy, control: Control, ledger: Ledger, hooks: Hooks | None = None
    ) -> None:
        self.policy = policy
        self.targets = Targets(policy)
        self.breakers = Breakers(policy.breaker)
        self.hooks = hooks or Hooks()
        self.running = 0  # calls under way
        self._control = control
        self._ledger = ledger
        self._upstream = Upstream(policy.server.answer_bytes)
        spending = Spending(policy, ledger)
        attempts = Attempts(self._upstream, spending, self.breakers, Contracts())
        self._answering = Answering(self.targets, attempts, self.breakers, control)
        self._upkeep: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Gateway:
        await self._upstream.__aenter__()
        self._upkeep = asyncio.create_task(self._keep_up())
        return self

    async def __aexit__(self, *error: Any) -> None:
        if self._upkeep is not None:
            self._upkeep.cancel()
            with suppress(asyncio.CancelledError):
                await self._upkeep
        for observer in self.hooks.observers:
            observer.flush()
        await self._upstream.__aexit__(None, None, None)

    async def __call__(self, request: Request) -> None:
        """Serve one request."""
        if request.path == "/health":
            request.reply(200, [(b"content-type", b"text/plain")], b"ok\n")
            return
        found = route(request.path)
        dialect = found.dialect if found else spoken_near(request.path)
        record = Record("", "", "", "", "", dialect.name, "", False, time.time())
        started = time.monotonic()
        self.running += 1
        try:
            await self._serve(request, found, record)
        except Gone:
            record.outcome = Outcome.ABANDONED
        except Problem as problem:
            send_problem(request, dialect, problem, record)
            # Frames that hold the problem would keep all that was read until a late collection.
            problem.__traceback__ = None
        except Exception as error:
            _log.error("a bug in the gateway: %s", _without_values(error))
            broken = Problem(Kind.BROKEN, "gateway_broken", "The gateway failed.")
            send_problem(request, dialect, broken, record)
        finally:
            self.running -= 1
            if record.prototype:
                record.seconds = time.monotonic() - started
                for observer in self.hooks.observers:
                    observer.finished(record)

    async def _serve(self, request: Request, found: Route | None, record: Record) -> None:
        headers = request.headers
        if found is None:
            raise Problem(Kind.NOT_FOUND, "unknown_address", "There is nothing at this address.")
        if request.method != "POST":
            raise Problem(Kind.METHOD, "method_not_allowed", "Only POST is understood here.")
        if self.running > self.policy.server.calls:
            raise Problem(Kind.BUSY, "gateway_busy", "The gateway has too many calls under way.")
        key = await known_key(self._control, presented_key(headers, request.query))
        feature = feature_of(self.policy, key, found, headers)
        read = await read_body(request, self.policy.server)
        body = parse_body(read, headers, found.dialect.name.startswith("ollama"))
        call = call_of(found, key, feature, body, headers)
        record.id, record.prototype, record.feature = call.id, call.prototype, feature.name
        record.key, record.user, record.asked = call.key, call.user, call.model[:LONGEST_NAME]
        record.stream = call.stream
        deadline = time.monotonic() + feature.timeouts.total
        exchange = Exchange(call, found.dialect, self.hooks, record, deadline)
        exchange.passed = passed_headers(found.dialect, headers)
        exchange.as_array = found.dialect.name == "gemini" and (
            call.stream and b"alt=sse" not in request.query
        )
        await self._replied(request, exchange)

    async def _replied(self, request: Request, exchange: Exchange) -> None:
        """Answer as long as the caller is there: nobody pays for words that nobody reads."""
        gone: list[bool] = []
        own = asyncio.current_task()

        def lost() -> None:
            gone.append(True)
            if own is not None:
                own.cancel()

        request.on_lost = lost
        reply: Reply | None = None
        try:
            reply = await self._answering.answer(exchange)
            if reply.rest is None:
                send_whole(request, exchange, reply.body)
            else:
                async with asyncio.timeout(max(exchange.seconds_left, 0) + READING):
                    await send_stream(request, exchange, reply.body, reply.rest)
        except TimeoutError:
            request.abort()
            raise Gone from None
        except asyncio.CancelledError:
            if not gone or own is None:
                raise
            own.uncancel()
            raise Gone from None
        finally:
            request.on_lost = None
            if reply is not None and reply.rest is not None:
                await reply.rest.aclose()

    async def _keep_up(self) -> None:
        """Write what is queued, now and then."""
        swept = time.monotonic()
        while True:
            await asyncio.sleep(FLUSHED_EVERY)
            sweeps = time.monotonic() - swept > SWEPT_EVERY
            await self._ledger.keep_up(sweeps)
            for observer in self.hooks.observers:
                observer.flush()
            if sweeps:
                self._upstream.tidy()
                swept = time.monotonic()


def _without_values(error: Exception) -> str:
    """Where it happened, without its message: that may hold what a person wrote."""
    places = traceback.extract_tb(error.__traceback__)[-6:]
    return f"{type(error).__name__} at " + " < ".join(
        f"{place.name}:{place.lineno}" for place in reversed(places)
    )
