"""What nobody foresaw costs one answer, and is told as a fault of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shipworthy import faults
from shipworthy.assess.asking import ask_all
from shipworthy.control import Control
from shipworthy.errors import CannotLook
from shipworthy.finding import Finding, Outcome, Severity
from shipworthy.pipeline import open_prototype, run_assess
from shipworthy.prototype import Prototype, reading
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.handlers.entries import Entries
from shipworthy.settings import Settings

_HALF_WRITTEN = """
from openai import OpenAI
import sqlite3

client = OpenAI()


def answer(question):
    reply = client.chat.completions.create(model="m", messages=[{"role": "user", "content": question}])
    return sqlite3.connect("x.db").execute(reply.choices[0].message.content).fetchall()


from models import (
    Account,
def accounts():
    return {"rows": [1,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "package.json").write_text('{"name": "p", "dependencies": {"express": "4.21.2"}}')
    (tmp_path / "server.js").write_text(
        'const app = require("express")();\n'
        'app.get("/members", async (_req, res) => res.json(await db.query("SELECT * FROM members")));\n'
        "app.listen(3000);\n"
    )
    return tmp_path


@pytest.fixture
def as_for_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(faults.TRACE, raising=False)


class Stumbles(
    Control, id="stumbles", title="t", consequence="c", severity=Severity.LOW, satisfies=()
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        raise KeyError(str(prototype.root))


def test_a_file_of_python_that_is_half_written_is_read(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(_HALF_WRITTEN)
    run_assess(tmp_path, Settings())


@pytest.mark.usefixtures("as_for_users")
def test_a_control_that_fails_answers_unknown(folder: Path) -> None:
    control = Stumbles()
    (answer,) = ask_all(open_prototype(folder, Settings()), [control], lambda _: None)
    assert answer.outcome is Outcome.UNKNOWN
    assert "a fault of shipworthy itself (KeyError at " in answer.message


def test_where_asked_for_a_fault_is_raised_whole(folder: Path) -> None:
    with pytest.raises(KeyError):
        ask_all(open_prototype(folder, Settings()), [Stumbles()], lambda _: None)


@pytest.mark.usefixtures("as_for_users")
def test_a_file_at_which_a_reader_fails_is_unread(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading.queries, "read", _fails)
    assessment = run_assess(folder, Settings(workers=1))
    (unread,) = [u for u in assessment.unread if u.path == "server.js"]
    assert unread.reason.startswith("a fault of shipworthy itself (IndexError")
    assert not [
        f for f in assessment.findings if f.outcome is Outcome.SATISFIED and "server" in f.subject
    ]


@pytest.mark.usefixtures("as_for_users")
@pytest.mark.parametrize("step", ["_follow", "_walk"])
def test_an_entry_point_that_cannot_be_followed_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(Entries, step, property(_fails) if step == "_walk" else _fails)
    (handler,) = open_prototype(folder, Settings()).handlers
    assert handler.hindrance.startswith("a fault of shipworthy itself (IndexError")


@pytest.mark.usefixtures("as_for_users")
def test_a_panic_of_a_library_is_contained() -> None:
    panic: Callable[[str], BaseException] = type("PanicException", (BaseException,), {})
    assert "PanicException" in faults.told(panic("index out of range"))


@pytest.mark.usefixtures("as_for_users")
@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), CannotLook("no code")])
def test_what_ends_the_program_is_no_fault(error: BaseException) -> None:
    with pytest.raises(type(error)):
        faults.told(error)


@pytest.mark.parametrize("base", ["IndexError", "PanicException"])
def test_the_command_line_ends_with_one_line(folder: Path, base: str) -> None:
    program = (
        "import sys; from shipworthy.cli import start\n"
        "class PanicException(BaseException): pass\n"
        f"def fails(): raise {base}\n"
        "start.plainly = lambda _: fails\n"
        f"sys.argv = ['shipworthy', 'assess', {str(folder)!r}]\n"
        "start.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k != faults.TRACE},
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"shipworthy: a fault of shipworthy itself ({base} at cli/start.py:"
    )
    assert len(done.stderr.splitlines()) == 1


def _fails(*_: object) -> list[Syntax]:
    raise IndexError("nobody foresaw it")


def test_a_question_that_nobody_answers_is_no_fault() -> None:
    program = (
        "import click; from shipworthy.cli import start\n"
        "def asks(): raise click.Abort\n"
        "start.plainly = lambda _: asks\n"
        "start.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (2, "shipworthy: interrupted; nothing was changed\n")
