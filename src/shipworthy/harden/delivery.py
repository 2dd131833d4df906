"""Hand the commits over to the user's repository: the one moment when something is written there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shipworthy.errors import CommandFailed
from shipworthy.harden.hardening import Hardening
from shipworthy.harden.repository import (
    BRANCH,
    CannotHarden,
    Repository,
    git,
    ignored,
    uncommitted,
    unfiltered,
)
from shipworthy.harden.scratch import Scratch
from shipworthy.prototype.tree import printable

_REF = f"refs/heads/{BRANCH}"
_SECONDS = 300.0


def deliver(hardening: Hardening, scratch: Scratch) -> Hardening:
    """Bring the commits into the user's repository as the branch, in one step.

    The contents come first and the branch last, which git renames into place: whenever this is
    killed, the branch is as before or complete. Raises CannotHarden where it cannot be moved.
    """
    repository = hardening.repository
    if hardening.tip == (repository.earlier or repository.head):
        return hardening
    try:
        # A transfer that is not a fast-forward is refused: nobody's commits are lost.
        git(
            repository.top,
            *(
                "-c",
                "protocol.file.allow=always",
                "-c",
                "gc.auto=0",
                "-c",
                "maintenance.auto=false",
            ),
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"),
            *("--no-auto-gc", str(scratch.top), f"{hardening.tip}:{_REF}"),
            seconds=_SECONDS,
        )
    except CommandFailed as error:
        raise CannotHarden(_why(repository, error)) from error
    return replace(hardening, delivered=True)


def refuse_dirty(repository: Repository) -> None:
    """Raises CannotHarden where --apply would meet changes that are not committed."""
    if not repository.branch:
        raise CannotHarden(
            "--apply moves your branch on, and none is checked out: git switch BRANCH"
        )
    changed = uncommitted(repository.top, untracked=False)
    if changed:
        shown = ", ".join(map(printable, changed[:3])) + (" …" if len(changed) > 3 else "")
        raise CannotHarden(
            f"--apply needs a checkout without changes of its own: commit or stash {shown}"
        )


def fast_forward(hardening: Hardening) -> Hardening:
    """Move the user's checked-out branch on to the commits. Files that were taken out of version
    control stay on disk. Raises CannotHarden where the checkout has changed meanwhile."""
    repository = hardening.repository
    top = repository.top
    if hardening.tip == repository.head:
        return hardening
    refuse_dirty(repository)
    _refuse_in_the_way(hardening)
    gone = _between(hardening, "D")
    kept = {p: _content(top / p) for p in gone if (top / p).is_file()}
    try:
        git(top, *unfiltered(top), "merge", "--ff-only", "--quiet", hardening.tip, seconds=_SECONDS)
        gone = [path for path in kept if ignored(top, path)]
    except CommandFailed as error:
        raise CannotHarden(f"your branch could not be moved on: {error}") from error
    finally:
        for path in kept.keys() & set(gone):
            _restore(top / path, *kept[path])
    return replace(hardening, applied=True)


def _refuse_in_the_way(hardening: Hardening) -> None:
    """Raises CannotHarden for a new file whose place is taken: git overwrites what it ignores."""
    top = hardening.repository.top
    taken = [p for p in _between(hardening, "A") if os.path.lexists(top / p)]
    if taken:
        shown = ", ".join(map(printable, taken[:3])) + (" …" if len(taken) > 3 else "")
        raise CannotHarden(
            f"{BRANCH} is written; --apply would overwrite what is not under version control: move {shown}"
        )


def _between(hardening: Hardening, kind: str) -> Sequence[str]:
    """Paths, from the top, that the user's branch is given (A) or loses (D)."""
    repository = hardening.repository
    asked = ("diff", "--name-only", "-z", "--no-renames", f"--diff-filter={kind}")
    listed = git(repository.top, *asked, repository.head, hardening.tip, seconds=_SECONDS)
    return [path for path in listed.split("\0") if path]


def _content(path: Path) -> tuple[bytes, int]:
    return path.read_bytes(), path.stat().st_mode


def _restore(path: Path, content: bytes, mode: int) -> None:
    if not os.path.lexists(path):
        path.touch(mode=0o600)  # it may hold secrets
        path.write_bytes(content)
        path.chmod(mode)


def _why(repository: Repository, error: CommandFailed) -> str:
    said = str(error)
    if "checked out" in said or "refusing to fetch" in said:
        return f"{BRANCH} is checked out: switch to your own branch (git switch -), then run this again"
    lock = repository.top / ".git" / f"{_REF}.lock"
    if lock.exists():
        return f"{lock} is left from a git that was killed: remove it, then run this again"
    return f"the branch {BRANCH} could not be written: {said}"
