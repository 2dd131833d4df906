"""Databases among the files are opened without changing them, and whoever is in them is counted."""

# ruff: noqa: S608 - nothing of it comes from outside

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shipworthy.prototype.privacy.addresses import is_of_a_person, is_placeholder
from shipworthy.prototype.privacy.dumps import dumped_tables, is_dump
from shipworthy.prototype.privacy.kept_databases import KeptDatabase, read_kept_databases
from shipworthy.prototype.privacy.kept_tables import KeptTable
from shipworthy.prototype.roles import role_of
from shipworthy.prototype.source import SourceFile

HASH = "$2b$12$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
ACCOUNTS = (
    "CREATE TABLE account (id INTEGER PRIMARY KEY, email TEXT, password TEXT);"
    f"INSERT INTO account (email, password) VALUES ('ida.noren@gmail.com', '{HASH}'), (NULL, '');"
)


def made(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
    return path


def kept(path: Path) -> KeptDatabase:
    file = SourceFile(path.name, role_of(path.name), path.stat().st_size)
    (found,) = read_kept_databases(path.parent, [file])
    return found


def test_only_filled_rows_count_and_the_file_stays_as_it_is(tmp_path: Path) -> None:
    path = made(tmp_path / "app #1?.db", ACCOUNTS)
    before = path.read_bytes()
    assert kept(path).tables == (KeptTable("account", 1, 1, 1),)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_database_with_a_log_of_writes_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "app.sqlite3", f"PRAGMA journal_mode = WAL; {ACCOUNTS}")
    assert kept(path).tables[0].accounts == 1
    assert [p.name for p in tmp_path.iterdir()] == [path.name]  # no log beside it


def test_views_and_virtual_tables_of_a_hostile_file_are_not_asked(tmp_path: Path) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS email FROM n"
    )
    path = made(
        tmp_path / "app.db",
        f"{ACCOUNTS} CREATE VIEW users AS {endless}; PRAGMA writable_schema = on;"
        "INSERT INTO sqlite_master VALUES ('table', 'mails', 'mails', 0,"
        " 'CREATE VIRTUAL TABLE mails USING unheard_of(email)')",
    )
    assert [t.name for t in kept(path).tables] == ["account"]


def test_a_broken_file_says_why_it_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 3_000)
    assert kept(path).unread.startswith("app.db cannot be read: ")
    path.write_bytes(b"PGDMP\x01\x0e")
    assert (
        kept(path).unread == "app.db is a dump of PostgreSQL in its own format, which is not read"
    )


def test_rows_of_a_dump_are_counted_by_table() -> None:
    text = (
        "-- MySQL dump 10.13\nINSERT INTO `users` VALUES (1,'ida.noren@gmail.com',\n"
        f"'{HASH}');\nCREATE TABLE `x` (`a` int);\nINSERT INTO `users` VALUES (2,'','{HASH}');\n"
        "INSERT INTO `pages` VALUES (1,'write to info@example.com');\n"
    )
    assert is_dump(text)
    assert list(dumped_tables(text)) == [KeptTable("users", 2, 1, 1, 2)]
    assert not is_dump("-- Seed data\n" + text.partition("\n")[2])


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.com",
        "test@test.de",
        "admin@admin.com",
        "lindgren@lindgren.com",
        "user12@gmail.com",
        "a@b.co",
        "ida@shop.test",
        "ida@mail.demo.io",
    ],
)
def test_made_up_addresses_are_nobodys(address: str) -> None:
    assert is_placeholder(address)
    assert not is_of_a_person(address)


def test_an_address_at_a_company_is_somebodys_but_not_private() -> None:
    assert not is_placeholder("ida.noren@noren-bygg.se")
    assert not is_of_a_person("ida.noren@noren-bygg.se")
    assert is_of_a_person("Ida.Noren@Gmail.com")
