"""Who may decide what: separation of duties, ends that are computed, and what assess makes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from shipworthy.assess.checklist import Answer, checklists
from shipworthy.pipeline import run_assess
from shipworthy.register import Register
from shipworthy.register.acts import NotAllowed, approve, ask, attest, hand_over, reject, revoke
from shipworthy.register.attestation import NoEvidence, Validity
from shipworthy.register.in_force import day_of, with_register
from shipworthy.register.standing import Standing, WaiverBody, standing_of
from shipworthy.register.verify import recover
from shipworthy.register.waiver import State
from shipworthy.report.register import register_schema
from shipworthy.settings import Settings

_TODAY = date(2026, 11, 21)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """Ana owns, Cy may approve as well; nobody works alone."""
    folder = tmp_path / "app"
    folder.mkdir()
    made = Register(folder, tmp_path / "home", _noon(_TODAY))
    made.open("Ana")
    hand_over(made, "Ana", "Ana", ("Cy",), solo=False)
    return made


def test_a_waiver_is_pending_until_another_person_approves(register: Register) -> None:
    item = ask(register, "Bo", _wanted(_TODAY + timedelta(days=30))).number
    assert _state(register, item) is State.PENDING
    approve(register, "Cy", item)
    assert _state(register, item) is State.APPROVED


def test_who_asked_may_not_approve(register: Register) -> None:
    item = ask(register, "Ana", _wanted()).number
    with pytest.raises(NotAllowed, match="another person must approve"):
        approve(register, "ana ", item)
    approve(register, "Cy", item)


def test_in_solo_mode_who_asked_may_approve_and_it_shows(register: Register) -> None:
    hand_over(register, "Ana", "Ana", (), solo=True)
    item = ask(register, "Ana", _wanted()).number
    approve(register, "Ana", item)
    [waiver] = _standing(register).waivers
    assert waiver.decision is not None
    assert waiver.decision.solo
    assert "solo mode" in with_register(Settings().intent, register, _TODAY)[0].acceptances[0].by


def test_solo_mode_switched_on_later_approves_nothing_of_before(register: Register) -> None:
    item = ask(register, "Ana", _wanted()).number
    register.append("approved", "Ana", {"item": item})
    hand_over(register, "Ana", "Ana", (), solo=True)
    assert _state(register, item) is State.PENDING


def test_nobody_else_may_approve_or_hand_over(register: Register) -> None:
    item = ask(register, "Bo", _wanted()).number
    for act in (
        lambda: approve(register, "Eve", item),
        lambda: reject(register, "Eve", item, "no"),
        lambda: hand_over(register, "Eve", "Eve", (), solo=True),
    ):
        with pytest.raises(NotAllowed, match="Ana or Cy may"):
            act()
    assert _state(register, item) is State.PENDING


def test_an_entry_that_breaks_a_rule_is_kept_and_counts_nothing(register: Register) -> None:
    item = ask(register, "Bo", _wanted()).number
    for by, body in (("Bo", {"item": item}), ("Eve", {"item": item}), ("Ana", {"itm": item})):
        register.append("approved", by, body)
    assert _state(register, item) is State.PENDING
    assert [i.number for i in _standing(register).ignored] == [item + 1, item + 2, item + 3]


@pytest.mark.parametrize(("day", "state"), [(0, State.APPROVED), (1, State.EXPIRED)])
def test_a_waiver_ends_the_day_after_its_last(register: Register, day: int, state: State) -> None:
    until = _TODAY + timedelta(days=30)
    item = ask(register, "Bo", _wanted(until)).number
    approve(register, "Ana", item)
    [waiver] = _standing(register).waivers
    assert waiver.state(until + timedelta(days=day)) is state


def test_a_clock_that_is_put_back_makes_nothing_valid_again(register: Register) -> None:
    item = ask(register, "Bo", _wanted(_TODAY + timedelta(days=5))).number
    approve(register, "Ana", item)
    later = replace(register, clock=_noon(_TODAY + timedelta(days=40)))
    later.append("note", "Ana", {})
    day = day_of(register.entries(), _TODAY)
    assert _standing(register).waivers[0].state(day) is State.EXPIRED


def test_a_revoked_waiver_stays_written_and_no_longer_counts(register: Register) -> None:
    item = ask(register, "Bo", _wanted()).number
    approve(register, "Ana", item)
    with pytest.raises(NotAllowed, match="a reason must be given"):
        revoke(register, "Ana", item, " ")
    revoke(register, "Ana", item, "the table holds names now")
    assert _state(register, item) is State.REVOKED
    with pytest.raises(NotAllowed, match="was revoked already"):
        approve(register, "Ana", item)


def test_a_rejected_waiver_cannot_be_approved(register: Register) -> None:
    item = ask(register, "Bo", _wanted()).number
    reject(register, "Ana", item, "fix it")
    with pytest.raises(NotAllowed, match="was rejected already"):
        approve(register, "Cy", item)


@pytest.mark.parametrize(("critical", "days"), [(False, 180), (True, 90)])
def test_a_waiver_is_no_longer_than_it_may_be(
    register: Register, critical: bool, days: int
) -> None:
    ask(register, "Bo", _wanted(_TODAY + timedelta(days=days)), critical=critical)
    with pytest.raises(NotAllowed, match=f"after {days} days"):
        ask(register, "Bo", _wanted(_TODAY + timedelta(days=days + 1)), critical=critical)


@pytest.mark.parametrize("wanted", [{"reason": " "}, {"until": _TODAY - timedelta(days=1)}])
def test_a_waiver_needs_a_reason_and_an_end_to_come(
    register: Register, wanted: dict[str, object]
) -> None:
    body = {"control": "no-tests", "subject": "*", "reason": "x", "until": _TODAY} | wanted
    with pytest.raises(NotAllowed):
        ask(register, "Bo", WaiverBody(**body))  # type: ignore[arg-type]
    assert len(register.entries()) == 2


def test_an_attestation_counts_while_its_evidence_is_what_it_was(register: Register) -> None:
    minutes = register.folder / "drill.md"
    minutes.write_text("restored in 12 minutes")
    attest(register, "Bo", _RECOVERY, "drill", _TODAY, evidence=(minutes,))
    [said] = _standing(register).attestations
    assert said.validity(_TODAY, register.folder) is Validity.HOLDS
    assert said.validity(_TODAY + timedelta(days=1), register.folder) is Validity.EXPIRED
    minutes.write_text("restored in 2 minutes")
    assert said.validity(_TODAY, register.folder) is Validity.EVIDENCE_CHANGED
    minutes.unlink()
    assert said.validity(_TODAY, register.folder) is Validity.EVIDENCE_CHANGED


def test_evidence_outside_the_prototype_is_refused(register: Register, tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("x")
    (register.folder / "link.txt").symlink_to(outside)
    for file in (outside, register.folder / "link.txt", register.folder / "missing.txt"):
        with pytest.raises(NoEvidence):
            attest(register, "Bo", _RECOVERY, "drill", _TODAY, evidence=(file,))


def test_assess_takes_an_approved_waiver_as_an_acceptance(register: Register) -> None:
    _prototype(register.folder)
    assert _gaps(register, _TODAY) == {"no-tests"}
    item = ask(register, "Bo", _wanted(_TODAY + timedelta(days=9))).number
    assert _gaps(register, _TODAY) == {"no-tests"}
    approve(register, "Ana", item)
    assert _gaps(register, _TODAY) == set()
    assert _gaps(register, _TODAY + timedelta(days=10)) == {"no-tests"}
    revoke(register, "Ana", item, "over")
    assert _gaps(register, _TODAY) == {"no-tests"}


def test_an_ended_waiver_is_said_on_the_finding(register: Register) -> None:
    _prototype(register.folder)
    approve(register, "Ana", ask(register, "Bo", _wanted(_TODAY)).number)
    [gap] = _assessed(register, _TODAY + timedelta(days=1)).gaps
    assert gap.evidence[-1].source == ".shipworthy/register.db"
    assert "accepted this until 2026-11-21: that day has passed" in gap.evidence[-1].excerpt


def test_an_attestation_answers_its_row_until_it_ends(register: Register) -> None:
    _prototype(register.folder)
    attest(register, "Bo", _RECOVERY, "drill of today", _TODAY)
    assert _answer(register, _TODAY) is Answer.YES
    assert _answer(register, _TODAY + timedelta(days=1)) is Answer.UNKNOWN


def test_an_answer_of_shipworthy_toml_ends_too(register: Register) -> None:
    _prototype(register.folder)
    (register.folder / "shipworthy.toml").write_text(
        f'[[answer]]\nrow = "{_RECOVERY}"\nanswer = "yes"\nby = "Ana"\non = 2026-11-01\nreason = "x"\n'
    )
    assert _answer(register, date(2027, 1, 30)) is Answer.YES
    assert _answer(register, date(2027, 1, 31)) is Answer.UNKNOWN


def test_an_answer_of_a_day_to_come_does_not_count_for_longer(register: Register) -> None:
    _prototype(register.folder)
    (register.folder / "shipworthy.toml").write_text(
        f'[[answer]]\nrow = "{_RECOVERY}"\nanswer = "yes"\nby = "Ana"\non = 2026-11-30\nreason = "x"\n'
    )
    assert _answer(register, date(2026, 11, 29)) is Answer.UNKNOWN
    assert _answer(register, date(2026, 11, 30)) is Answer.YES


def test_a_clock_that_once_stood_far_ahead_is_told_with_the_way_out(register: Register) -> None:
    backup = register.file.read_bytes()
    fast = replace(register, clock=_noon(date(2099, 1, 1)))
    ask(fast, "Bo", _wanted(date(2099, 1, 2)))
    with pytest.raises(NotAllowed, match=r"Entry 3 is of 2099-01-01.*register recover"):
        ask(register, "Bo", _wanted())
    register.file.write_bytes(backup)
    recover(register, "Ana", "the clock stood at 2099")
    assert ask(register, "Bo", _wanted()).number == 4


def test_an_entry_of_another_program_holds_no_longer_than_the_rules_say(register: Register) -> None:
    _prototype(register.folder)
    far = "2099-01-01"
    body = {"control": "no-tests", "subject": "*", "reason": "x", "until": far}
    asked = register.append("waiver", "Bo", body)
    register.append("approved", "Ana", {"item": asked.number})
    assert "more than 180 days" in _standing(register).ignored[0].why
    assert _standing(register).waivers == ()
    said = {"row": _RECOVERY, "yes": True, "reason": "x", "until": far}
    register.append("attested", "Bo", said)
    assert _answer(register, _TODAY + timedelta(days=90)) is Answer.YES
    assert _answer(register, _TODAY + timedelta(days=91)) is Answer.UNKNOWN


def test_of_two_answers_the_later_one_that_holds_counts(register: Register) -> None:
    _prototype(register.folder)
    attest(register, "Bo", _RECOVERY, "yes then", _TODAY + timedelta(days=9))
    later = replace(register, clock=_noon(_TODAY + timedelta(days=2)))
    attest(later, "Cy", _RECOVERY, "it failed", _TODAY + timedelta(days=4), yes=False)
    assert _answer(register, _TODAY + timedelta(days=3)) is Answer.NO
    assert _answer(register, _TODAY + timedelta(days=5)) is Answer.YES


def test_a_row_that_is_unknown_may_be_an_exception_by_its_name(register: Register) -> None:
    _prototype(register.folder)
    wanted = WaiverBody(control=_RECOVERY, subject="*", reason="no data yet", until=_TODAY)
    approve(register, "Ana", ask(register, "Bo", wanted).number)
    assert _answer(register, _TODAY) is Answer.EXCEPTION
    assert _answer(register, _TODAY + timedelta(days=1)) is Answer.UNKNOWN


def test_an_exception_for_a_row_hides_no_gap(register: Register) -> None:
    _prototype(register.folder)
    row = "hardening_checklist.unit-tests"
    wanted = WaiverBody(control=row, subject="*", reason="later", until=_TODAY)
    approve(register, "Ana", ask(register, "Bo", wanted).number)
    assert _answer(register, _TODAY, row) is Answer.NO


def test_the_command_line_walks_from_a_request_to_a_sound_checkpoint(tmp_path: Path) -> None:
    run = _runner(tmp_path)
    app = _prototype(tmp_path / "app")
    here = ("--in", str(app))
    assert run("register", "init", "--owner", "Ana", folder=app).returncode == 0
    asked = run(
        "register", "waive", "no-tests", "--until", "30d", "--reason", "demo", "--by", "Bo", *here
    )
    assert asked.stdout.startswith("Entry 2: Bo asked to accept no-tests on * until ")
    assert "register approve 2" in asked.stderr
    refused = run("register", "approve", "2", "--by", "Bo", *here)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "nothing was written" in refused.stderr
    assert run("register", "list", str(app)).returncode == 1
    assert run("register", "approve", "2", "--by", "Ana", folder=app).returncode == 0
    listed = run("register", "list", str(app), "--json")
    assert listed.returncode == 0
    document = json.loads(listed.stdout)
    assert document["waivers"][0]["state"] == "approved"
    Draft202012Validator(register_schema()).validate(document)
    assert run("register", "checkpoint", str(app), "--by", "Ana").returncode == 0
    verified = run("register", "verify", str(app), "--json")
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["checkpoint"] == 4
    assert len(json.loads(run("register", "log", str(app), "--json").stdout)) == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("waive", "no-such", "--until", "30d", "--reason", "x"), "no-such"),
        (("waive", "no-tests", "--until", "soon", "--reason", "x"), "is no day"),
        (("attest", "hardening_checklist.no", "--reason", "x"), "is no row"),
        (("attest", "hardening_checklist.load", "--reason", "x", "--until", "99d"), "90 days"),
        (("approve", "7"), "entry 7 is no waiver"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    run = _runner(tmp_path)
    app = _prototype(tmp_path / "app")
    register = Register(app, tmp_path / "config/shipworthy")
    register.open("Ana")
    ran = run("register", *arguments, "--by", "Ana", "--in", str(app))
    assert ran.returncode == 2
    assert said in ran.stderr
    assert len(register.entries()) == 1


_RECOVERY = "hardening_checklist.recovery"


def _noon(day: date) -> Callable[[], datetime]:
    return lambda: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _wanted(until: date = _TODAY + timedelta(days=30)) -> WaiverBody:
    return WaiverBody(control="no-tests", subject="*", reason="a demo for one fair", until=until)


def _standing(register: Register) -> Standing:
    return standing_of(register.entries())


def _state(register: Register, item: int) -> State:
    return next(w for w in _standing(register).waivers if w.number == item).state(_TODAY)


def _prototype(folder: Path) -> Path:
    """Has one gap: no tests."""
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text('{"name": "app", "private": true}\n')
    for name in "abcdef":
        (folder / f"src/{name}.ts").write_text(
            f"export function {name}(n: number) {{\n  return n * 2;\n}}\n" * 30
        )
    return folder


def _assessed(register: Register, day: date):  # type: ignore[no-untyped-def]
    return run_assess(register.folder, Settings(workers=1, today=day), ("testing",))


def _gaps(register: Register, day: date) -> set[str]:
    return {gap.control for gap in _assessed(register, day).gaps}


def _answer(register: Register, day: date, row: str = _RECOVERY) -> Answer:
    found = checklists(_assessed(register, day))
    return next(r.answer for c in found for r in c.rows if r.id == row)


def _runner(home: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(home / "config")}

    def run(*arguments: str, folder: Path = home) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "shipworthy", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=folder,
        )

    return run
