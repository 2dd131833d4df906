"""Killed at any moment, harden leaves the user's repository as it was, or with the whole branch."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from hardened import git, repository, state
from shipworthy.harden.repository import BRANCH
from shipworthy.harden.runs import run_folder
from waiting import until

KILLS = int(os.environ.get("SHIPWORTHY_KILLS", "8"))
_REF = f".git/refs/heads/{BRANCH}"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_killed_at_any_moment_the_repository_is_untouched_or_the_branch_is_whole(
    tmp_path: Path,
) -> None:
    root = repository(tmp_path / "app")
    cache = tmp_path / "cache"
    began = time.monotonic()
    assert started(root, cache).wait(timeout=600) in (0, 1)
    took = time.monotonic() - began
    whole = len(git(root, "log", "--format=%h", f"main..{BRANCH}").splitlines())
    git(root, "branch", "-q", "-D", BRANCH)
    before = state(root)
    chance = random.Random(7)  # noqa: S311
    for number in range(KILLS):
        # Half of them towards the end, where the branch is written.
        share = chance.uniform(0.02, 1.05) if number % 2 else chance.uniform(0.8, 1.1)
        running = started(root, cache)
        with suppress(subprocess.TimeoutExpired):
            running.wait(timeout=took * share)
        with suppress(ProcessLookupError):  # it was done
            os.killpg(running.pid, signal.SIGKILL)
        running.wait(timeout=60)
        after = state(root)
        written = after.pop(_REF, None)
        assert after == before
        if written:
            assert len(git(root, "log", "--format=%h", f"main..{BRANCH}").splitlines()) == whole
            git(root, "fsck", "--connectivity-only", "--no-dangling")
            git(root, "branch", "-q", "-D", BRANCH)
    assert started(root, cache).wait(timeout=600) in (0, 1)
    runs = cache / "shipworthy" / "harden" / "runs"
    assert [entry.name for entry in runs.iterdir() if entry.name.startswith("run-")] == []


def test_told_to_end_it_leaves_no_copy(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    cache = tmp_path / "cache"
    before = state(root)
    running = started(root, cache)
    until(lambda: list(cache.glob("shipworthy/harden/runs/run-*/copy")))
    running.terminate()
    assert running.wait(timeout=60) == 128 + signal.SIGTERM
    assert list((cache / "shipworthy/harden/runs").iterdir()) == []
    assert state(root) == before


def started(root: Path, cache: Path) -> subprocess.Popen[bytes]:
    """A run of harden in a process of its own."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "shipworthy", "harden", str(root), "--no-build", "--json"),
            *("--only", "outbound-call-without-timeout"),
        ],
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="Linux alone tells who works where")
def test_what_a_program_still_writes_goes_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    writes = "import itertools\nfor n in itertools.count():\n  open(f'{n % 900}', 'w').close()\n"
    with run_folder() as folder:
        work = folder / "copy"
        work.mkdir()
        writer = subprocess.Popen([sys.executable, "-c", writes], cwd=work)
        until(lambda: len(list(work.iterdir())) > 500)
    assert not folder.exists()
    assert writer.wait(timeout=60) != 0
