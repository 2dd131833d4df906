"""Files of SQLite: the rows of their plain tables, counted and never changed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from shipworthy.database.names import quoted_part
from shipworthy.errors import FactUnavailable
from shipworthy.prototype.privacy.addresses import ADDRESS
from shipworthy.prototype.privacy.kept_tables import KeptTable, kept_table
from shipworthy.regex import regex

if TYPE_CHECKING:
    import sqlite3

MAGIC = b"SQLite format 3\0"
_BYTES = 200_000_000
_SECONDS = 2.0  # for one file
_TABLES, _MOST = 300, 5_000  # tables of a file, addresses of a table

_PASSWORD = regex(
    r"(^|_)(pass(word|wd|wort)?|pwd|senha|contrase(n|ñ)a|mot_de_passe)(_?(hash(ed)?|digest|encrypted|enc))?$"
    r"|(hashed|encrypted|crypted)_?pass|(access|refresh|auth|api)_?(token|key)$",
    re.IGNORECASE,
)
_TOKENS = regex(
    r"(^|_)(auth_?tokens?|api_?keys?|access_?tokens?|refresh_?tokens?)(_|$)|authtoken_token", re.I
)
_KEY = regex(r"^(key|token|value|hash)$", re.IGNORECASE)
_MAIL = regex(r"e_?mail(_?address)?$|^correo$", re.IGNORECASE)


def stored_tables(path: Path) -> tuple[KeptTable, ...]:
    """The tables of a SQLite file. Raises FactUnavailable where it is broken, too large or too slow.

    The file is untrusted: https://www.sqlite.org/security.html#untrusted_sqlite_database_files
    """
    import sqlite3

    try:
        if path.stat().st_size > _BYTES:
            raise FactUnavailable(f"larger than {_BYTES:,} bytes")
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            until = time.monotonic() + _SECONDS
            database.set_progress_handler(lambda: int(time.monotonic() > until), 100_000)
            for guard in ("trusted_schema = off", "cell_size_check = on", "query_only = on"):
                database.execute(f"PRAGMA {guard}")
            return tuple(_tables(database))
    except (sqlite3.Error, OSError, UnicodeError) as error:
        raise FactUnavailable(str(error)) from error


def _tables(database: sqlite3.Connection) -> Iterator[KeptTable]:
    plain = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name LIMIT ?"
    )
    for (name,) in database.execute(plain, (_TABLES,)).fetchall():
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({quoted_part(name)})")]
        secret = [c for c in columns if _keeps_secret(c, name)]
        accounts = max((_filled(database, name, c) for c in secret), default=0)
        addresses = {a for c in columns if _MAIL.search(c) for a in _addresses(database, name, c)}
        if table := kept_table(name, accounts, addresses):
            yield table


def _keeps_secret(column: str, table: str) -> bool:
    return bool(_PASSWORD.search(column) or (_TOKENS.search(table) and _KEY.match(column)))


def _filled(database: sqlite3.Connection, table: str, column: str) -> int:
    asked = f"SELECT count(*) FROM {quoted_part(table)} WHERE length({quoted_part(column)}) >= 6"  # noqa: S608
    return int(database.execute(asked).fetchone()[0])


def _addresses(database: sqlite3.Connection, table: str, column: str) -> Iterator[str]:
    name = quoted_part(column)
    asked = f"SELECT DISTINCT {name} FROM {quoted_part(table)} WHERE {name} LIKE '%_@_%._%' LIMIT ?"  # noqa: S608
    for (value,) in database.execute(asked, (_MOST,)):
        if isinstance(value, str) and ADDRESS.fullmatch(value.strip()):
            yield value.strip().lower()
