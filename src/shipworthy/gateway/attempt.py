"""One attempt at one model with all that belongs to it: money set aside, contract kept, usage settled."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from shipworthy.gateway.accounts import Reservation
from shipworthy.gateway.asking import Begun, Whole, ask, begin
from shipworthy.gateway.breaker import Breakers
from shipworthy.gateway.call import Usage
from shipworthy.gateway.contract import Contracts, broken, mended, plea
from shipworthy.gateway.conversation import Answer, Finish
from shipworthy.gateway.exchange import Exchange
from shipworthy.gateway.problem import Problem
from shipworthy.gateway.spending import Spending, measured
from shipworthy.gateway.standin import as_stream
from shipworthy.gateway.targets import Target
from shipworthy.gateway.upstream import Upstream


@dataclass(slots=True)
class Reply:
    """What goes to the caller: a body, or its first piece and the pieces that follow.

    `answer` is what may be given again to the same question, where the feature keeps answers.
    """

    body: bytes
    rest: AsyncGenerator[bytes] | None = None
    answer: Answer | None = None


class Attempts:
    """Asks models."""

    def __init__(
        self, upstream: Upstream, spending: Spending, breakers: Breakers, contracts: Contracts
    ) -> None:
        self._upstream = upstream
        self._spending = spending
        self._breakers = breakers
        self._contracts = contracts

    async def once(self, exchange: Exchange, target: Target) -> Reply:
        """The reply of a model. Raises Problem."""
        record, feature = exchange.record, exchange.call.feature
        record.attempts += 1
        record.model, record.provider = target.name, target.provider_name
        if feature.contract is not None and exchange.call.dialect != "openai-embeddings":
            exchange.whole = True
            return await self._kept(exchange, target)
        if exchange.call.stream:
            return await self._stream(exchange, target)
        whole = await self._whole(exchange, target)
        body = exchange.incoming(whole.body, whole.raw)
        return Reply(body, answer=self._to_keep(exchange, whole))

    async def _whole(self, exchange: Exchange, target: Target) -> Whole:
        reservation = await self._spending.reserve(exchange, target)
        usage = Usage()
        try:
            whole = await ask(self._upstream, exchange, target)
            said = sum(len(p.text) for p in exchange.dialect.answer_passages(whole.body))
            usage = measured(exchange, whole.usage, said)
            return whole
        except Problem as problem:
            if problem.billed:
                usage = measured(exchange, None, 0)
            raise
        except BaseException:  # the caller has gone
            usage = measured(exchange, None, 0)
            raise
        finally:
            self._spending.settle(exchange, target, reservation, usage)

    async def _kept(self, exchange: Exchange, target: Target) -> Reply:
        """A reply that keeps the contract: mended, or asked for a second time, or refused."""
        feature = exchange.call.feature
        deviations: list[str] = []
        for again in (False, True):
            whole = await self._whole(exchange, target)
            answer = exchange.dialect.read_answer(whole.body)
            if answer.tool_calls:
                break  # a step on the way to the answer
            deviations = self._contracts.deviations(feature, answer.text)
            if not deviations:
                break
            inner = mended(answer.text)
            if inner is not None and not self._contracts.deviations(feature, inner):
                _put(exchange, whole, inner)
                exchange.record.notes.append("mended")
                deviations = []
                break
            if not again:
                exchange.record.notes.append("asked again")
                exchange.follow_up(answer.text, plea(feature, deviations))
        exchange.forget_follow_up()
        if deviations:
            raise broken(deviations)
        body = exchange.incoming(whole.body, whole.raw)
        if exchange.call.stream:
            body = as_stream(
                exchange.dialect.read_answer(whole.body), exchange.call, exchange.dialect
            )
        return Reply(body, answer=self._to_keep(exchange, whole))

    async def _stream(self, exchange: Exchange, target: Target) -> Reply:
        reservation = await self._spending.reserve(exchange, target)
        try:
            begun = await begin(self._upstream, exchange, target)
        except BaseException as error:
            billed = not isinstance(error, Problem) or error.billed
            usage = measured(exchange, None, 0) if billed else Usage()
            self._spending.settle(exchange, target, reservation, usage)
            raise
        return Reply(begun.ready, self._metered(exchange, target, begun, reservation))

    async def _metered(
        self, exchange: Exchange, target: Target, begun: Begun, reservation: Reservation | None
    ) -> AsyncGenerator[bytes]:
        """The rest of a stream; settled at its end, whatever that is."""
        relay = begun.relay
        try:
            async with aclosing(begun.rest) as rest:
                async for piece in rest:
                    yield piece
        except Problem as problem:
            if problem.kind.again:
                self._breakers.failed(target.name)
            raise
        finally:
            begun.response.close()
            relay.keep()
            usage = measured(exchange, relay.usage, relay.characters, relay.complete)
            self._spending.settle(exchange, target, reservation, usage)

    def _to_keep(self, exchange: Exchange, whole: Whole) -> Answer | None:
        if not exchange.call.feature.cache or exchange.call.dialect == "openai-embeddings":
            return None
        answer = exchange.dialect.read_answer(whole.body)
        return answer if answer.finish in (Finish.STOP, Finish.TOOLS) else None


def _put(exchange: Exchange, whole: Whole, text: str) -> None:
    """Put the mended text in place of the answer's."""
    passages = [p for p in exchange.dialect.answer_passages(whole.body) if not p.is_json]
    for passage in passages:
        passage.write("")
    passages[0].write(text)
    whole.raw = None
