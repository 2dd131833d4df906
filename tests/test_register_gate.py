"""The launch gate: passed by documented answers alone, and by nothing that has ended or was changed."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from shipworthy.assess.checklist import Answer
from shipworthy.assess.gate import Gate, Light
from shipworthy.frameworks import frameworks
from shipworthy.pipeline import run_gate
from shipworthy.register import BrokenRegister, Register
from shipworthy.register.acts import approve, ask, attest
from shipworthy.register.standing import WaiverBody
from shipworthy.report.gate import gate_schema
from shipworthy.settings import Settings

_TODAY = date(2026, 11, 21)
_END = _TODAY + timedelta(days=60)


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """Of a prototype with one gap (no tests) and no model call; nothing is answered yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "app"
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text('{"name": "app", "private": true}\n')
    for name in "abcdef":
        (folder / f"src/{name}.ts").write_text(
            f"export function {name}(n: number) {{\n  return n * 2;\n}}\n" * 30
        )
    made = Register(folder, clock=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC))
    made.open("Ana")
    return made


def test_nothing_answered_is_not_passed(register: Register) -> None:
    judged = _gate(register)
    assert not judged.passed
    unknown = [row.id for _, row in judged.open_rows if row.answer is Answer.UNKNOWN]
    assert "hardening_checklist.recovery" in unknown


def test_answers_and_exceptions_for_every_row_pass_and_their_end_does_not(
    register: Register,
) -> None:
    _answer_all(register)
    judged = _gate(register)
    assert (judged.passed, judged.light) == (True, Light.GREEN)
    assert not judged.ending_soon
    assert _gate(register, _END).passed
    assert {r.id for _, r in _gate(register, _END).ending_soon} >= {"hardening_checklist.recovery"}
    after = _gate(register, _END + timedelta(days=1))
    assert not after.passed
    assert "hardening_checklist.unit-tests" in {r.id for _, r in after.open_rows}


def test_one_row_without_an_answer_fails(register: Register) -> None:
    _answer_all(register, without="hardening_checklist.recovery")
    judged = _gate(register)
    assert [row.id for _, row in judged.open_rows] == ["hardening_checklist.recovery"]
    assert judged.light is Light.AMBER


def test_more_than_three_rows_that_are_no_are_red(register: Register) -> None:
    before = _gate(register)
    hardening = next(c for c in before.checklists if c.id == "hardening_checklist")
    assert (hardening.count(Answer.NO), before.light) == (3, Light.AMBER)
    attest(register, "Bo", "hardening_checklist.recovery", "it failed", _END, yes=False)
    assert _gate(register).light is Light.RED


def test_changed_evidence_no_longer_passes(register: Register) -> None:
    _answer_all(register, without="hardening_checklist.recovery")
    minutes = register.folder / "drill.md"
    minutes.write_text("restored")
    attest(register, "Bo", "hardening_checklist.recovery", "drill", _END, evidence=(minutes,))
    assert _gate(register).passed
    minutes.write_text("restored, nearly")
    [(_, row)] = _gate(register).open_rows
    assert "this no longer counts: evidence changed" in row.reason


def test_a_blocker_fails_whatever_the_rows_say(register: Register) -> None:
    _answer_all(register)
    key = "sk_live_" + "51Hq8ZkLmN4oPqRsTuVwXyZaB3"
    (register.folder / "src/key.ts").write_text(f'export const KEY = "{key}";\n')
    judged = _gate(register)
    assert not judged.passed
    assert "secret-in-code" in {f.control for f in judged.blockers}
    assert not Gate(judged.assessment, (), judged.register).passed  # where no row asks about it


def test_a_register_that_was_changed_cannot_be_judged_by(register: Register) -> None:
    _answer_all(register)
    with closing(sqlite3.connect(register.file)) as connection, connection:
        connection.execute("DROP TRIGGER entry_never_goes")
        connection.execute("DELETE FROM entry WHERE number = 3")
        connection.execute(
            "CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry "
            "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
        )
    with pytest.raises(BrokenRegister, match="entry 3 is missing"):
        _gate(register)


def test_the_command_exits_by_the_outcome_and_records_it(register: Register) -> None:
    refused = _run("gate", str(register.folder), "--json")
    assert refused.returncode == 1
    document = json.loads(refused.stdout)
    assert document["passed"] is False
    Draft202012Validator(gate_schema()).validate(document)
    recorded = _run("gate", str(register.folder), "--record", "--by", "Ana")
    assert recorded.returncode == 1
    last = register.entries()[-1]
    assert (last.kind, last.body["passed"]) == ("gate", False)
    register.file.write_bytes(b"broken")
    broken = _run("gate", str(register.folder))
    assert (broken.returncode, broken.stdout) == (2, "")


def _gate(register: Register, day: date = _TODAY) -> Gate:
    return run_gate(register.folder, Settings(workers=1, today=day))


def _answer_all(register: Register, without: str = "") -> None:
    """A yes for every row that no machine answers, and a waiver for the gaps that there are."""
    for gap in {f.control for f in _gate(register).assessment.gaps}:
        wanted = WaiverBody(control=gap, subject="*", reason="a demo for one fair", until=_END)
        approve(register, "Ana", ask(register, "Bo", wanted).number)
    open_rows = {row.id for _, row in _gate(register).open_rows}
    for framework in frameworks():
        for row in framework.rows:
            if framework.checklist and row.id in open_rows and row.id != without:
                attest(register, "Bo", row.id, "looked at it", _END)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shipworthy", *arguments],
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
