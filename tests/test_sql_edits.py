"""Values leave the text of an SQL query where they are values; what is SQL itself stays for a person."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.sql_edits import with_parameters
from shipworthy.settings import Settings

_SERVER = """import {driver}
from fastapi import FastAPI

app = FastAPI()


@app.get("/customers")
def customers(name: str, city: str):
    connection = {driver}.connect("{database}")
    cursor = connection.cursor()
    cursor.execute({query})
    return cursor.fetchall()
"""


def hardened(root: Path, query: str, driver: str = "sqlite3", database: str = "x") -> str | None:
    """The server with the query after the edit; None where it stays for a person."""
    text = _SERVER.format(driver=driver, query=query, database=database)
    (root / "main.py").write_text(text)
    (root / "requirements.txt").write_text(f"fastapi==0.115.0\n{driver}\n")
    prototype = read_prototype(root, Settings())
    effects = [e for h in prototype.handlers for e in h.effects_of(EffectKind.SQL)]
    assert effects, "the query is not seen at all"
    changed = with_parameters(prototype, effects)
    return changed["main.py"] if changed else None


def query_of(server: str | None) -> str | None:
    if server is None:
        return None
    start = server.index("cursor.execute(") + len("cursor.execute(")
    return server[start : server.index("\n    return")].removesuffix(")")


@pytest.mark.parametrize(
    ("driver", "query", "expected"),
    [
        (
            "sqlite3",
            "f\"SELECT 1 FROM c WHERE n = '{name}'\"",
            '"SELECT 1 FROM c WHERE n = ?", (name,)',
        ),
        (
            "sqlite3",
            "f\"SELECT 1 FROM c WHERE n = {name} AND t LIKE '{city}%'\"",
            '"SELECT 1 FROM c WHERE n = ? AND t LIKE ?", (name, f"{city}%")',
        ),
        (
            "psycopg2",
            "f\"SELECT 1 FROM c WHERE n = '{name}' AND t LIKE 'a%'\"",
            "\"SELECT 1 FROM c WHERE n = %s AND t LIKE 'a%%'\", (name,)",
        ),
        (
            "psycopg2",
            "f\"INSERT INTO c (n, t, j) VALUES ('{name}', {city}, '{{}}')\"",
            "\"INSERT INTO c (n, t, j) VALUES (%s, %s, '{}')\", (name, city)",
        ),
        (
            "sqlite3",
            "f'''SELECT 1\n        FROM c WHERE n = {name}'''",
            "'''SELECT 1\n        FROM c WHERE n = ?''', (name,)",
        ),
    ],
)
def test_values_go_beside_the_text(driver: str, query: str, expected: str, tmp_path: Path) -> None:
    assert query_of(hardened(tmp_path, query, driver)) == expected


@pytest.mark.parametrize(
    "query",
    [
        pytest.param('f"SELECT 1 FROM {name}"', id="name-of-a-table"),
        pytest.param('f"SELECT 1 FROM c ORDER BY {name}"', id="name-of-a-column"),
        pytest.param('f"SELECT 1 FROM c WHERE {name}"', id="piece-of-sql"),
        pytest.param('f"SELECT 1 FROM c WHERE n IN ({name})"', id="list"),
        pytest.param("f\"SELECT 1 FROM {city} WHERE n = '{name}'\"", id="value-beside-a-table"),
        pytest.param('f"SELECT 1 FROM c WHERE n = {name!r}"', id="written-as-a-literal"),
        pytest.param("f\"SELECT '?' FROM c WHERE n = '{name}'\"", id="mark-in-the-text"),
        pytest.param("f\"SELECT 1 -- it's\\n FROM c WHERE n = '{name}'\"", id="quote-in-a-comment"),
        pytest.param("f\"SELECT 1 FROM c WHERE n = '{name}' AND t = ?\", (city,)", id="half-done"),
        pytest.param('"SELECT 1 FROM c WHERE n = " + name', id="put-together-by-plus"),
    ],
)
def test_what_no_parameter_can_be_is_left_to_a_person(query: str, tmp_path: Path) -> None:
    assert hardened(tmp_path, query) is None


def test_the_same_rows_are_found_and_nothing_else_gets_in(tmp_path: Path) -> None:
    database = tmp_path / "shop.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE customers (name TEXT, city TEXT)")
        rows = [("Ana", "Porto"), ("Anton", "Graz"), ("O'Neill", "Cork")]
        connection.executemany("INSERT INTO customers VALUES (?, ?)", rows)
    query = "f\"SELECT name FROM customers WHERE name LIKE '{name}%' AND city <> '{city}'\""
    server = hardened(tmp_path, query, database=str(database))
    assert server is not None
    start, end = server.index("def customers"), len(server)
    found: dict[str, object] = {"sqlite3": sqlite3}
    exec(server[start:end], found)  # noqa: S102
    ask = found["customers"]
    assert callable(ask)
    assert ask("An", "Graz") == [("Ana",)]
    assert ask("O'", "Graz") == [("O'Neill",)]
    assert ask("x' OR '1' = '1", "Graz") == []
