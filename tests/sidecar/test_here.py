"""Commands whose PATH may be left out are about the folder in which they are called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = "<!doctype html><title>Here</title><p>Hello</p>\n"
NOTHING_RUNS = "nothing is running for this prototype"
BROKEN = "policy.yaml:1: `hots` is not known here"  # so that it ends before anything is started
SAID = {
    "up": BROKEN,
    "sidecar init": "Wrote .shipworthy/policy.yaml",
    "sidecar validate": BROKEN,
    "sidecar status": NOTHING_RUNS,
    "sidecar pause": NOTHING_RUNS,
    "sidecar resume": NOTHING_RUNS,
    "sidecar reload": NOTHING_RUNS,
    "sidecar stop": NOTHING_RUNS,
}


@pytest.mark.parametrize("command", SAID)
def test_without_a_path_a_command_is_about_the_current_folder(tmp_path: Path, command: str) -> None:
    (tmp_path / "index.html").write_text(PAGE)
    if SAID[command] == BROKEN:
        (tmp_path / ".shipworthy").mkdir()
        (tmp_path / ".shipworthy/policy.yaml").write_text("hots: a.example\n")
    ran = subprocess.run(
        [sys.executable, "-m", "shipworthy", *command.split()],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert SAID[command] in ran.stdout + ran.stderr
