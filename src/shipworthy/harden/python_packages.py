"""What a Python prototype needs to run its tests: packages from wheels alone, kept for the next run."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shipworthy.command import Command
from shipworthy.errors import CommandFailed
from shipworthy.harden.install import last_line
from shipworthy.harden.kept import forget_old
from shipworthy.harden.node import network
from shipworthy.harden.places import installs_folder
from shipworthy.harden.running import run_group
from shipworthy.prototype.inventory.manifests import read_toml, strings, table

_SECONDS = 600.0
_FILES = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-test.txt",
    "requirements_dev.txt",
)
_GROUPS = ("test", "tests", "dev", "testing")
# What pip would build, which runs code of the prototype or of a stranger: an address, or a folder.
_BUILT = ("-e", "--editable", "git+", "./", "../", "/", "file:", "http://", "https://")


class NoPackages(Exception):
    """The packages cannot be had, and why."""


@dataclass
class PythonPackages:
    """The packages of one folder, in a folder of their own: nothing of this machine's Python is changed.

    `owner` tells whose they are: another prototype never gets them.
    """

    root: Path
    folder: str  # of the requirements, from the root
    temporary: Path
    owner: str
    tell: Callable[[str], None] = lambda _: None
    _for: str = ""  # the key of what is installed
    _why: str = ""

    @property
    def place(self) -> Path:
        """Where the packages are, for PYTHONPATH."""
        return self.temporary / f"python-{self.folder.replace('/', '-') or 'packages'}"

    def ready(self) -> str:
        """'' where the packages that are asked for now are installed, else why they are not."""
        try:
            wanted = self.wanted()
        except NoPackages as error:
            return str(error)
        key = self.key_of(wanted)
        if key != self._for:
            self.keep()
            self.tell(f"installing the Python packages of {self.folder or 'the prototype'}")
            self._for, self._why = key, self._installed(key, wanted)
        return self._why

    def wanted(self) -> str:
        """All that the folder asks for, and pytest. Raises NoPackages where it cannot be had."""
        return "\n".join((*requirements(self.root / self.folder), "pytest")) + "\n"

    def key_of(self, wanted: str) -> str:
        """By which an installation is known again."""
        return hashlib.sha256(f"{self.owner}\0{sys.version}\0{wanted}".encode()).hexdigest()[:32]

    def keep(self) -> None:
        """Move what was installed to where the next run finds it."""
        if self._for and not self._why:
            with suppress(OSError):  # one is kept already
                self.place.rename(installs_folder() / self._for)
            forget_old(installs_folder())
        self._for = ""

    def _installed(self, key: str, wanted: str) -> str:
        try:
            (installs_folder() / key).rename(self.place)  # in one step: two runs never share one
        except OSError:
            return self._install(wanted)
        return ""

    def _install(self, wanted: str) -> str:
        listed = self.temporary / "requirements.txt"
        listed.write_text(wanted, encoding="utf-8")
        argv = (
            *(
                sys.executable,
                "-I",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ),
            *("--no-input", "--only-binary", ":all:", "--target", str(self.place)),
            *("-r", str(listed)),
        )
        try:
            ran = run_group(Command(argv, self.temporary, network(), _SECONDS))
        except CommandFailed as error:
            return f"its packages could not be installed: {error}"
        if ran.code == 0:
            return ""
        return f"its packages could not be installed from wheels alone: {last_line(ran.output)}"


def requirements(folder: Path) -> Iterator[str]:
    """What the folder asks for, one requirement each. Raises NoPackages where something of it would
    be built, or nothing is asked for."""
    found = [line for name in _FILES for line in _lines(folder / name)] or list(
        _of_project(folder / "pyproject.toml")
    )
    if not found:
        raise NoPackages("no requirements.txt or pyproject.toml says which packages it needs")
    for line in found:
        built = next(
            (sign for sign in _BUILT if line.startswith(sign) or f"@ {sign}" in line), None
        )
        if built is not None or line.startswith("-"):
            raise NoPackages(
                f"{line[:80]} is no package from a wheel, and builds are not run for it"
            )
        yield line


def _lines(file: Path) -> Iterator[str]:
    if file.is_symlink() or not file.is_file():
        return
    content = file.read_bytes()
    # PowerShell writes UTF-16, which pip reads as well.
    coding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for line in content.decode(coding, "replace").splitlines():
        said = line.partition(" #")[0].strip()
        if said and not said.startswith("#"):
            yield said


def _of_project(file: Path) -> Iterator[str]:
    if file.is_symlink() or not file.is_file():
        return
    content = read_toml(file.read_text(encoding="utf-8", errors="replace"))
    project = table(content, "project")
    yield from strings(project.get("dependencies"))
    for groups in (table(project, "optional-dependencies"), table(content, "dependency-groups")):
        for name in _GROUPS:
            yield from strings(groups.get(name))
