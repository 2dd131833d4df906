"""The database of advisories: build it from OSV's archives, open it, say how old it is.

The full one is an SQLite file in the user's cache folder; a small one comes with shipworthy.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.engines.osv_records import read_record
from shipworthy.engines.osv_stores import (
    FORMAT,
    SCHEMA,
    BundledDatabase,
    Database,
    FileDatabase,
    packed,
)
from shipworthy.errors import FactUnavailable, ShipworthyError
from shipworthy.prototype.dependencies.advisories import FRESH_DAYS
from shipworthy.prototype.dependencies.versions import Ecosystem

if TYPE_CHECKING:
    from shipworthy.engines.osv_archives import Archive

Progress = Callable[[str], None]

_FILE = "advisories.sqlite3"
_BATCH = 5_000  # rows in one insert


class Status(Struct, frozen=True):
    """What stands in the database that would be used now.

    `complete` False means the bundled one: a selection, in which no match proves nothing.
    """

    complete: bool
    path: str
    as_of: date | None
    age_days: int | None
    advisories: int
    packages: Mapping[str, int]  # packages with an advisory, by ecosystem

    @property
    def sentence(self) -> str:
        """All of it in one line, with what to do where it is not enough."""
        counts = ", ".join(f"{count:,} packages of {name}" for name, count in self.packages.items())
        known = f"{self.advisories:,} advisories on {counts}, up to {self.as_of}"
        if not self.complete:
            return (
                f"The selection that comes with shipworthy: {known}. It is not complete:"
                " run `shipworthy advisories update`"
            )
        if self.age_days is not None and self.age_days > FRESH_DAYS:
            old = f"It is {self.age_days} days old: run `shipworthy advisories update`"
            return f"The full database {self.path}: {known}. {old}"
        return f"The full database {self.path}: {known}"


def open_bundled() -> Database:
    """The small database that comes with shipworthy."""
    return BundledDatabase()


def open_database(path: Path | None = None, *, use_cache: bool = True) -> Database | None:
    """The full database at `path`, else the user's; None where there is none.

    Raises FactUnavailable when the file is there and cannot be read.
    """
    chosen = path or (default_path() if use_cache else None)
    if chosen is None or (path is None and not chosen.exists()):
        return None
    try:
        return FileDatabase(chosen)
    except (sqlite3.Error, KeyError, ValueError) as error:
        raise FactUnavailable(
            f"the advisory database {chosen} cannot be read ({error}):"
            " run `shipworthy advisories update`"
        ) from error


def default_path() -> Path:
    """Where the user's full database lies: XDG_CACHE_HOME, or the cache folder of the system."""
    configured = os.environ.get("XDG_CACHE_HOME")
    if configured:
        return Path(configured) / "shipworthy" / _FILE
    home = Path.home()
    folder = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    return folder / "shipworthy" / _FILE


def status(path: Path | None = None, *, today: date | None = None) -> Status:
    """What `shipworthy advisories status` shows. Raises FactUnavailable for a broken database."""
    database = open_database(path) or open_bundled()
    day = today or datetime.now(UTC).date()
    return Status(
        complete=database.complete,
        path=database.source,
        as_of=database.as_of,
        age_days=(day - database.as_of).days if database.as_of else None,
        advisories=database.count,
        packages=database.packages(),
    )


def update(
    ecosystems: Sequence[Ecosystem] = tuple(Ecosystem),
    *,
    source: str | Path | None = None,
    path: Path | None = None,
    progress: Progress = lambda _: None,
) -> Status:
    """Build the full database anew and put it in place of the old one in one step.

    `source` is OSV itself by default, or the address of a mirror, or for a machine without network
    a folder with `npm/all.zip` and `PyPI/all.zip` (or `npm.zip`, `PyPI.zip`), or a zip of the one
    ecosystem that is asked for. Raises ShipworthyError with what to do; the old database then
    stays as it was.
    """
    from shipworthy.engines.osv_archives import archives

    target = path or default_path()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="update-") as folder:
            fresh = Path(folder) / _FILE
            with archives(ecosystems, source, Path(folder), progress) as found:
                _build(fresh, found, progress)
            fresh.replace(target)
    except (OSError, sqlite3.OperationalError) as error:
        raise ShipworthyError(
            f"the advisory database could not be written to {target.parent}: {error}."
            " It needs about 1 GB free; the database from before is unchanged"
        ) from error
    return status(target)


def _build(path: Path, found: Iterable[Archive], progress: Progress) -> None:
    newest = ""
    ids = 0
    done: list[str] = []
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("pragma journal_mode = off; pragma synchronous = off;" + SCHEMA)
        for archive in found:
            rows: list[tuple[str, str, str, str]] = []
            for record in archive.records():
                mine = [a for a in read_record(record) if a.ecosystem is archive.ecosystem]
                ids += bool(mine)
                newest = max(newest, str(record.get("modified") or "")[:10] if mine else "")
                rows += [(a.ecosystem.value, a.package, a.id, packed(a)) for a in mine]
                if len(rows) > _BATCH:
                    _insert(connection, rows)
                    rows = []
                    progress(f"{archive.ecosystem.value}: {ids:,} advisories")
            _insert(connection, rows)
            done.append(archive.ecosystem.value)
        if not ids:
            raise ShipworthyError("the archives hold no advisory of npm or PyPI")
        meta = {
            "format": FORMAT,
            "as_of": newest,
            "advisories": str(ids),
            "ecosystems": ",".join(done),
        }
        connection.executemany("insert into meta values (?, ?)", meta.items())
        connection.commit()


def _insert(connection: sqlite3.Connection, rows: list[tuple[str, str, str, str]]) -> None:
    connection.executemany("insert or replace into advisory values (?, ?, ?, ?)", rows)
