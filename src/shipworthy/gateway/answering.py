"""From a request to an answer: the chain of models, waits between attempts, and what stands in for them."""

from __future__ import annotations

import asyncio
import random

from shipworthy.gateway.attempt import Attempts, Reply
from shipworthy.gateway.breaker import Breakers
from shipworthy.gateway.cache import Cache, key_of
from shipworthy.gateway.call import Outcome
from shipworthy.gateway.control import Control
from shipworthy.gateway.conversation import Answer
from shipworthy.gateway.exchange import Exchange, dumped
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.standin import as_body, as_stream, stand_in
from shipworthy.gateway.targets import Target, Targets


class Answering:
    """Gets calls answered."""

    def __init__(
        self, targets: Targets, attempts: Attempts, breakers: Breakers, control: Control
    ) -> None:
        self._targets = targets
        self._attempts = attempts
        self._breakers = breakers
        self._control = control
        self._cache = Cache()

    async def answer(self, exchange: Exchange) -> Reply:
        """The reply to a call. Raises Problem where none can be given."""
        call = exchange.call
        feature = call.feature
        if self._control.off("*", feature.prototype, f"{feature.prototype}/{feature.name}"):
            return self._instead(exchange, stand_in(call), off(), Outcome.DETERMINISTIC)
        key = key_of(call) if feature.cache else b""
        try:
            exchange.prepare()
            if key and (found := self._cache.find(key, feature.cache)):
                return self._instead(exchange, found, off(), Outcome.CACHED)
            reply = await self._from_models(exchange)
        except Problem as problem:
            if not _stands_in(problem):
                raise
            stale = self._cache.find(key, feature.stale) if key else None
            if stale is not None:
                return self._instead(exchange, stale, problem, Outcome.CACHED)
            return self._instead(exchange, stand_in(call), problem, Outcome.DETERMINISTIC)
        if key and reply.answer is not None:
            self._cache.keep(key, reply.answer)
        return reply

    async def _from_models(self, exchange: Exchange) -> Reply:
        """The reply of the first model of the chain that gives one."""
        problem: Problem | None = None
        chain = self._targets.chain(exchange.call.feature, exchange.call.model)
        for place, target in enumerate(chain):
            if self._control.off(f"model:{target.name}"):
                problem = problem or off()
                continue
            if not self._breakers.allows(target.name):
                problem = problem or _resting()
                continue
            try:
                reply = await self._tried(exchange, target)
            except Problem as failed:
                if not _next_may_help(failed) or exchange.seconds_left <= 0:
                    raise
                problem = failed.with_traceback(None)
                continue
            exchange.record.outcome = Outcome.FALLBACK if place else Outcome.ANSWERED
            return reply
        raise problem or _resting()

    async def _tried(self, exchange: Exchange, target: Target) -> Reply:
        """The reply of one model, asked as often as the policy allows."""
        retries = exchange.call.feature.retries
        wait = retries.wait
        attempt = 1
        while True:
            try:
                reply = await self._attempts.once(exchange, target)
            except Problem as problem:
                if problem.kind is Kind.STORE:
                    raise  # has been waited for, and is no fault of the model
                if problem.kind.again:
                    self._breakers.failed(target.name)
                pause = _pause(wait, problem)
                last = attempt >= retries.attempts or not problem.kind.again or not problem.retry
                if last or pause > min(retries.longest_wait, exchange.seconds_left):
                    raise
                await asyncio.sleep(pause)
                wait = min(wait * 2, retries.longest_wait)
                attempt += 1
                continue
            self._breakers.succeeded(target.name)
            return reply

    def _instead(
        self, exchange: Exchange, answer: Answer | None, problem: Problem, outcome: Outcome
    ) -> Reply:
        """An answer of our own, in the form that was asked for. Raises the problem where there is none."""
        if answer is None:
            raise problem
        exchange.record.outcome = outcome
        exchange.record.error = "" if outcome is Outcome.CACHED else problem.code
        call, dialect = exchange.call, exchange.dialect
        if call.stream:
            return Reply(as_stream(answer, call, dialect))
        return Reply(dumped(as_body(answer, call, dialect)))


def off() -> Problem:
    """The kill switch is thrown."""
    return Problem(Kind.OFF, "switched_off", "This use of models is switched off.")


def _pause(wait: float, problem: Problem) -> float:
    """Full jitter, so that callers that failed together do not come back together; or as asked."""
    return problem.wait if problem.wait is not None else random.uniform(0, wait)  # noqa: S311


def _next_may_help(problem: Problem) -> bool:
    if problem.kind is Kind.STORE:
        return False
    return problem.kind.again or problem.kind is Kind.CONTRACT or problem.code == "not_translatable"


def _stands_in(problem: Problem) -> bool:
    """Whether this is an outage, which an answer of our own may cover; not a mistake, nor a budget."""
    return problem.kind in (Kind.PROVIDER, Kind.BUSY, Kind.TIMEOUT, Kind.CONTRACT, Kind.OFF)


def _resting() -> Problem:
    return Problem(
        Kind.PROVIDER,
        "provider_resting",
        "The model has failed repeatedly and is left alone for a while.",
    )
