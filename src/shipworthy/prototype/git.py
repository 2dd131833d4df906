"""Ask git what it tracks, without letting the prototype's own configuration run anything."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from shipworthy.command import Command, run
from shipworthy.errors import CommandFailed, FactUnavailable

# A repository can name programs that git starts (core.fsmonitor, hooks, filters, ssh): all are
# switched off, and nothing is fetched lazily from a promisor remote.
_GUARDS = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "core.pager=cat"),
    *("-c", "log.showSignature=false"),
    *("-c", "gpg.program=false"),
    *("-c", "diff.external="),
    *("-c", "protocol.allow=never"),
    *("-c", "safe.directory=*"),
    *("-c", "core.quotePath=false"),
)
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}


class GitState(Struct, frozen=True):
    """What version control knows of the folder. Paths are raw, from the prototype's root."""

    commit: str | None  # None before the first commit
    tracked: frozenset[str]
    ignored_files: frozenset[str]
    ignored_folders: frozenset[str]
    shallow: bool
    ignored_and_tracked: frozenset[str] = (
        frozenset()
    )  # added before `.gitignore` named them, or by force


_AS_GIT_IGNORES = ("--exclude-standard", "--directory")


def git_command(root: Path, *arguments: str, seconds: float = 10.0) -> Command:
    """A git command that is safe to run in an untrusted repository."""
    argv = ("git", *_GUARDS, "-C", str(root), *arguments)
    return Command(argv, environment=_ENVIRONMENT, seconds=seconds)


def read_git(root: Path, seconds: float = 10.0) -> GitState:
    """The state of version control at `root`. Raises FactUnavailable, with the reason, without one."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        raise FactUnavailable("the folder is not under version control")
    tracked = _paths(root, seconds, "ls-files", "-z", "--cached")
    if not tracked:
        raise FactUnavailable("version control tracks no file of this folder")
    # Each command costs ten milliseconds. `-t` marks what is not tracked with a question mark.
    marked = _paths(root, seconds, "ls-files", "-z", "-t", "-c", "-o", "-i", *_AS_GIT_IGNORES)
    ignored = [p[2:] for p in marked if p.startswith("? ")]
    told = run(
        git_command(
            root,
            "rev-parse",
            "--is-shallow-repository",
            "--revs-only",
            "HEAD",
            "--",
            seconds=seconds,
        )
    )
    shallow, _, head = told.output.decode().partition("\n")
    return GitState(
        commit=head.strip() or None,
        tracked=frozenset(tracked),
        ignored_files=frozenset(p for p in ignored if not p.endswith("/")),
        ignored_folders=frozenset(p.rstrip("/") for p in ignored if p.endswith("/")),
        shallow=shallow == "true",
        ignored_and_tracked=frozenset(p[2:] for p in marked if not p.startswith("? ")),
    )


def commit_date(root: Path, seconds: float = 10.0) -> str | None:
    """The day of the latest commit, as its author's clock had it: "2026-03-14"; None without one."""
    try:
        ran = run(git_command(root, "show", "-s", "--format=%as", "HEAD", seconds=seconds))
    except CommandFailed:
        return None
    return ran.output.decode("ascii", "replace").strip() or None if ran.code == 0 else None


def _paths(root: Path, seconds: float, *arguments: str) -> list[str]:
    try:
        ran = run(git_command(root, *arguments, seconds=seconds))
    except CommandFailed as error:
        raise FactUnavailable(f"version control cannot be read: {error}") from error
    if ran.code != 0:
        lines = ran.errors.decode("utf-8", "replace").strip().splitlines()
        raise FactUnavailable(f"version control cannot be read: {lines[0] if lines else ran.code}")
    return [p for p in ran.output.decode("utf-8", "surrogateescape").split("\0") if p]
