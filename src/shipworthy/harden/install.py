"""Install a prototype's packages in the copy, without their scripts, and keep them for the next run."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from shipworthy.command import Command, Ran
from shipworthy.errors import CommandFailed
from shipworthy.harden.fonts import Fonts
from shipworthy.harden.kept import fetch, modules_in, move_modules, remove_modules, store
from shipworthy.harden.managers import is_of_pnpm, npm_sees_all, program
from shipworthy.harden.node import MISSING, Node, network
from shipworthy.harden.places import installs_folder
from shipworthy.harden.project import Package
from shipworthy.harden.running import run_group

_SECONDS = 900.0
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
_FOLLOW = (
    *("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"),
    "--prefer-offline",
)
_CODES = ("npm error code ", "npm ERR! code ")  # what they mean stands in the next line
_NPM = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


class Workplace(Protocol):
    """A copy of a prototype that may be changed."""

    @property
    def root(self) -> Path:
        """The prototype's folder in the copy."""

    @property
    def top(self) -> Path:
        """The folder of the repository, or of the copy where there is none."""

    @property
    def temporary(self) -> Path:
        """A folder for what else is needed, on the same disk."""

    def discard(self) -> None:
        """Remove what package managers wrote beside the packages."""


@dataclass
class Installation:
    """The packages of one folder: installed when first asked for, moved away for later at the end."""

    scratch: Workplace
    package: Package
    node: Node | None
    owner: str  # whose packages these are: another prototype never gets them
    tell: Callable[[str], None] = lambda _: None
    run: Callable[[Command], Ran] = run_group
    outer: tuple[Installation, ...] = ()  # of the folders around, where Node.js looks next
    inner: tuple[Installation, ...] = ()  # of folders in this one
    fonts: Fonts = field(init=False)  # what stands in for them without a network
    _why: str = ""  # '' where they are installed, else why not
    _installed_for: str = ""  # the key of what was asked for

    def __post_init__(self) -> None:
        self.fonts = Fonts(self.scratch.temporary)

    @property
    def folder(self) -> Path:
        """Where the package.json is in the copy."""
        return self.scratch.root / self.package.folder

    @property
    def _apart(self) -> tuple[Path, ...]:
        return tuple(one.folder for one in self.inner)

    @property
    def failed(self) -> str:
        """Why an installation that was tried failed; '' where it did not, or was not tried."""
        return self._why

    def ready(self) -> str:
        """'' where the packages that are asked for now are installed, else why they are not. What could
        not be installed once is not tried again: there would be nothing to compare with.

        Those of the folders around come first: with them, code sees other packages than without.
        """
        for one in self.outer:
            one.ready()
        key = self._key()
        if key != self._installed_for and not self._why:
            start = self._start(key)
            self.keep()
            self._installed_for = key
            self.tell(f"installing the packages of {self.package.name}")
            self._why = self._installed(key, start)
            self.tell(f"the packages of {self.package.name}: {self._why or 'installed'}")
            self.scratch.discard()
        return self._why

    def keep(self) -> None:
        """Move what was installed to where the next run finds it."""
        if self._installed_for and not self._why:
            store(self._installed_for, self.folder, self._apart)
        self._installed_for = ""

    def _start(self, key: str) -> Path | None:
        """What is installed now, once more, for npm to change where little else is asked for: hard
        links cost seconds, a whole installation minutes."""
        by_npm = next(install_commands(self.package, self.folder, {})).argv[0] == "npm"
        stays = self._installed_for and not self._why and by_npm
        if not stays or (installs_folder() / key).exists():
            return None
        start = self.scratch.temporary / "start"
        shutil.rmtree(start, ignore_errors=True)
        try:
            for modules in modules_in(self.folder, self._apart):
                place = start / modules.relative_to(self.folder)
                shutil.copytree(modules, place, symlinks=True, copy_function=os.link)
        except (OSError, shutil.Error):  # a disk without hard links
            shutil.rmtree(start, ignore_errors=True)
        return start

    def _installed(self, key: str, start: Path | None) -> str:
        if self.node is None:
            return MISSING
        if fetch(key, self.folder) or (start is not None and self._changed(start)):
            return ""
        said = ""
        for command in install_commands(self.package, self.folder, self.settings()):
            try:
                ran = self.run(command)
            except CommandFailed as error:
                said = str(error)
                continue
            if ran.code == 0:
                self._scripts()
                return ""
            said = last_line(ran.output)
            remove_modules(self.folder, self._apart)
        return f"its packages could not be installed: {said}"

    def _changed(self, start: Path) -> bool:
        """True where npm could make what is asked for out of what was installed before."""
        move_modules(start, self.folder)
        command = Command(_FOLLOW, self.folder, self.settings(), _SECONDS)
        try:
            done = self.run(command).code == 0
        except CommandFailed:
            done = False
        if done:
            self._scripts()
        else:
            remove_modules(self.folder, self._apart)
        return done

    def _scripts(self) -> None:
        """Run the scripts of the few packages that need them; what fails shows in the checks."""
        modules = self.folder / _MODULES
        wanted = [name for name in _NEED_SCRIPTS if (modules / name).is_dir()]
        if wanted:
            argv = ("npm", "rebuild", "--no-audit", "--no-fund", *wanted)
            try:
                self.run(Command(argv, self.folder, self.settings(), 180.0))
            except CommandFailed:
                return

    def settings(self) -> dict[str, str]:
        """What a package manager gets: the user's own configuration, and this machine's network."""
        path = self.node.path if self.node else ""
        return {"PATH": path, "CI": "1", "npm_config_yes": "true", **network()}

    def _key(self) -> str:
        whole = hashlib.sha256(f"{self.owner}\0{self.package.folder}\0apart\0".encode())
        names = (self.package.name, *self.package.locks, *_manifests(self.package))
        for name in dict.fromkeys(names):
            place = self.scratch.root / name
            whole.update(name.encode() + b"\0" + (place.read_bytes() if place.is_file() else b""))
        return whole.hexdigest()[:32]


