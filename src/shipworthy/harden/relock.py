"""Bring a lock file along with a manifest that a remedy changed, so that the next installation works."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from shipworthy.command import Command
from shipworthy.errors import CommandFailed
from shipworthy.harden.install import Installation, last_line
from shipworthy.harden.managers import program
from shipworthy.harden.node import MISSING
from shipworthy.harden.running import run_group

_SECONDS = 300.0


def relock(installations: Sequence[Installation], paths: Iterable[str], *, may_run: bool) -> str:
    """Write lock files anew where these paths hold one, or a manifest; '' or why that was not possible."""
    changed = set(paths)
    for installation in installations:
        package = installation.package
        manifests = {package.name, *(f"{member}/package.json" for member in package.members)}
        if not (manifests | set(package.locks)) & changed or not package.locks:
            continue
        if not may_run:
            return f"{package.locks[0]} must follow, which --no-build leaves out"
        if installation.node is None:
            return f"{package.locks[0]} must follow: {MISSING}"
        if unwritten := _unwritten(installation):
            return unwritten
        for command in lock_commands(installation):
            if said := _failure(command):
                return f"{package.locks[0]} could not be brought along: {said}"
    return ""


def lock_commands(installation: Installation) -> Iterator[Command]:
    """What writes the lock files of a package anew. Nothing is installed, except by Yarn 1, which
    cannot write one otherwise."""
    folder = installation.folder
    for lock in installation.package.locks:
        argv = _way(lock.rpartition("/")[2], folder)
        if argv:
            environment = installation.settings() | _YARN
            yield Command(argv, folder, environment, _SECONDS)


# https://yarnpkg.com/configuration/yarnrc: where CI is set, Yarn refuses to write a lock file.
_YARN = {"YARN_ENABLE_IMMUTABLE_INSTALLS": "false", "YARN_ENABLE_SCRIPTS": "false"}


def _way(lock: str, folder: Path) -> tuple[str, ...]:
    """The command for a lock file of this name; () where there is none on this machine."""
    if lock == "package-lock.json":
        return (
            *("npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit"),
            *("--no-fund", "--loglevel=error", "--no-omit-lockfile-registry-resolved"),
        )
    if lock == "pnpm-lock.yaml":
        return (
            *(*program("pnpm", folder), "install", "--lockfile-only", "--ignore-scripts"),
            "--no-frozen-lockfile",
        )
    if lock == "yarn.lock" and (folder / ".yarnrc.yml").is_file():
        return (*program("yarn"), "install", "--mode=update-lockfile")
    if lock == "yarn.lock":
        return (*program("yarn"), "install", "--ignore-scripts", "--non-interactive")
    if lock in ("bun.lock", "bun.lockb") and shutil.which("bun"):
        return ("bun", "install", "--lockfile-only", "--ignore-scripts")
    return ()


def _unwritten(installation: Installation) -> str:
    """Why the lock file of the package manager itself cannot follow; '' where it can. One that another
    manager left beside it decides nothing."""
    package = installation.package
    for lock in package.locks:
        name = lock.rpartition("/")[2]
        if name.startswith(package.manager) and not _way(name, installation.folder):
            return f"{lock} must follow, and {package.manager} is not installed here"
    return ""


def _failure(command: Command) -> str:
    try:
        ran = run_group(command)
    except CommandFailed as error:
        return str(error)
    return "" if ran.code == 0 else last_line(ran.output)
