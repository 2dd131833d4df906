"""Leave a model alone that keeps failing, and let one call try it after a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from shipworthy.gateway.policy import Breaker


@dataclass(slots=True)
class _State:
    failures: int = 0
    until: float = 0.0


class Breakers:
    """One circuit breaker for each model, in this process."""

    def __init__(self, options: Breaker, clock: Callable[[], float] = time.monotonic) -> None:
        self._options = options
        self._clock = clock
        self._states: dict[str, _State] = {}

    def allows(self, model: str) -> bool:
        """Whether the model may be asked. After its time a broken circuit lets one call through."""
        state = self._states.get(model)
        if state is None or state.failures < self._options.failures:
            return True
        if self._clock() < state.until:
            return False
        state.until = self._clock() + self._options.seconds  # the others wait for how this one ends
        return True

    def succeeded(self, model: str) -> None:
        """It answered."""
        self._states.pop(model, None)

    def failed(self, model: str) -> None:
        """It did not."""
        state = self._states.setdefault(model, _State())
        state.failures += 1
        if state.failures >= self._options.failures:
            state.until = self._clock() + self._options.seconds

    def broken(self) -> dict[str, float]:
        """The models that are left alone now, and for how many seconds."""
        now = self._clock()
        return {m: s.until - now for m, s in self._states.items() if s.until > now}