def enclosed(installations: Sequence[Installation]) -> None:
    """Tell each installation of those whose folders lie around its own, and in it."""
    for one in installations:
        one.outer = tuple(other for other in installations if _encloses(other, one))
        one.inner = tuple(other for other in installations if _encloses(one, other))


def _encloses(outer: Installation, inner: Installation) -> bool:
    folder = outer.package.folder
    return outer is not inner and (not folder or inner.package.folder.startswith(f"{folder}/"))


def install_commands(
    package: Package, folder: Path, environment: dict[str, str]
) -> Iterator[Command]:
    """The ways to install, the most faithful first; the last one asks for no lock file."""
    names = {lock.rpartition("/")[2] for lock in package.locks}
    ways: list[tuple[str, ...]] = []
    if "package-lock.json" in names or "npm-shrinkwrap.json" in names:
        ways.append(("npm", "ci", *_NPM))
    if is_of_pnpm(package, folder):
        pnpm = (*program("pnpm", folder), "install", "--ignore-scripts")
        if "pnpm-lock.yaml" in names:
            ways.append((*pnpm, "--frozen-lockfile"))
        ways.append((*pnpm, "--no-frozen-lockfile"))
    if "yarn.lock" in names:
        ways.append((*program("yarn"), "install", "--ignore-scripts", "--non-interactive"))
    if "bun.lock" in names and shutil.which("bun"):
        ways.append(("bun", "install", "--frozen-lockfile", "--ignore-scripts"))
    if npm_sees_all(package, folder) or not ways:
        ways.append(("npm", "install", "--no-package-lock", *_NPM))
        ways.append(("npm", "install", "--no-package-lock", "--legacy-peer-deps", *_NPM))
    for argv in ways:
        yield Command(argv, folder, environment, _SECONDS)


def _manifests(package: Package) -> Iterator[str]:
    for member in package.members:
        yield f"{member}/package.json"


def last_line(output: bytes) -> str:
    """The line that says why a package manager failed."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    telling = [line for line in lines if line and "complete log" not in line]
    telling = [line for line in telling if not line.startswith(_CODES)] or telling
    errors = [line for line in telling if "rror" in line or "ERR" in line]
    first = (errors or telling or ["no word"])[0]
    if first.endswith(":") and first in telling[:-1]:  # a heading: what follows it tells
        first = f"{first} {telling[telling.index(first) + 1]}"
    return first[:300]
