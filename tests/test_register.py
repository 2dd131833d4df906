"""The register: what is written stays, in its order, whoever writes at the same time."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shipworthy.register import BrokenRegister, NoRegister, Register
from shipworthy.register.entry import NotAnEntry
from shipworthy.register.file import CannotWrite
from shipworthy.register.key import NoKey, signing_key
from shipworthy.register.verify import verify


@pytest.fixture
def register(tmp_path: Path) -> Register:
    folder = tmp_path / "app"
    folder.mkdir()
    made = Register(folder, home=tmp_path / "home")
    made.open("Ana Example")
    return made


def test_what_is_appended_is_read_back_in_its_order(register: Register) -> None:
    register.append("kill-switch", "Bo Example", {"feature": "chat", "off": True})
    register.append("kill-switch", "Ana Example", {"feature": "chat", "off": False})
    found = register.entries()
    assert [(e.number, e.kind, e.by) for e in found] == [
        (1, "opened", "Ana Example"),
        (2, "kill-switch", "Bo Example"),
        (3, "kill-switch", "Ana Example"),
    ]
    assert found[2].previous == found[1].hash
    assert found[1].body == {"feature": "chat", "off": True}


def test_two_processes_that_write_at_once_lose_nothing(register: Register) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=_write_many, args=(register.folder, register.home, name, 40))
        for name in ("Ana", "Bo")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [w.exitcode for w in writers] == [0, 0]
    entries = register.entries()
    for name in ("Ana", "Bo"):
        assert [e.body["n"] for e in entries if e.by == name] == list(range(40))
    assert [e.number for e in entries] == list(range(1, 82))


def test_a_reader_meets_whole_entries_while_another_process_writes(register: Register) -> None:
    context = multiprocessing.get_context("spawn")
    writer = context.Process(target=_write_many, args=(register.folder, register.home, "Bo", 60))
    writer.start()
    seen = [len(register.entries())]
    while writer.is_alive():
        seen.append(len(register.entries()))
    writer.join()
    assert seen == sorted(seen)
    assert len(register.entries()) == 61


def test_a_second_register_is_not_made_over_the_first(tmp_path: Path) -> None:
    register = Register(tmp_path, home=tmp_path / "home")
    register.open("Ana")
    with pytest.raises(BrokenRegister, match="exists already"):
        register.open("Bo")
    assert register.entries()[0].by == "Ana"


def test_reading_leaves_no_trace_in_the_folder(register: Register) -> None:
    before = sorted(register.file.parent.iterdir())
    assert before == [register.file]
    register.entries()
    assert sorted(register.file.parent.iterdir()) == before


def test_a_register_in_a_folder_that_cannot_be_written_is_read(register: Register) -> None:
    register.append("note", "Ana", {})
    register.file.chmod(0o444)
    register.file.parent.chmod(0o555)
    try:
        assert len(register.entries()) == 2
    finally:
        register.file.parent.chmod(0o755)


def test_a_process_that_is_killed_leaves_whole_entries(register: Register) -> None:
    code = (
        "from pathlib import Path; from shipworthy.register import Register; import sys\n"
        "r = Register(Path(sys.argv[1]), home=Path(sys.argv[2]))\n"
        "print('up', flush=True)\n"
        "for n in range(10**6): r.append('note', 'Bo', {'n': n})\n"
    )
    arguments = [sys.executable, "-c", code, str(register.folder), str(register.home)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while len(register.entries()) < 10:
            time.sleep(0.01)
        process.kill()
    left = register.entries()
    register.append("note", "Ana", {"after": True})
    assert [e.number for e in register.entries()] == list(range(1, len(left) + 2))


def test_a_clock_that_goes_backwards_does_not_reorder(register: Register) -> None:
    late = _at(register, lambda: datetime(2031, 1, 1, tzinfo=UTC))
    early = _at(register, lambda: datetime(2030, 1, 1, tzinfo=UTC))
    first = late.append("note", "Ana", {})
    second = early.append("note", "Ana", {})
    assert second.time == first.time
    assert second.clock == first.clock - timedelta(days=365)
    assert register.entries()[-1] == second


@pytest.mark.parametrize(
    "body",
    [
        {"n": 0.5},
        {"n": 2**60},
        {"n": {1: 2}},
        {"n": b"x"},
        {"n": "x" * 70_000},
        {"n": "\ud800"},
        {"n": [[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]},
    ],
)
def test_what_has_no_one_form_in_json_is_refused(
    register: Register, body: dict[str, object]
) -> None:
    with pytest.raises(NotAnEntry):
        register.append("note", "Ana", body)
    assert len(register.entries()) == 1


@pytest.mark.parametrize(("kind", "by"), [("", "Ana"), ("opened", "Ana"), ("note", "  ")])
def test_an_entry_needs_a_kind_and_a_name(register: Register, kind: str, by: str) -> None:
    with pytest.raises(NotAnEntry):
        register.append(kind, by, {})


def test_a_user_without_a_home_writes_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    register = Register(tmp_path)
    register.open("Ana")
    register.append("note", "Ana", {})
    assert len(register.entries()) == 2
    assert verify(register).sound
    with pytest.raises(NoKey, match="cannot be used"):
        signing_key(register.home, register.folder)


def test_without_a_register_the_way_to_one_is_said(tmp_path: Path) -> None:
    register = Register(tmp_path, home=tmp_path / "home")
    with pytest.raises(NoRegister, match="shipworthy register init"):
        register.append("note", "Ana", {})
    with pytest.raises(NoRegister, match="shipworthy register init"):
        register.entries()


def test_a_register_of_a_newer_version_is_left_alone(register: Register) -> None:
    _sql(register, "PRAGMA user_version=2")
    for use in (register.entries, lambda: register.append("note", "Ana", {})):
        with pytest.raises(BrokenRegister, match="newer shipworthy"):
            use()


def test_a_link_is_not_followed(register: Register, tmp_path: Path) -> None:
    elsewhere = register.file.rename(tmp_path / "elsewhere.db")
    register.file.symlink_to(elsewhere)
    for use in (register.entries, lambda: register.append("note", "Ana", {})):
        with pytest.raises(BrokenRegister, match="link"):
            use()


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all" * 500, b"SQLite format 3\0" * 99]
)
def test_a_file_that_is_no_register_is_refused(register: Register, content: bytes) -> None:
    register.file.write_bytes(content)
    for use in (register.entries, lambda: register.append("note", "Ana", {})):
        with pytest.raises((BrokenRegister, CannotWrite)):
            use()
    assert register.file.read_bytes() == content


def test_a_database_whose_view_never_ends_is_not_asked(register: Register) -> None:
    _sql(
        register,
        "DROP TABLE entry",
        "CREATE VIEW entry AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
        "SELECT n AS number, 'x' AS document, 'y' AS hash FROM r",
    )
    with pytest.raises(BrokenRegister, match="tables are not"):
        register.entries()


def test_the_file_itself_refuses_a_change(register: Register) -> None:
    for statement in ("UPDATE entry SET hash = 'x'", "DELETE FROM entry"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            _sql(register, statement)


def _at(register: Register, clock: Callable[[], datetime]) -> Register:
    return Register(register.folder, register.home, clock)


def _sql(register: Register, *statements: str) -> None:
    with closing(sqlite3.connect(register.file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def _write_many(folder: Path, home: Path, by: str, count: int) -> None:
    register = Register(folder, home=home)
    for n in range(count):
        register.append("note", by, {"n": n})
