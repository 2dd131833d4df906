"""What harden did, in words: on a terminal, as a pull request, as a document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardened import FILES, git, repository
from shipworthy.cli.main import app

SECRET = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc" * 2


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def ran(root: Path, *options: str, only: Sequence[str] = ("secrets", "reliability")) -> str:
    asked = [word for name in only for word in ("--only", name)]
    result = CliRunner().invoke(app, ["harden", str(root), "--no-build", *asked, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app", FILES | {".env": f"STRIPE_SECRET_KEY={SECRET}\n"})


def test_the_report_says_before_and_after_and_what_is_next(root: Path) -> None:
    text = ran(root)
    assert "before Not ready to launch" in text
    assert "\nafter " in text
    assert "\nReliability  " in text
    assert "Left for a person" in text
    assert "1 key to replace at the issuer" in text
    assert "merge --ff-only shipworthy/harden" in text
    assert SECRET not in text
    assert "\x1b" not in text


def test_the_pull_request_says_what_to_know_before_merging(root: Path, tmp_path: Path) -> None:
    ran(root, "--pull-request", str(tmp_path / "pr.md"))
    text = (tmp_path / "pr.md").read_text()
    assert text.startswith("## Close ")
    assert "| places that block it |" in text
    assert "`.env` leaves version control: merging deletes it from your checkout" in text
    assert "marked *careful*" in text
    assert "1 key to replace at the issuer" in text
    assert SECRET not in text
    assert "### Reliability: " in text


@pytest.mark.parametrize("option", ["--pull-request", "--output"])
@pytest.mark.parametrize("place", ["", "missing/pr.md"], ids=["a-folder", "in-no-folder"])
def test_a_file_that_cannot_be_written_is_said_before_the_work(
    root: Path, tmp_path: Path, option: str, place: str
) -> None:
    result = CliRunner().invoke(app, ["harden", str(root), option, str(tmp_path / place)])
    assert result.exit_code == 2
    assert "cannot be written: nothing was done" in result.output
    assert git(root, "branch", "--list", "shipworthy/harden") == ""


def test_the_message_of_a_commit_holds_no_secret(root: Path) -> None:
    ran(root)
    assert SECRET not in git(root, "log", "--format=%B", "main..shipworthy/harden")


def test_a_second_run_says_that_nothing_was_left_for_a_machine(root: Path) -> None:
    ran(root, only=())
    again = ran(root, only=())
    assert "merge --ff-only shipworthy/harden   take them over; nothing was left" in again


def test_what_was_not_asked_for_is_the_next_step(root: Path) -> None:
    assert f"Next: shipworthy harden {root}   closes what" in ran(root, only=("performance",))
