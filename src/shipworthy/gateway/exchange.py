"""One call on its way: the request as it goes out, and the answer as it comes back to the caller."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from shipworthy.gateway.call import Call, Record
from shipworthy.gateway.conversation import CannotTranslate
from shipworthy.gateway.dialects.dialect import Body, Dialect
from shipworthy.gateway.hooks import Action, Hooks, OutputRefused, Restorer, Screener
from shipworthy.gateway.intake import DEEPEST, is_deeper
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.targets import Target


@dataclass(slots=True)
class Exchange:
    """A call with what its answers need: hooks, restorer, record and deadline."""

    call: Call
    dialect: Dialect  # of the caller
    hooks: Hooks
    record: Record
    deadline: float  # of the monotonic clock
    restorer: Restorer | None = None
    whole: bool = False  # ask for a whole answer though the caller wants a stream
    weight: tuple[int, int] | None = None  # bytes of text and pictures, once counted
    plea: Body | None = None  # the request with a second question, while that is asked
    passed: Mapping[str, str] = field(default_factory=dict)  # headers, to a provider of its dialect
    as_array: bool = False  # a Gemini stream without alt=sse is one JSON array

    def prepare(self) -> None:
        """Screen and redact the request. Raises Problem where screening refuses it."""
        call, feature = self.call, self.call.feature
        if self.hooks.screener is not None and feature.screening.enabled:
            self._screen(self.hooks.screener)
        if self.hooks.redactor is not None and feature.redaction.enabled:
            redaction = self.hooks.redactor.redact(call.passages, feature)
            if redaction is not None:
                for passage, text in zip(call.passages, redaction.texts, strict=True):
                    passage.write(text)
                self.restorer = redaction.restorer
                self.record.redacted = redaction.counts
        self._limit_output()
        if self.hooks.wants_texts:
            self.record.request_texts = tuple(passage.text for passage in call.passages)

    def _screen(self, screener: Screener) -> None:
        verdict = screener.screen(self.call.passages, self.call.feature)
        self.record.screening, self.record.score = verdict.action.value, verdict.score
        if verdict.action is Action.REFUSE:
            raise Problem(
                Kind.REFUSED,
                "request_refused",
                f"The request was refused. {verdict.reason}".strip(),
            )
        if verdict.action is Action.STRIP_TOOLS:
            self.dialect.without_tools(self.call.body)

    def _limit_output(self) -> None:
        most = self.call.feature.output_tokens
        if most is not None:
            asked = self.dialect.output_limit(self.call.body)
            if asked is None or asked > most:
                self.dialect.limit_output(self.call.body, most)

    @property
    def streams(self) -> bool:
        """Whether the provider is asked for a stream."""
        return self.call.stream and not self.whole

    def follow_up(self, answer: str, words: str) -> None:
        """Ask once more: what the model said, and what is to be said about it."""
        self.plea = self.dialect.continued(self.call.body, answer, words)
        self.weight = None

    def forget_follow_up(self) -> None:
        """Go back to the request as it was."""
        if self.plea is not None:
            self.plea = self.weight = None

    def outgoing(self, target: Target, dialect: Dialect) -> bytes:
        """The request as this provider reads it. Raises CannotTranslate.

        Always written anew: of a name that stood in it twice, the provider sees what the gateway saw.
        """
        asked = self.plea or self.call.body
        if dialect is not self.dialect:
            conversation = self.dialect.read_request(asked)
            return orjson.dumps(dialect.write_request(conversation, target.model, self.streams))
        if self.call.stream and not self.streams:
            asked = self.dialect.unstreamed(asked)
        return dumped(
            dialect.addressed(asked, target.model, self.streams, target.provider.stream_usage)
        )

    def incoming(self, answer: Body, raw: bytes | None) -> bytes:
        """An answer in the caller's dialect, checked and restored. Raises Problem."""
        call, outputs = self.call, self.hooks.outputs
        checks = outputs is not None and call.feature.outputs.enabled
        observed = self.hooks.wants_texts
        if not checks and self.restorer is None and not observed:
            return raw if raw is not None else dumped(answer)
        passages = self.dialect.answer_passages(answer)
        before = [passage.text for passage in passages]
        if checks and outputs is not None:
            try:
                for name in self.dialect.tools_called(answer):
                    outputs.tool(call, name)
                for passage in passages:
                    passage.write(outputs.check(call, passage.text))
            except OutputRefused as refused:
                raise output_refused(refused) from refused
        if observed:
            self.record.answer_texts = tuple(passage.text for passage in passages)
        if self.restorer is not None:
            for passage in passages:
                passage.write(self.restorer.restore(passage.text, passage.is_json))
        unchanged = all(p.text == text for p, text in zip(passages, before, strict=True))
        return raw if raw is not None and unchanged else dumped(answer)

    @property
    def seconds_left(self) -> float:
        """Until the deadline."""
        return self.deadline - time.monotonic()


def dumped(body: Any) -> bytes:
    """A document as JSON. Raises Problem where it is nested too deeply or holds what JSON cannot."""
    try:
        return orjson.dumps(body)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise Problem(Kind.BAD_REQUEST, "not_json", "The request is nested too deeply.") from error


def document(read: bytes) -> Body | None:
    """The JSON object, or None where it is none or too deep to be written again."""
    try:
        found = orjson.loads(read)
    except (orjson.JSONDecodeError, RecursionError):
        return None
    if not isinstance(found, dict) or is_deeper(found, read, DEEPEST):
        return None
    return found


def output_refused(refused: OutputRefused) -> Problem:
    """The problem of an answer that must not be passed on."""
    return Problem(
        Kind.REFUSED, "answer_refused", f"The answer was withheld. {refused.reason}".strip()
    )


def translated(dialect: Dialect, inbound: Dialect, answer: Body, model: str, id: str) -> Body:
    """An answer of one dialect in another. Raises CannotTranslate."""
    if dialect is inbound:
        return answer
    return inbound.write_answer(dialect.read_answer(answer), model, id)


__all__ = ["CannotTranslate", "Exchange", "document", "dumped", "output_refused", "translated"]
