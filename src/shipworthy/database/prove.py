"""Rebuild a history on a real PostgreSQL, fill it, attack it, and say what was seen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.database.era import era_of
from shipworthy.database.history import History
from shipworthy.database.proof import DatabaseProof, Era, Replay, Unreachable
from shipworthy.database.schema import Schema
from shipworthy.errors import FactUnavailable

if TYPE_CHECKING:
    from shipworthy.database.engine import Database, Server

Progress = Callable[[str], None]
GRANTS = ("auto", Era.LEGACY.value, Era.STRICT.value)


class ProveOptions(Struct, frozen=True):
    """How the database is rebuilt. `grants` is one of GRANTS; `seconds` bound each history."""

    pg_bin: Path | None = None
    grants: str = "auto"
    seconds: float = 120.0


class Prover(AbstractContextManager["Prover"]):
    """Proves histories on one server, which starts with the first and ends with the block.

    The same history is proven once. Raises FactUnavailable where no PostgreSQL can be started.
    """

    def __init__(
        self, options: ProveOptions | None = None, progress: Progress = lambda _: None
    ) -> None:
        self._options = options or ProveOptions()
        self._progress = progress
        self._stack = ExitStack()
        self._server: Server | None = None
        self._lock = threading.Lock()
        self._known: dict[History, DatabaseProof | FactUnavailable] = {}

    def __call__(self, history: History) -> DatabaseProof:
        with self._lock:
            if history not in self._known:
                try:
                    self._known[history] = self._prove(history)
                except FactUnavailable as error:
                    self._known[history] = error
        known = self._known[history]
        if isinstance(known, FactUnavailable):
            raise known
        return known

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server, if one was started."""
        self._server = None
        self._stack.close()

    def _prove(self, history: History) -> DatabaseProof:
        from shipworthy.database.engine import EngineOptions, start

        clock = _Clock(self._progress)
        if self._server is None:
            with clock("start", "starting PostgreSQL"):
                options = EngineOptions(pg_bin=self._options.pg_bin, seconds=self._options.seconds)
                self._server = self._stack.enter_context(start(options))
        return _proof(self._server, history, self._options.grants, clock)


class _Clock:
    """Seconds per step, in the order of the steps, which are told as they begin."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def __call__(self, step: str, words: str) -> Iterator[None]:
        self._progress(words)
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = time.perf_counter() - begun


def _proof(server: Server, history: History, grants: str, clock: _Clock) -> DatabaseProof:
    from shipworthy.database.attack import attack
    from shipworthy.database.seed import seed

    with ExitStack() as made:
        with clock("replay", f"replaying {len(history.migrations or history.loose)} SQL files"):
            replays = _replays(server, history, grants, made)
        unreachable = _unreachable(replays.get(Era.STRICT))
        era, reason = _chosen(history, grants, unreachable)
        replayed = replays[era]
        with clock("seed", f"seeding {len(replayed.schema.tables)} tables"):
            copy = server.clone(replayed.database)
            made.callback(copy.drop)
            seeding = seed(copy, replayed.schema)
        with clock("attack", f"attacking {len(replayed.schema.tables)} tables"):
            attempts = attack(copy, replayed.schema, seeding) if history.supabase else ()
    return DatabaseProof(
        engine=server.engine,
        supabase=history.supabase,
        era=era,
        era_reason=reason,
        replay=replayed.replay,
        schema=replayed.schema,
        seeding=seeding,
        attempts=attempts,
        unreachable=unreachable,
        declared_public=history.declared_public,
        seconds=dict(clock.seconds),
    )


class _Replayed(Struct, frozen=True):
    """One replay and the database that it left."""

    database: Database
    replay: Replay
    schema: Schema


def _replays(
    server: Server, history: History, grants: str, made: ExitStack
) -> dict[Era, _Replayed]:
    """A replay per era, side by side, each on a core of its own; one where grants play no part."""
    from shipworthy.database.replay import replay

    def one(era: Era) -> _Replayed:
        database = server.database(era)
        made.callback(database.drop)
        return _Replayed(database, *replay(database, history))

    eras = [Era.LEGACY] if not history.supabase else [Era.LEGACY, Era.STRICT]
    if grants == Era.STRICT.value:
        eras = [Era.STRICT]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(eras)) as side_by_side:
        running = {era: side_by_side.submit(one, era) for era in eras}
        return {era: future.result() for era, future in running.items()}


def _chosen(history: History, grants: str, unreachable: Unreachable) -> tuple[Era, str]:
    """The era to judge by, and why."""
    if not history.supabase:
        return Era.LEGACY, "no platform grants anything here"
    if grants != "auto":
        return Era(grants), "as asked for"
    era, reason = era_of(history.migrations)
    if era is Era.STRICT and unreachable.tables and not unreachable.reachable:
        # An app that works has its grants from somewhere: here only the old defaults give any.
        return Era.LEGACY, f"{reason}, but nothing is granted: an app that works has the old grants"
    return era, reason


def _unreachable(strict: _Replayed | None) -> Unreachable:
    """The tables that neither visitors nor users may touch when nothing is granted by default."""
    if strict is None:
        return Unreachable((), 0)
    schema = strict.schema
    tables = [t for t in schema.tables.values() if t.schema in schema.exposed and t.judged]
    closed = [t for t in tables if not (t.grants.keys() & {"anon", "authenticated"})]
    names = tuple(sorted(t.qualified for t in closed))
    to_servers = frozenset(t.qualified for t in closed if "service_role" not in t.grants)
    return Unreachable(names, len(tables) - len(closed), to_servers)
