"""The register's SQLite file: append inside one transaction, read without leaving a trace."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from shipworthy.errors import ShipworthyError
from shipworthy.register.entry import BrokenRegister

VERSION = 1  # of the schema: PRAGMA user_version
_APPLICATION = 0x53577267  # "SWrg": PRAGMA application_id
_SCHEMA = {
    "entry": "CREATE TABLE entry "
    "(number INTEGER PRIMARY KEY, document TEXT NOT NULL, hash TEXT NOT NULL)",
    # These keep honest programs from mistakes; what holds against others is the chain of hashes.
    "entry_stays": "CREATE TRIGGER entry_stays BEFORE UPDATE ON entry "
    "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END",
    "entry_never_goes": "CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry "
    "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END",
}
_WAIT = 30.0  # seconds for other writers to finish; an append takes milliseconds
_LARGEST_FILE = 256_000_000  # bytes: a million entries
_LARGEST_CELL = 1_000_000  # bytes; an entry is not written with more than a quarter of that

Row = tuple[
    object, object, object
]  # number, document, hash: as they stand there, checked by others


class CannotWrite(ShipworthyError):
    """The register cannot be written: the disk, its rights, or a writer that does not end."""


def create(file: Path, first: Callable[[], tuple[int, str, str]]) -> bool:
    """Make the file with its first entry; False where somebody else just did.

    Made beside its place and linked into it, so that no reader ever meets half a register.
    """
    try:
        file.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=file.parent, prefix=".register-") as folder:
            made = Path(folder) / file.name
            with closing(sqlite3.connect(made, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute(f"PRAGMA application_id={_APPLICATION}")
                connection.execute(f"PRAGMA user_version={VERSION}")
                for statement in _SCHEMA.values():
                    connection.execute(statement)
                connection.execute("INSERT INTO entry VALUES (?, ?, ?)", first())
            os.link(made, file)
    except FileExistsError:
        return False
    except (OSError, sqlite3.Error) as error:
        raise CannotWrite(f"{file} cannot be made: {error}") from error
    return True


@contextmanager
def writing(file: Path) -> Iterator[sqlite3.Connection]:
    """The file, locked for one writer; committed at the end of the block, as if never begun on an error."""
    _refuse_foreign(file)
    try:
        with closing(sqlite3.connect(file, timeout=_WAIT, isolation_level=None)) as connection:
            _guard(connection, file)
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise CannotWrite(f"{file} cannot be written: {error}; nothing was lost") from error
    except sqlite3.Error as error:
        raise BrokenRegister(f"{file} is damaged: {error}") from error


def rows(file: Path) -> list[Row]:
    """All rows in their order. Writes nothing and locks nobody out.

    Raises BrokenRegister where it is no register, or one of a newer shipworthy.
    """
    _refuse_foreign(file)
    for _ in range(20):
        before = _stamp(file)
        try:
            found = _rows(file)
        except sqlite3.Error as error:
            if _stamp(file) == before:
                raise BrokenRegister(f"{file} is damaged or no register: {error}") from error
            continue
        if _stamp(file) == before or before[1]:
            return found
    raise BrokenRegister(f"{file} is written to without a pause: try again")


def _rows(file: Path) -> list[Row]:
    # Without a write-ahead log nobody is writing: `immutable` keeps SQLite from making files beside it.
    how = "mode=ro" if _stamp(file)[1] else "mode=ro&immutable=1"
    address = f"file:{quote(str(file.absolute()))}?{how}"
    with closing(sqlite3.connect(address, uri=True, timeout=_WAIT)) as connection:
        _guard(connection, file)
        return connection.execute(
            "SELECT number, document, hash FROM entry ORDER BY number"
        ).fetchall()


def _stamp(file: Path) -> tuple[tuple[int, int], bool]:
    """Size and time of the file, and whether a write-ahead log lies beside it."""
    state = file.stat()
    return (state.st_size, state.st_mtime_ns), os.path.exists(f"{file}-wal")


def _refuse_foreign(file: Path) -> None:
    """A prototype is untrusted: no link is followed, and no huge file is opened."""
    if file.is_symlink() or file.parent.is_symlink():
        raise BrokenRegister(f"{file} is a link: it is not followed")
    try:
        if not file.is_file():
            raise BrokenRegister(f"{file} is not a regular file")
        if file.stat().st_size > _LARGEST_FILE:
            raise BrokenRegister(f"{file} is larger than {_LARGEST_FILE:,} bytes")
    except OSError as error:
        raise BrokenRegister(f"{file} cannot be read: {error.strerror}") from error


def _guard(connection: sqlite3.Connection, file: Path) -> None:
    """Raises BrokenRegister for a database with another schema: a view could run without an end."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_CELL)
    connection.execute("PRAGMA trusted_schema=OFF")
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise BrokenRegister(
            f"{file} was written by a newer shipworthy (version {version} of its form, known here: "
            f"{VERSION}): update shipworthy; nothing was changed"
        )
    found = dict(connection.execute("SELECT name, sql FROM sqlite_schema").fetchall())
    if found != _SCHEMA:
        raise BrokenRegister(f"{file} is not a register: its tables are not those of one")
