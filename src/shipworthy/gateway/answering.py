"""From a request to an answer: attempts, waits between them, the chain of models, and what stands in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

from shipworthy.gateway.asking import Begun, Whole, ask, begin
from shipworthy.gateway.breaker import Breakers
from shipworthy.gateway.call import Outcome
from shipworthy.gateway.exchange import Exchange
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.targets import Target, Targets
from shipworthy.gateway.upstream import Upstream


@dataclass(slots=True)
class Reply:
    """What goes to the caller: a body, or its first piece and the pieces that follow."""

    body: bytes
    rest: AsyncIterator[bytes] | None = None


class Answering:
    """Gets calls answered."""

    def __init__(self, targets: Targets, upstream: Upstream, breakers: Breakers) -> None:
        self._targets = targets
        self._upstream = upstream
        self._breakers = breakers

    async def answer(self, exchange: Exchange) -> Reply:
        """The reply to a call. Raises Problem where none can be given."""
        chain = self._targets.chain(exchange.call.feature, exchange.call.model)
        problem: Problem | None = None
        for place, target in enumerate(chain):
            if not self._breakers.allows(target.name):
                problem = problem or _resting()
                continue
            try:
                reply = await self._tried(exchange, target)
            except Problem as failed:
                if not _next_may_help(failed) or exchange.seconds_left <= 0:
                    raise
                problem = failed
                continue
            exchange.record.outcome = Outcome.FALLBACK if place else Outcome.ANSWERED
            return reply
        raise problem or _resting()

    async def _tried(self, exchange: Exchange, target: Target) -> Reply:
        """The reply of one model, asked as often as the policy allows."""
        retries = exchange.call.feature.retries
        wait = retries.wait
        for attempt in range(1, retries.attempts + 1):
            try:
                reply = await self._once(exchange, target)
            except Problem as problem:
                if problem.kind.again:
                    self._breakers.failed(target.name)
                pause = _pause(wait, problem)
                last = attempt == retries.attempts or not self._breakers.allows(target.name)
                if not problem.kind.again or last or pause >= exchange.seconds_left:
                    raise
                await asyncio.sleep(pause)
                wait = min(wait * 2, retries.longest_wait)
                continue
            self._breakers.succeeded(target.name)
            return reply
        raise AssertionError("attempts are at least 1")

    async def _once(self, exchange: Exchange, target: Target) -> Reply:
        record = exchange.record
        record.attempts += 1
        record.model, record.provider = target.name, target.provider_name
        if exchange.call.stream:
            begun: Begun = await begin(self._upstream, exchange, target)
            return Reply(begun.ready, begun.rest)
        whole: Whole = await ask(self._upstream, exchange, target)
        return Reply(exchange.incoming(whole.body, whole.raw))


def _pause(wait: float, problem: Problem) -> float:
    """Full jitter, so that callers that failed together do not come back together; or as asked."""
    return problem.wait if problem.wait is not None else random.uniform(0, wait)  # noqa: S311


def _next_may_help(problem: Problem) -> bool:
    return problem.kind.again or problem.code == "not_translatable"


def _resting() -> Problem:
    return Problem(
        Kind.PROVIDER,
        "provider_resting",
        "The model has failed repeatedly and is left alone for a while.",
    )
