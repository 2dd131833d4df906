"""Bring a lock file along with a manifest that a remedy changed, so that the next installation works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shipworthy.command import Command
from shipworthy.errors import CommandFailed
from shipworthy.harden.install import Installation, last_line, program
from shipworthy.harden.node import MISSING
from shipworthy.harden.running import run_group

_SECONDS = 300.0


def relock(installations: Sequence[Installation], paths: Iterable[str], *, may_run: bool) -> str:
    """Write the lock files of the manifests among these paths anew; '' or why that was not possible."""
    changed = set(paths)
    for installation in installations:
        package = installation.package
        manifests = {package.name, *(f"{member}/package.json" for member in package.members)}
        if not manifests & changed or not package.locks:
            continue
        if not may_run:
            return f"{package.locks[0]} must follow, which --no-build leaves out"
        if installation.node is None:
            return f"{package.locks[0]} must follow: {MISSING}"
        for command in lock_commands(installation):
            if said := _failure(command):
                return f"{package.locks[0]} could not be brought along: {said}"
    return ""


def lock_commands(installation: Installation) -> Iterator[Command]:
    """What writes the lock files of a package anew, without installing anything."""
    ways: dict[str, tuple[str, ...]] = {
        "package-lock.json": (
            *("npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit"),
            *("--no-fund", "--loglevel=error", "--no-omit-lockfile-registry-resolved"),
        ),
        "pnpm-lock.yaml": (
            *(*program("pnpm"), "install", "--lockfile-only", "--ignore-scripts"),
            "--no-frozen-lockfile",
        ),
    }
    for lock in installation.package.locks:
        argv = ways.get(lock.rpartition("/")[2])
        if argv is not None:
            yield Command(argv, installation.folder, installation.settings(), _SECONDS)


def _failure(command: Command) -> str:
    try:
        ran = run_group(command)
    except CommandFailed as error:
        return str(error)
    return "" if ran.code == 0 else last_line(ran.output)
