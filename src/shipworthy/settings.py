"""Limits and choices, read once at the edge and passed inward."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from msgspec import Struct, field

from shipworthy.intent import Intent


class Limits(Struct, frozen=True):
    """How much of a prototype is read; what lies beyond is named as not looked at.

    Sizes in bytes, times in seconds. Prototypes are untrusted: each limit bounds the memory or the
    time that one can cost us.
    """

    files: int = 20_000
    file_bytes: int = 1_000_000
    lock_file_bytes: int = 16_000_000
    total_bytes: int = 96_000_000
    path_depth: int = 40
    git_seconds: float = 10.0
    file_seconds: float = 10.0  # of processor time, for one code file; the slowest real one took 4


class Settings(Struct, frozen=True):
    """Everything a run can be told."""

    limits: Limits = Limits()
    workers: int = 0  # 0: one per available core
    prove: bool = False  # rebuild the database on a real PostgreSQL and attack it
    run: bool = False  # let the prototype's own tools write out a schema that stands in code
    pg_bin: Path | None = None  # the folder of a PostgreSQL to use for that
    grants: str = "auto"  # what new tables grant: auto, legacy or strict
    history: bool = False  # take a minute to search the git history, not seconds
    intent: Intent = field(default_factory=Intent)  # what the prototype's shipworthy.toml declares
    today: date = field(default_factory=date.today)  # acceptances end


def available_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
