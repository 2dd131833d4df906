"""Databases that lie among the files of the code: whose accounts and addresses they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from shipworthy.errors import FactUnavailable
from shipworthy.prototype.privacy.dumps import dumped_tables, is_dump
from shipworthy.prototype.privacy.kept_tables import KeptTable
from shipworthy.prototype.privacy.sqlite_files import MAGIC, stored_tables
from shipworthy.prototype.source import SourceFile


class KeptDatabase(Struct, frozen=True):
    """A database file or a dump; `unread` says why it was not looked into."""

    path: str
    tables: tuple[KeptTable, ...] = ()
    unread: str = ""


_SUFFIXES = (".db", ".db3", ".sqlite", ".sqlite3", ".dump", ".backup", ".bak", ".rdb")
_CLOSED = {
    b"PGDMP": "a dump of PostgreSQL in its own format",
    b"REDIS": "a snapshot of Redis",
}


def read_kept_databases(root: Path, files: Iterable[SourceFile]) -> tuple[KeptDatabase, ...]:
    """Every database file below `root` and every dump, in the order of their paths."""
    return tuple(_kept(root, files))


def _kept(root: Path, files: Iterable[SourceFile]) -> Iterator[KeptDatabase]:
    for file in files:
        if file.path.endswith(".sql") and file.text is not None and is_dump(file.text):
            yield KeptDatabase(file.path, tuple(dumped_tables(file.text)))
        elif file.size and file.name.lower().endswith(_SUFFIXES):
            head = _head(root / file.path)
            if head == MAGIC:
                yield _stored(root / file.path, file.path)
            elif closed := _CLOSED.get(head[:5]):
                yield KeptDatabase(file.path, unread=f"{file.path} is {closed}, which is not read")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            return opened.read(len(MAGIC))
    except OSError:  # gone since, or its name was not printable
        return b""


def _stored(file: Path, path: str) -> KeptDatabase:
    try:
        return KeptDatabase(path, stored_tables(file))
    except FactUnavailable as error:
        return KeptDatabase(path, unread=f"{path} cannot be read: {error}")
