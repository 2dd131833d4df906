"""How much an embedded server may use before what runs on it is stopped."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class EngineOptions(Struct, frozen=True):
    """Which PostgreSQL, and its limits. SQL of strangers runs on it: each limit bounds a harm.

    `pg_bin` is the folder of a PostgreSQL of one's own. `seconds` bound the life of one database,
    `statement_seconds` that of a statement; bytes are of the data folder, of one file and of the
    address space of one process. `cache` is where the initialised template is kept; without it,
    shipworthy/postgres in the user's cache folder.
    """

    pg_bin: Path | None = None
    seconds: float = 120.0
    statement_seconds: float = 20.0
    disk_bytes: int = 1 << 30
    file_bytes: int = 256 << 20
    memory_bytes: int = 2 << 30
    cache: Path | None = None
