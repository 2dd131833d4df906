"""Answers that may be given again, in the memory of this process only: they hold what people asked."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from shipworthy.gateway.call import Call
from shipworthy.gateway.conversation import Answer

LARGEST = 32_000_000  # bytes of texts
_NOT_ASKED = ("stream", "stream_options")


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: Answer
    at: float
    size: int


class Cache:
    """The last good answers, by what exactly was asked; the oldest go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._size = 0

    def find(self, key: bytes, seconds: float) -> Answer | None:
        """The answer, where it is not older than some seconds."""
        kept = self._kept.get(key)
        return kept.answer if kept is not None and self._clock() - kept.at <= seconds else None

    def keep(self, key: bytes, answer: Answer) -> None:
        """Remember an answer."""
        size = len(answer.text) + sum(len(call.arguments) for call in answer.tool_calls) + 500
        if size > LARGEST // 10:
            return
        old = self._kept.pop(key, None)
        self._size += size - (old.size if old else 0)
        self._kept[key] = _Kept(answer, self._clock(), size)
        while self._size > LARGEST:
            _, gone = self._kept.popitem(last=False)
            self._size -= gone.size


def key_of(call: Call) -> bytes:
    """What makes two calls the same: prototype, feature, user, model, and every word of the request."""
    asked = {name: value for name, value in call.body.items() if name not in _NOT_ASKED}
    whole = [call.prototype, call.feature.name, call.user, call.model, call.dialect, asked]
    return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).digest()
