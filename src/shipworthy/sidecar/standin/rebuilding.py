"""The database of a stand-in: what the prototype's migrations make, with the rows of its seed files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.errors import FactUnavailable
from shipworthy.prototype.tables.histories import generated_types, read_history
from shipworthy.sidecar.standin.described import add_described
from shipworthy.sidecar.standin.seeding import run_seeds

if TYPE_CHECKING:
    from shipworthy.database.engine import Database, Server
    from shipworthy.prototype.prototype import Prototype


def rebuild(server: Server, prototype: Prototype, said: list[str]) -> Database:
    """The database that the migrations make; an empty one, and why, where there are none."""
    from shipworthy.database.era import era_of
    from shipworthy.database.proof import Era
    from shipworthy.database.replay import replay

    try:
        history = read_history(prototype)
    except FactUnavailable as error:
        said.append(f"no migrations are replayed: {error}")
        history = None
    database = server.database(Era.LEGACY)
    if history is None:
        described = generated_types(prototype)
        said += add_described(database, described, frozenset()) if described else []
        return database
    replayed, schema = replay(database, history)
    era, reason = era_of(history.migrations)
    if era is Era.STRICT:
        said.append(f"new tables are granted as in older projects, although {reason}")
    said.append(_told(replayed.files, replayed.clean_files, len(schema.tables)))
    if history.generated is not None:
        said += add_described(database, history.generated, schema.tables.keys())
    said += run_seeds(database, history)
    return database


def _told(files: int, clean: int, tables: int) -> str:
    lost = f"; {files - clean} failed and left nothing, as on the platform" if clean < files else ""
    return f"{files} SQL files replayed{lost}: {tables} tables"
