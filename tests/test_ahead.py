"""What another process answers is what this one would answer, whatever becomes of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from copies import copy_of_example
from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.database.proof import DatabaseProof
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Finding
from shipworthy.pipeline import run_assess
from shipworthy.prototype import Engines, ahead, opening, prototype, read_prototype
from shipworthy.prototype.handlers import entries
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.reading import Reading
from shipworthy.prototype.routes.route import Route
from shipworthy.prototype.secrets import history
from shipworthy.prototype.secrets.secret import Recognised, Secret
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.settings import Settings
from waiting import SECONDS, until

_ALONE = Settings(workers=1)
_FINDS_NONE = Engines(secrets=lambda _: {})


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_example("crm", tmp_path_factory.mktemp("ahead"))


@pytest.fixture(scope="module")
def alone(crm: Path) -> tuple[Finding, ...]:
    return run_assess(crm, _ALONE).findings


@pytest.fixture(autouse=True)
def _small_prototypes_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "WORTH_A_PROCESS", 10)


def test_the_answers_are_those_of_one_process(crm: Path, alone: tuple[Finding, ...]) -> None:
    assert run_assess(crm, Settings(workers=2)).findings == alone


def test_a_second_process_that_is_killed_costs_no_answer(
    crm: Path, alone: tuple[Finding, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_send", lambda *_: os._exit(1))
    assert run_assess(crm, Settings(workers=2)).findings == alone


@pytest.mark.parametrize("fails", [False, True], ids=["read", "out of time"])
def test_the_history_is_read_once_and_by_a_process_of_its_own(
    crm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    readers = tmp_path / "readers"

    def read(*_: object) -> bytes:
        with readers.open("a") as file:
            file.write(f"{os.getpid()}\n")
        if fails:
            raise FactUnavailable("the history cannot be read")
        return b""

    monkeypatch.setattr(history, "_log", read)
    assessed = read_prototype(crm, Settings(workers=2), _FINDS_NONE, ahead=True, history=True)
    assess(assessed, select())
    (reader,) = readers.read_text().split()
    assert reader != str(os.getpid())
    if fails:
        with pytest.raises(FactUnavailable, match="the history cannot be read"):
            _ = assessed.past_secrets
    else:
        assert assessed.past_secrets == ()


def test_git_is_not_waited_for_longer_than_it_may_take(
    crm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "SECONDS", 0.1)
    monkeypatch.setattr(history, "_log", lambda *_: time.sleep(60))
    read = read_prototype(crm, Settings(workers=2), _FINDS_NONE, ahead=True, history=True)
    with pytest.raises(FactUnavailable, match=r"git took longer than 0.1 s; --history takes more"):
        _ = read.past_secrets


@pytest.mark.parametrize("explained", [False, True], ids=["as it was", "explained by code"])
def test_a_secret_engine_is_asked_again_only_where_code_explains_a_line(
    tmp_path: Path, explained: bool
) -> None:
    opened, asking = "kq7Zr2Vx9Lm4Tb8Nw3Pd6H", tmp_path / "asking"
    fallback = f'const key = process.env.CRM_API_KEY || "{opened}";\n' if explained else ""
    root = tmp_path / "app"
    root.mkdir()
    (root / "a.ts").write_text(f'{fallback}send("{opened[::-1]}");\n')
    for n in range(12):
        (root / f"b{n}.ts").write_text(f"export const b{n} = {n};\n")

    def engine(lines: Sequence[str]) -> dict[int, list[Recognised]]:
        with asking.open("a") as file:
            file.write(f"{os.getpid()}\n")
        return {
            n: [Recognised("some-key", opened[::-1])] for n, x in enumerate(lines) if "send" in x
        }

    def secrets(workers: int) -> tuple[Secret, ...]:
        settings, engines = Settings(workers=workers), Engines(secrets=engine)
        return read_prototype(root, settings, engines, ahead=workers > 1).secrets

    found = secrets(2)
    askers = asking.read_text().split()
    assert len(askers) == 1 + explained
    assert (askers[-1] == str(os.getpid())) == explained
    assert found == secrets(1)
    assert {s.rule for s in found} >= {"some-key"}


@pytest.mark.parametrize(
    ("room", "name"),
    [(entries, "read_handlers"), (prototype, "read_duplicates")],
    ids=["in the first", "in the second"],
)
def test_an_error_in_either_process_is_raised_in_the_first(
    crm: Path, monkeypatch: pytest.MonkeyPatch, room: ModuleType, name: str
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(room, name, fail)
    with pytest.raises(ZeroDivisionError, match="planted"):
        run_assess(crm, Settings(workers=2))


def test_the_database_is_asked_by_the_process_that_keeps_it(crm: Path, tmp_path: Path) -> None:
    asking = tmp_path / "asking"

    def rebuilt(_: object) -> DatabaseProof:
        with asking.open("a") as file:
            file.write(f"{os.getpid()}\n")
        raise FactUnavailable("only who asks is of interest")

    engines = Engines(secrets=lambda _: {}, database=rebuilt)
    assess(read_prototype(crm, Settings(workers=2), engines), select())
    assert set(asking.read_text().split()) == {str(os.getpid())}


def test_each_entry_point_is_followed_once_and_by_both_processes(
    crm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    following, follow = tmp_path / "following", entries.Entries.follow

    def processes() -> set[str]:
        return {line.split()[0] for line in following.read_text().splitlines()}

    def noted(asked: entries.Entries, routes: Sequence[Route]) -> Iterator[Handler]:
        with following.open("a") as file:
            file.writelines(f"{os.getpid()} {r.location}\n" for r in routes)
        until(lambda: len(processes()) == 2)  # on a busy machine one could do all alone
        return follow(asked, routes)

    monkeypatch.setattr(entries.Entries, "follow", noted)
    monkeypatch.setattr(entries, "_WORTH_A_PROCESS", 2)
    monkeypatch.setattr(entries, "_SHARE", 1)
    read = read_prototype(crm, Settings(workers=2))
    subjects = [h.subject for h in read.handlers]
    places = [line.split()[1] for line in following.read_text().splitlines()]
    assert len(processes()) == 2
    assert len(places) == len(set(places)) == len(entries.Entries(read).routes)
    assert subjects == [h.subject for h in read_prototype(crm, _ALONE).handlers]


def test_rules_that_two_processes_ask_for_are_read_before_they_part(
    crm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prototype, "_LONG_RULES", 0)
    read = read_prototype(crm, Settings(workers=2))
    read.read_before_parting()
    assert "stated_rules" in vars(read)
    monkeypatch.setattr(prototype, "_LONG_RULES", 10_000_000)
    few = read_prototype(crm, Settings(workers=2))
    few.read_before_parting()
    assert "stated_rules" not in vars(few)


@pytest.mark.parametrize("here", [0, 1, 7])
def test_two_processes_do_each_thing_once_and_in_order(here: int) -> None:
    def work(item: int) -> tuple[int, int]:
        if item < here and os.getpid() != home:
            raise ahead.OnlyHere
        return item, os.getpid()

    home = os.getpid()
    done = ahead.in_two(work, range(300))
    assert [item for item, _ in done] == list(range(300))
    assert {process for _, process in done[:here]} <= {home}


def test_what_a_killed_process_had_begun_is_done_here() -> None:
    home = os.getpid()
    done = ahead.in_two(lambda item: item if os.getpid() == home else os._exit(1), range(30))
    assert done == list(range(30))


@pytest.mark.parametrize(("cores", "started"), [(1, []), (2, [2]), (64, [3])])
def test_no_more_processes_read_than_the_code_is_worth(
    cores: int, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(Reading, "_start", lambda _, workers: asked.append(workers))
    text = "a();\n" * 70_000
    Reading(
        [SourceFile("a.ts", Role.PRODUCT, len(text), text, Language.TYPESCRIPT)],
        Settings(workers=cores),
    )
    assert asked == started


def test_an_engine_with_threads_is_asked_in_this_process_alone(crm: Path, tmp_path: Path) -> None:
    """In a forked process it would wait for its threads for ever."""
    asked = tmp_path / "asked"

    def engine(lines: Sequence[str]) -> dict[int, list[Recognised]]:
        with asked.open("a") as file:
            file.write(f"{os.getpid()} is asked about {len(lines)}\n")
        return {}

    def by_whom(has_threads: bool) -> set[str]:
        asked.write_text("")
        engines = Engines(secrets=engine, has_threads=lambda: has_threads)
        found = read_prototype(crm, Settings(workers=2), engines, ahead=True, history=True)
        assert isinstance(found.secrets, tuple)
        return {line.split()[0] for line in asked.read_text().splitlines()}

    assert by_whom(True) == {str(os.getpid())}
    assert by_whom(False) - {str(os.getpid())}


_ASKED = """
from shipworthy.engines.betterleaks import has_threads, recognise

assert not has_threads()
recognise(["a line"])
assert has_threads()
"""


def test_the_engine_has_threads_once_it_was_asked() -> None:
    subprocess.run([sys.executable, "-c", _ASKED], timeout=SECONDS, check=True)
