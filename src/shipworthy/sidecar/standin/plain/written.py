"""Addresses of databases that the code has written out: led to the PostgreSQL of the run, in its copy."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shipworthy.prototype import Prototype
from shipworthy.prototype.source import Role, SourceFile

# With a user in it: what a driver connects with, and no word on one in a text.
_ADDRESS = re.compile(
    r"\b(?P<scheme>postgres(?:ql)?|mysql|mariadb|mongodb)(?P<driver>\+\w+)?://"
    r"[^\s\"'`<>@/]+@(?P<host>[\w.-]+)(?::(?P<port>\d+))?(?:/[^\s\"'`<>]*)?"
)
_TITLES = {"mysql": "MySQL", "mariadb": "MariaDB", "mongodb": "MongoDB"}
_LOCAL = ("localhost", "127.0.0.1", "0.0.0.0")  # noqa: S104
_NO_SSLMODE = ("+asyncpg", "+aiopg")  # drivers that refuse the word in an address
_LARGEST = 400_000  # characters of a file that is searched


@dataclass(frozen=True, slots=True)
class Written:
    """What the code names: files with the address of a PostgreSQL, and hosts of other databases that this
    run reaches as they are."""

    files: tuple[str, ...]
    elsewhere: tuple[str, ...]


NOTHING_WRITTEN = Written((), ())


def written_addresses(prototype: Prototype) -> Written:
    """The addresses in the code that runs. One on this machine that something listens at is the user's own,
    and stays."""
    files: list[str] = []
    elsewhere: dict[str, None] = {}
    for file in _code(prototype):
        for found in _ADDRESS.finditer((file.text or "")[:_LARGEST]):
            if found["scheme"].startswith("postgres"):
                if not _is_there(found):
                    files.append(file.path)
            elif found["host"] not in _LOCAL and "." in found["host"]:
                title = _TITLES[found["scheme"]]
                elsewhere[f"{title} at {found['host']} ({file.path})"] = None
    return Written(tuple(dict.fromkeys(files)), tuple(elsewhere))


def point_addresses(copy: Path, files: Iterable[str], url: str) -> None:
    """Have the files of a copy name this address instead; how they name the driver stays."""
    for path in files:
        file = copy / path
        if file.is_file() and not file.is_symlink():
            text = file.read_text(encoding="utf-8", errors="surrogateescape")
            pointed = _ADDRESS.sub(lambda found: _instead(found, url), text)
            file.write_text(pointed, encoding="utf-8", errors="surrogateescape", newline="")


def _code(prototype: Prototype) -> Iterator[SourceFile]:
    """What runs, and what Alembic reads before it makes the tables."""
    for file in prototype.of_role(Role.PRODUCT):
        if file.language is not None and file.path not in prototype.abandoned:
            yield file
    yield from (file for file in prototype.of_role(Role.CONFIG) if file.name == "alembic.ini")


def _instead(found: re.Match[str], url: str) -> str:
    if not found["scheme"].startswith("postgres") or _is_there(found):
        return found[0]
    driver = found["driver"] or ""
    address = url.partition("?")[0] if driver in _NO_SSLMODE else url
    return f"{found['scheme']}{driver}{address.removeprefix('postgresql')}"


def _is_there(found: re.Match[str]) -> bool:
    if found["host"] not in _LOCAL:
        return False
    try:
        with socket.create_connection(("127.0.0.1", int(found["port"] or 5432)), timeout=1.0):
            return True
    except (OSError, OverflowError):
        return False
