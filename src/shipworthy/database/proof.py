"""The proof: what a replay of the history, a seed and an attack showed of one database."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from shipworthy.database.attempts import Actor, Attempt, Seeding
from shipworthy.database.schema import Schema
from shipworthy.finding import Location, Proof


class Era(StrEnum):
    """What new tables grant by default; the platform changed it in 2026."""

    LEGACY = "legacy"  # anon and authenticated may do everything that row security lets them
    STRICT = "strict"  # nothing, until a GRANT says so


class Fate(StrEnum):
    """What became of a statement."""

    APPLIED = "applied"
    REPAIRED = "repaired"  # applied after something missing was supplied
    SKIPPED = "skipped"  # needs production data, or is not for a replay
    FAILED = "failed"
    ROLLED_BACK = "rolled back"  # right in itself; another statement of its file failed


class Failure(Struct, frozen=True):
    """A statement that could not be applied."""

    location: Location
    fate: Fate
    statement: str  # its beginning, on one line
    error: str  # "42P01: relation "users" does not exist"


class Repair(Struct, frozen=True):
    """Something the history lacks and the replay supplied."""

    target: str  # "table public.users"
    how: str  # "from schema.sql", "from the generated types", "as a stub"
    location: Location | None


class Fidelity(Struct, frozen=True):
    """How well the replay matches the generated types; counts of tables and columns."""

    path: str
    tables: int
    tables_matched: int
    columns: int
    columns_matched: int
    missing: tuple[str, ...] = ()  # tables that only the types know


class Replay(Struct, frozen=True):
    """How the history went: files and statements by fate, and what had to be mended."""

    files: int
    clean_files: int
    statements: Mapping[Fate, int]
    failures: tuple[Failure, ...]
    repairs: tuple[Repair, ...]
    fidelity: Fidelity | None
    notes: tuple[str, ...] = ()  # what the reader must know, e.g. "scripts in an unknown order"


class Unreachable(Struct, frozen=True):
    """Tables that the app could not use in a new project, where nothing is granted by default."""

    tables: tuple[str, ...]
    reachable: int
    to_servers: frozenset[str] = (
        frozenset()
    )  # those of the tables that a server may not touch either


class DatabaseProof(Struct, frozen=True):
    """All that is known of the replayed database, or of the rules that its files state."""

    engine: str  # "PostgreSQL 18.6 (embedded)"; "" where nothing was run
    supabase: bool  # the platform stands in front of it: anybody can send it queries
    era: Era
    era_reason: str
    replay: Replay
    schema: Schema
    seeding: Mapping[str, Seeding]  # by table
    attempts: tuple[Attempt, ...]
    unreachable: Unreachable
    declared_public: frozenset[str]  # tables that anybody may read, on purpose
    seconds: Mapping[str, float]  # per step

    @property
    def replayed(self) -> bool:
        """False where the rules were read and nothing was tried."""
        return bool(self.engine)

    @property
    def kind(self) -> Proof:
        """How it is known."""
        return Proof.PROVEN if self.replayed else Proof.OBSERVED

    @property
    def first_user(self) -> tuple[Attempt, ...]:
        """What the very first sign-up got that the second did not."""
        return tuple(a for a in self.attempts if a.actor is Actor.PIONEER)
