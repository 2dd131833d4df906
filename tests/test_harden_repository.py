"""Harden on repositories as people have them: a clear word for each that it cannot work with."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from hardened import commit, git, repository, state
from shipworthy.harden.plan import Wanted
from shipworthy.harden.repository import BRANCH, CannotHarden, find_repository
from shipworthy.harden.runs import remove_dead
from shipworthy.harden.scratch import scratch_of
from shipworthy.pipeline import HardenOptions, run_harden
from shipworthy.settings import Settings

ONE = HardenOptions(Wanted(frozenset({"outbound-call-without-timeout"})), build=False)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "shipworthy" / "harden" / "runs"


def test_without_version_control_the_two_commands_are_said(tmp_path: Path) -> None:
    with pytest.raises(CannotHarden, match=r"git -C .* init && git -C .* add -A\n.*commit -m"):
        find_repository(tmp_path)


def test_without_a_commit_the_commands_are_said(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(CannotHarden, match="has no commit yet"):
        find_repository(tmp_path)


def test_without_git_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotHarden, match="git is not installed"):
        find_repository(tmp_path)


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare")
    with pytest.raises(CannotHarden, match="clone it"):
        find_repository(tmp_path)


def test_a_folder_that_no_commit_holds_is_refused(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    (root / "new").mkdir()
    (root / "new" / "main.py").write_text("print()\n")
    with pytest.raises(CannotHarden, match="no commit holds new/"):
        find_repository(root / "new")


def test_a_branch_that_does_not_follow_from_head_is_never_overwritten(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    git(root, "switch", "-q", "-c", BRANCH)
    (root / "a.py").write_text("a = 1\n")
    commit(root, "theirs")
    git(root, "switch", "-q", "main")
    (root / "b.py").write_text("b = 1\n")
    commit(root, "ours")
    with pytest.raises(CannotHarden, match=f"git branch -D {BRANCH}"):
        find_repository(root)


def test_the_work_goes_on_on_top_of_an_earlier_run(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    git(root, "switch", "-q", "-c", BRANCH)
    (root / "a.py").write_text("a = 1\n")
    commit(root, "earlier")
    earlier = git(root, "rev-parse", "HEAD")
    git(root, "switch", "-q", "main")
    found = find_repository(root)
    assert found.continued
    assert found.base == earlier
    assert found.notes == (
        "shipworthy/harden holds 1 commit already: the work goes on on top of them",
    )


def test_a_branch_that_was_merged_starts_again_from_head(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    git(root, "branch", BRANCH)
    (root / "b.py").write_text("b = 1\n")
    commit(root, "ours")
    found = find_repository(root)
    assert not found.continued
    assert found.base == git(root, "rev-parse", "HEAD")


def test_a_branch_in_the_way_is_named(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    git(root, "branch", "shipworthy")
    with pytest.raises(CannotHarden, match="git branch -m shipworthy"):
        find_repository(root)


def test_a_detached_head_and_a_shallow_history_are_copied(tmp_path: Path) -> None:
    first = repository(tmp_path / "first")
    (first / "b.py").write_text("b = 1\n")
    commit(first, "second")
    root = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{first}", str(root))
    git(root, "checkout", "-q", "--detach")
    found = find_repository(root)
    assert found.branch == ""
    assert "not complete" in found.notes[0]
    with scratch_of(found) as scratch:
        assert (scratch.root / "b.py").read_text() == "b = 1\n"


def test_submodules_are_left_alone_and_said(tmp_path: Path) -> None:
    inner, root = repository(tmp_path / "inner"), repository(tmp_path / "app")
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "vendor/x")
    commit(root, "submodule")
    assert find_repository(root).notes == ("submodules are left alone: vendor/x",)


def test_filters_and_hooks_of_the_repository_are_never_run(tmp_path: Path) -> None:
    root = repository(tmp_path / "app", {"main.py": "a = 1\n", ".gitattributes": "*.py filter=x\n"})
    ran = tmp_path / "ran"
    for part in ("clean", "smudge", "process"):
        git(root, "config", f"filter.x.{part}", f"touch {ran}")
    git(root, "config", "core.fsmonitor", f"touch {ran}")
    hook = root / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    (root / "main.py").write_text("a = 2\n")
    before = state(root)
    with scratch_of(find_repository(root)) as scratch:
        assert (scratch.root / "main.py").read_text() == "a = 1\n"
    assert not ran.exists()
    assert state(root) == before


def test_a_worktree_is_hardened_like_any_checkout(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    git(root, "worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    found = find_repository(tmp_path / "second")
    with scratch_of(found) as scratch:
        assert (scratch.root / "main.py").exists()


def test_a_file_name_that_is_no_text_is_copied(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    (root / os.fsdecode(b"caf\xe9.txt")).write_text("x\n")
    (root / "with\nline.txt").write_text("x\n")
    commit(root, "names")
    with scratch_of(find_repository(root)) as scratch:
        assert (scratch.root / os.fsdecode(b"caf\xe9.txt")).exists()
        assert scratch.tree() == git(root, "rev-parse", "HEAD^{tree}")


def test_what_a_killed_run_left_is_removed_and_a_living_one_is_not(
    tmp_path: Path, own_cache: Path
) -> None:
    root = repository(tmp_path / "app")
    dead = own_cache / "run-dead"
    dead.mkdir(parents=True)
    (dead / "lock").touch()
    with scratch_of(find_repository(root)) as scratch:
        assert not dead.exists()
        remove_dead(own_cache).join()
        assert scratch.root.exists()
    assert list(own_cache.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="the system has no /proc")
def test_what_a_killed_run_started_is_ended(own_cache: Path) -> None:
    dead = own_cache / "run-dead"
    dead.mkdir(parents=True)
    (dead / "lock").touch()
    left = subprocess.Popen(["sleep", "60"], cwd=dead)
    remove_dead(own_cache)
    assert left.wait(timeout=60) == -signal.SIGKILL
    assert not dead.exists()


def test_a_checked_out_branch_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    git(root, "switch", "-q", "-c", BRANCH)
    before = state(root)
    told: list[str] = []
    with pytest.raises(CannotHarden, match="is checked out: switch to your own branch"):
        run_harden(root, Settings(), ONE, told.append)
    assert state(root) == before
    assert told == []  # before any work


def test_what_a_hook_says_of_its_own_repository_is_not_heeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, other = repository(tmp_path / "app"), repository(tmp_path / "other")
    before = state(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    done = run_harden(root, Settings(), ONE)
    assert done.repository.top == root
    assert len(done.commits) == 2
    assert state(other) == before


def test_a_branch_that_another_worktree_has_checked_out_is_said(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    git(root, "worktree", "add", "-q", str(tmp_path / "second"), "-b", BRANCH)
    with pytest.raises(CannotHarden, match=r"is checked out in .*second: switch to another branch"):
        run_harden(root, Settings(), ONE)


@pytest.mark.parametrize(
    "name", ["lock", "home", "new\nline", "end\n", 'quo"te', "back\\slash", "#;$(x) [id]"]
)
def test_a_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    root = repository(tmp_path / name)
    found = find_repository(root)
    assert found.top == root
    with scratch_of(found) as scratch:
        assert scratch.head() == found.head
        assert not {"lock", "home", "tmp"} & {scratch.top.parent.name, *os.listdir(scratch.top)}


@pytest.mark.parametrize("name", [":c", "[id]", "*", "!e"])
def test_a_prototype_in_a_folder_that_looks_like_a_pattern_is_found(
    tmp_path: Path, name: str
) -> None:
    root = repository(tmp_path / "app", prefix=name)
    found = find_repository(root)
    assert (found.prefix, found.notes) == (f"{name}/", ())
