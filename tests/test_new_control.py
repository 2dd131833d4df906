"""A new control needs no other file: it is found, documented and passes the catalogue's tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the parts of the project that a new control touches; other controls without their cases."""
    copy = tmp_path_factory.mktemp("checkout")
    for part in ("src", "tests", "tools", "docs"):
        ignored = shutil.ignore_patterns("__pycache__", "fixtures", "prototypes")
        shutil.copytree(ROOT / part, copy / part, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_a_new_control_is_found_documented_and_tested(checkout: Path) -> None:
    made = run(checkout, "tools/new_control.py", "reliability", "no-feature-flags")
    assert made.returncode == 0, made.stderr
    listed = run(checkout, "-m", "shipworthy", "controls")
    assert "no-feature-flags" in listed.stdout
    assert (checkout / "docs/controls/no-feature-flags.md").exists()
    assert run(checkout, "tools/generate_docs.py", "--check").returncode == 0
    tested = run(
        checkout,
        "-m",
        "pytest",
        "-p",
        "no:xdist",
        "tests/test_catalogue.py",
        "-k",
        "no-feature-flags",
    )
    assert tested.returncode == 0, tested.stdout
    assert "passed" in tested.stdout


def test_a_taken_name_is_refused(checkout: Path) -> None:
    made = run(checkout, "tools/new_control.py", "testing", "no-tests")
    assert made.returncode == 2
    assert "exists already" in made.stderr


def test_a_bad_name_is_refused(checkout: Path) -> None:
    assert run(checkout, "tools/new_control.py", "testing", "../escape").returncode == 2


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
