"""Somebody's wish that a run ends: a signal, another thread, or a command over the socket."""

from __future__ import annotations

import queue
from contextlib import suppress


class Ending:
    """A flag that can be waited for, and set by a signal that comes while it is waited for.

    threading.Event can't: its `set` takes a lock that the interrupted `wait` may hold, and both stand
    still for good. SimpleQueue.put is made to be called again inside of itself (its documentation).
    """

    def __init__(self) -> None:
        self._asked = False
        self._words: queue.SimpleQueue[None] = queue.SimpleQueue()

    def set(self) -> None:
        """Ask for the end."""
        self._asked = True
        self._words.put(None)

    def is_set(self) -> bool:
        """True once somebody has asked."""
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Wait until somebody asks, at most so many seconds; True where somebody has."""
        if not self._asked:
            with suppress(queue.Empty):
                self._words.get(timeout=seconds)
        return self._asked
