"""Waiting for what a busy machine brings late."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
SECONDS = 180.0  # far more than anything takes: who waits as long has found a mistake


def until(look: Callable[[], T], seconds: float = SECONDS) -> T:
    """What `look` says once it says something."""
    end = time.monotonic() + seconds
    while not (said := look()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return said
