"""Install a prototype's packages in the copy, without their scripts, and keep them for the next run."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shipworthy.command import Command
from shipworthy.errors import CommandFailed
from shipworthy.harden.node import MISSING, Node, network
from shipworthy.harden.places import installs_folder
from shipworthy.harden.project import Package
from shipworthy.harden.running import run_group
from shipworthy.harden.scratch import Scratch

_SECONDS = 900.0
_MOST_KEPT = 8  # installations that are kept
_MODULES = "node_modules"
# Packages that do not work before their script has fetched or built a program.
_NEED_SCRIPTS = (
    "esbuild",
    "sharp",
    "better-sqlite3",
    "@prisma/client",
    "@prisma/engines",
    "prisma",
)
_NPM = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


@dataclass
class Installation:
    """The packages of one folder: installed when first asked for, moved away for later at the end."""

    scratch: Scratch
    package: Package
    node: Node | None
    owner: str  # whose packages these are: another prototype never gets them
    stubs: dict[str, str] = field(default_factory=dict)  # what stands in for a network
    _why: str = ""  # '' where they are installed, else why not
    _installed_for: str = ""  # the key of what was asked for

    @property
    def folder(self) -> Path:
        """Where the package.json is in the copy."""
        return self.scratch.root / self.package.folder

    @property
    def failed(self) -> str:
        """Why an installation that was tried failed; '' where it did not, or was not tried."""
        return self._why

    def ready(self) -> str:
        """'' where the packages that are asked for now are installed, else why they are not."""
        key = self._key()
        if key != self._installed_for:
            self.keep()
            self._installed_for = key
            self._why = self._installed(key)
            self.scratch.discard()
        return self._why

    def keep(self) -> None:
        """Move what was installed to where the next run finds it."""
        if self._installed_for and not self._why:
            _store(self._installed_for, self.folder)
        self._installed_for = ""

    def _installed(self, key: str) -> str:
        if self.node is None:
            return MISSING
        if _fetch(key, self.folder):
            return ""
        said = ""
        for command in install_commands(self.package, self.folder, self.settings()):
            try:
                ran = run_group(command)
            except CommandFailed as error:
                said = str(error)
                continue
            if ran.code == 0:
                self._scripts()
                return ""
            said = last_line(ran.output)
            _remove_modules(self.folder)
        return f"its packages could not be installed: {said}"

    def _scripts(self) -> None:
        """Run the scripts of the few packages that need them; what fails shows in the checks."""
        modules = self.folder / _MODULES
        wanted = [name for name in _NEED_SCRIPTS if (modules / name).is_dir()]
        if wanted:
            argv = ("npm", "rebuild", "--no-audit", "--no-fund", *wanted)
            try:
                run_group(Command(argv, self.folder, self.settings(), 180.0))
            except CommandFailed:
                return

    def settings(self) -> dict[str, str]:
        """What a package manager gets: the user's own configuration, and this machine's network."""
        path = self.node.path if self.node else ""
        return {"PATH": path, "CI": "1", "npm_config_yes": "true", **network()}

    def _key(self) -> str:
        whole = hashlib.sha256(f"{self.owner}\0{self.package.folder}\0".encode())
        names = (self.package.name, *self.package.locks, *_manifests(self.package))
        for name in dict.fromkeys(names):
            place = self.scratch.root / name
            whole.update(name.encode() + b"\0" + (place.read_bytes() if place.is_file() else b""))
        return whole.hexdigest()[:32]


def install_commands(
    package: Package, folder: Path, environment: dict[str, str]
) -> Iterator[Command]:
    """The ways to install, the most faithful first; the last one asks for no lock file."""
    names = {lock.rpartition("/")[2] for lock in package.locks}
    ways: list[tuple[str, ...]] = []
    if "package-lock.json" in names or "npm-shrinkwrap.json" in names:
        ways.append(("npm", "ci", *_NPM))
    if "pnpm-lock.yaml" in names:
        ways.append((*program("pnpm"), "install", "--frozen-lockfile", "--ignore-scripts"))
        ways.append((*program("pnpm"), "install", "--no-frozen-lockfile", "--ignore-scripts"))
    if "yarn.lock" in names:
        ways.append((*program("yarn"), "install", "--ignore-scripts", "--non-interactive"))
    if "bun.lock" in names and shutil.which("bun"):
        ways.append(("bun", "install", "--frozen-lockfile", "--ignore-scripts"))
    ways.append(("npm", "install", "--no-package-lock", *_NPM))
    ways.append(("npm", "install", "--no-package-lock", "--legacy-peer-deps", *_NPM))
    for argv in ways:
        yield Command(argv, folder, environment, _SECONDS)


def program(name: str) -> tuple[str, ...]:
    """A package manager on the PATH, else the one that npm fetches."""
    if shutil.which(name):
        return (name,)
    version = {"pnpm": "pnpm@9", "yarn": "yarn@1"}[name]
    return ("npm", "exec", "--yes", f"--package={version}", "--", name)


def _manifests(package: Package) -> Iterator[str]:
    for member in package.members:
        yield f"{member}/package.json"


def _fetch(key: str, folder: Path) -> bool:
    """Move a kept installation into place; False where there is none."""
    kept = installs_folder() / key
    taken = kept.with_name(f"{key}.{os.getpid()}")
    try:
        kept.rename(taken)  # in one step: two runs never share one
    except OSError:
        return False
    for modules in list(_modules(taken)):
        target = folder / modules.relative_to(taken)
        target.parent.mkdir(parents=True, exist_ok=True)
        modules.rename(target)
    shutil.rmtree(taken, ignore_errors=True)
    return True


def _store(key: str, folder: Path) -> None:
    kept = installs_folder() / key
    made = kept.with_name(f"{key}.{os.getpid()}")
    try:
        for modules in list(_modules(folder)):
            target = made / modules.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            modules.rename(target)
        made.rename(kept)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)  # one is kept already, or the disk is another
    forget_old(installs_folder())


def forget_old(folder: Path) -> None:
    """Remove the oldest installations, and what killed runs left of them."""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.stat().st_mtime, reverse=True)
    whole = [entry for entry in entries if "." not in entry.name]
    for old in whole[_MOST_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    for part in (entry for entry in entries if "." in entry.name):
        owner = part.name.rpartition(".")[2]
        if not owner.isdigit() or not _is_alive(int(owner)):
            shutil.rmtree(part, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _modules(folder: Path) -> Iterator[Path]:
    """The outermost node_modules folders."""
    for place, folders, _ in os.walk(folder):
        if _MODULES in folders:
            yield Path(place) / _MODULES
        folders[:] = [name for name in folders if name not in (_MODULES, ".git")]


def _remove_modules(folder: Path) -> None:
    for modules in list(_modules(folder)):
        shutil.rmtree(modules, ignore_errors=True)


def last_line(output: bytes) -> str:
    """The line that says why a package manager failed."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    telling = [line for line in lines if line and "complete log" not in line]
    errors = [line for line in telling if "rror" in line or "ERR" in line]
    return (errors or telling or ["no word"])[0][:300]
