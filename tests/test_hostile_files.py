"""A file made to cost time costs time that grows with its length, or is said to be left unread."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planting import prototype_of, syntax_of
from shipworthy.engines.betterleaks import recognise
from shipworthy.prototype import Engines, Prototype, read_prototype
from shipworthy.prototype.dependencies import requirements
from shipworthy.prototype.handlers import refusals
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.inventory.manifests import read_toml
from shipworthy.prototype.program.nodes import Statement
from shipworthy.prototype.queries import assigned, loops, small_lists
from shipworthy.prototype.queries import query as queries
from shipworthy.prototype.reading import TOO_LONG, read_file
from shipworthy.prototype.secrets import demo_logins, recognisers
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.prototype.tables import sql
from shipworthy.settings import Limits, Settings

_REAL = 'const api_key = "Zx9{:03d}QwErTyUiOpAsDfGhJk";\n'


def test_file_that_takes_too_long_is_left_unread_and_no_other(tmp_path: Path) -> None:
    # Two thousand times as long as the other one.
    long = "".join(f"export const a{i} = await fetch(u{i});\n" for i in range(20_000))
    for name, text in {"short.ts": "export const a = 1;\n", "long.ts": long}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = Settings(Limits(file_seconds=0.05), workers=1)
    found = read_prototype(tmp_path, settings)
    assert [(u.path, u.reason) for u in found.unread] == [("long.ts", TOO_LONG)]


def test_limit_ends_with_the_file() -> None:
    text = "const a = 1;\n"
    file = SourceFile("a.ts", Role.PRODUCT, len(text), text, Language.TYPESCRIPT)
    assert not read_file(file, seconds=0.5).unread
    assert sum(range(10_000_000)) > 0  # nothing ends this


def test_sign_of_a_dialect_does_not_reach_over_empty_lines() -> None:
    # One that did would be tried at every empty line, over all that follow.
    found = sql._SQLITE.search("\n" * 50 + "  pragma foreign_keys = on;")
    assert found is not None
    assert found.start() == 50


def test_statement_ends_where_the_next_one_starts() -> None:
    script = "".join(f"create table t{i} (id int\n" for i in range(50))
    found = list(sql.create_tables(script))
    assert [t.line for t in found] == list(range(1, 51))
    assert {len(t.columns) for t in found} == {1}


@pytest.mark.parametrize("count", [20, 40])
def test_assignments_of_a_file_are_looked_through_once(count: int) -> None:
    one = "sql# = 'SELECT * FROM t WHERE a = 1'\ncursor.execute(sql#)\n"
    text = "".join(one.replace("#", str(i)) for i in range(count))
    before = assigned.assigned_in.cache_info().misses
    assert len(queries.read(syntax_of("import sqlite3\n" + text, "a.py"))) == count
    assert assigned.assigned_in.cache_info().misses == before + 1


@pytest.mark.parametrize("count", [20, 40])
def test_loop_is_judged_once_for_all_its_queries(count: int) -> None:
    queried = "".join(f'await db.from("t{i}").insert({{ a: row }});\n' for i in range(count))
    before = [f.cache_info().misses for f in (loops._walks_rows, small_lists.is_small)]
    text = f"async function f(rows) {{ for (const row of rows) {{ {queried} }} }}"
    assert len(queries.read(syntax_of(text))) == count
    after = [f.cache_info().misses for f in (loops._walks_rows, small_lists.is_small)]
    assert after == [n + 1 for n in before]


def test_key_of_telegram_is_looked_for_where_its_words_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = "8123456790:AA" + "Zx9kQw3rTy7uIoPa5sDfGh1jKlMn2bVcX"
    pictures = "\n ".join(f"AAAA{i:020d}" for i in range(40))
    text = f"{pictures}\n{key}\n{key}_\n{pictures}"
    spans = []
    pattern = re.compile(recognisers._TELEGRAM.pattern)

    class Recorded:
        def search(self, text: str, start: int, end: int) -> re.Match[str] | None:
            spans.append(end - start)
            return pattern.search(text, start, end)

    monkeypatch.setattr(recognisers, "_TELEGRAM", Recorded())
    assert [hit.value for hit in recognisers.recognise(text)] == [key]
    assert len(spans) == 82
    assert max(spans) < 50


def test_lines_of_a_file_are_counted_once(tmp_path: Path) -> None:
    found = _with_secrets(tmp_path, 30)
    file = found.files["src/a.ts"]
    assert [s.location.line for s in found.secrets] == list(range(1, 31))
    assert file._starts is file._starts
    assert [file.line_at(at) for at in (0, file._starts[1] - 1, file._starts[1])] == [1, 1, 2]


def test_line_is_masked_by_its_own_secrets_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _with_secrets(tmp_path, 30)
    first = found.secrets[0]
    masked: list[str] = []

    def counted(value: str) -> str:
        masked.append(value)
        return "masked"

    monkeypatch.setattr("shipworthy.secret.mask", counted)
    assert found.excerpt(first.location) == 'const api_key = "masked";'
    assert masked == [first.value]


def test_screen_is_searched_for_shown_passwords_once(tmp_path: Path) -> None:
    logins = "".join(f"login({{ email: 'a@b.io', password: 'Hunter{i}!' }})\n" for i in range(30))
    text = f"{logins}const a = <p>Try Hunter7! now</p>;\n"
    before = demo_logins._shown.cache_info().misses
    prototype = prototype_of(tmp_path, {"src/a.tsx": text})
    found = read_prototype(prototype.root, Settings(workers=1), Engines(secrets=recognise)).secrets
    assert len(found) == 29
    assert demo_logins._shown.cache_info().misses == before + 1


def test_versions_of_requirements_are_parsed_once(tmp_path: Path) -> None:
    text = "".join(f"package{i}>=4.7.11,<5\n" for i in range(60))
    before = requirements._allowed.cache_info().misses
    prototype = prototype_of(tmp_path, {"requirements.txt": text, "app.py": "import a\n"})
    assert {d.specifier for d in prototype.dependencies.packages} == {"<5,>=4.7.11"}
    assert requirements._allowed.cache_info().misses == before + 1


def test_key_of_a_thousand_parts_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "[project]\nname = '" + "a. " * 500 + "'\n"
    assert read_toml(sentence)["project"]

    def refused(_: str) -> dict[str, object]:
        raise AssertionError

    monkeypatch.setattr("tomllib.loads", refused)
    assert read_toml("a" + ".a" * 1000 + " = 1\n") == {}
    assert read_toml("[a" + ".a" * 1000 + "]\n") == {}


def _with_secrets(root: Path, count: int) -> Prototype:
    text = "".join(map(_REAL.format, range(count)))
    prototype_of(root, {"src/a.ts": text})
    return read_prototype(root, Settings(workers=1), Engines(secrets=recognise))


def test_refusal_that_many_routes_lead_to_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    code = refusals._code

    def counted(statements: tuple[Statement, ...]) -> int:
        read.append(id(statements))
        return code(statements)

    monkeypatch.setattr(refusals, "_code", counted)
    route = '@app.get("/a#")\ndef a#(user=Depends(caller)):\n    return db.load(user.id)\n\n\n'
    routes = "".join(route.replace("#", str(n)) for n in range(12))
    files = {"requirements.txt": "fastapi\n", "main.py": _CALLER + routes}
    handlers = prototype_of(tmp_path, files).handlers
    assert [any(g.check is Check.REFUSES for g in h.guards) for h in handlers] == [True] * 12
    assert len(read) == len(set(read)) == 1


_CALLER = """
from fastapi import Depends, FastAPI, HTTPException, Request

import db

app = FastAPI()


def caller(request: Request):
    user = db.session_of(request.cookies.get("sid"))
    if not user:
        raise HTTPException(status_code=401)
    return user


"""
