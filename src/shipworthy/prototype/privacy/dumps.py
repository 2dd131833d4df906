"""Dumps of databases in text: the rows of `COPY` and `INSERT`, counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.prototype.privacy.addresses import ADDRESS
from shipworthy.prototype.privacy.kept_tables import KeptTable, kept_table
from shipworthy.regex import regex

_DUMP = regex(
    r"^-- (PostgreSQL database (cluster )?dump|MySQL dump|MariaDB dump|phpMyAdmin SQL Dump|Adminer)\b"
    r"|^PRAGMA foreign_keys=OFF;\s+BEGIN TRANSACTION;",
    re.MULTILINE,
)
_HASH = regex(
    r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|pbkdf2_sha\d+\$\d+\$|scrypt:\d+:\d+:\d+\$|\$argon2i?d?\$v="
    r"|pbkdf2:sha\d+:\d+\$"
)
_BEGINS = regex(r"(?:COPY|INSERT INTO)\s+([\w.`\"]+)", re.IGNORECASE)


def is_dump(text: str) -> bool:
    """True for what a tool wrote that saves databases, not for a schema or for rows to begin with."""
    return _DUMP.search(text[:2_000]) is not None


def dumped_tables(text: str) -> Iterator[KeptTable]:
    """The tables of a dump in text, where rows of one table may stand in several statements."""
    accounts: dict[str, int] = {}
    addresses: dict[str, set[str]] = {}
    first: dict[str, int] = {}
    table, end = "", ""  # of the statement that goes on
    for number, line in enumerate(text.splitlines(), 1):
        if not table and (begun := _BEGINS.match(line)):
            table = re.sub(r"[`\"]", "", begun[1])
            end = "\\." if line[:4].upper() == "COPY" else ";"
            first.setdefault(table, number)
        if not table:
            continue
        accounts[table] = accounts.get(table, 0) + sum(1 for _ in _HASH.finditer(line))
        found = addresses.setdefault(table, set())
        if "@" in line:
            found.update(address.lower() for address in ADDRESS.findall(line))
        if line.rstrip().endswith(end):
            table = ""
    for name, number in first.items():
        if kept := kept_table(name, accounts[name], addresses[name], number):
            yield kept
