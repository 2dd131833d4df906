"""A limit on the processor time that one file may take, so that none holds up all the others."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(Exception):
    """Raised inside the block when its time is over."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End the block with TookTooLong after so many seconds of this process's own processor time.

    Where the system has no such clock (Windows), or outside of the main thread, nothing ends it.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise TookTooLong
