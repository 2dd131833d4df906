"""What a Python prototype needs to run its tests: packages from wheels alone, kept for the next run."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import distributions
from pathlib import Path

from msgspec.structs import replace
from packaging.utils import canonicalize_name

from shipworthy.command import Command, Ran
from shipworthy.errors import CommandFailed
from shipworthy.harden.fitting import fitting
from shipworthy.harden.install import last_line
from shipworthy.harden.kept import forget_old
from shipworthy.harden.loosening import Wanted, named, parsed
from shipworthy.harden.node import network
from shipworthy.harden.places import installs_folder
from shipworthy.harden.requirement_lists import NoPackages, requirements
from shipworthy.harden.running import run_group

_SECONDS = 900.0
_MOST_OTHERS = 25  # times that pip is asked again for a little less


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
    run: Callable[[Command], Ran] = run_group
    more: tuple[str, ...] = ("pytest",)  # beside what it asks for
    exact: bool = True  # False: another version where there is no wheel of the one asked for
    left_out: list[str] = field(default_factory=list)  # lines that are no packages of a registry
    _wanted: Wanted = field(default_factory=lambda: Wanted(()))  # what pip was asked for last
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
        """All that is asked for. Raises NoPackages where it cannot be had."""
        self.left_out.clear()
        left_out = None if self.exact else self.left_out
        return "\n".join((*requirements(self.root / self.folder, left_out), *self.more)) + "\n"

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

    def mend(self, change: Callable[[Wanted], Wanted]) -> str:
        """Install something else than was asked for: what `change` makes of it. '' where that was done."""
        changed = change(self._wanted)
        if changed == self._wanted:
            return "nothing else to install"
        self._why = "it was interrupted"  # and is not kept then
        if not self._exchanged(changed):
            shutil.rmtree(self.place, ignore_errors=True)
            self._why = self._install(changed)
        else:
            self._why = ""
        return self._why

    def others(self) -> tuple[str, ...]:
        """What is asked for and installed in another version, or not at all, in words."""
        found: dict[str, str] = {
            canonicalize_name(d.name): d.version for d in distributions(path=[str(self.place)])
        }
        texts = []
        for line in self.wanted().splitlines():
            asked = parsed(line)
            if asked is None or (asked.marker and not asked.marker.evaluate()):
                continue
            version = found.get(named(line))
            if version is None and f"{named(line)}-binary" not in found:
                texts.append(f"{asked.name} (left out)")
            elif version is not None and not asked.specifier.contains(version, prereleases=True):
                texts.append(f"{asked.name} {version} ({asked.specifier})")
        return tuple(texts)

    def _installed(self, key: str, wanted: str) -> str:
        self._wanted = Wanted(tuple(wanted.splitlines()))
        try:
            (installs_folder() / key).rename(self.place)  # in one step: two runs never share one
        except OSError:
            return self._install(self._wanted)
        return ""

    def _install(self, wanted: Wanted) -> str:
        if not self.exact:
            wanted = wanted.as_wheels()
        try:
            return "" if self._by_uv(wanted) else self._by_pip(wanted)
        except CommandFailed as error:
            return f"its packages could not be installed: {error}"

    def _by_uv(self, wanted: Wanted) -> bool:
        """True where uv is at hand and could do it: it decides within seconds where pip takes minutes.
        What it says when it cannot is not read: it is asked for less, and then pip is."""
        uv = find_uv()
        if uv is None:
            return False
        if self._done_by_uv(uv, "install", wanted):
            return True
        if self.exact:
            return False
        self.tell("not all of its pins can be had together: looking for versions that can")
        found = fitting(wanted, partial(self._done_by_uv, uv, "compile"))
        return found is not None and self._done_by_uv(uv, "install", found)

    def _done_by_uv(self, uv: str, verb: str, wanted: Wanted) -> bool:
        """`install` does it, `compile` only finds out whether it could be done."""
        command = self._command(wanted)
        chosen = command.argv[command.argv.index("--only-binary") :]
        if verb == "compile":
            wheels = chosen[: chosen.index("--target")]
            rest = ("--quiet", *wheels, "--output-file", os.devnull, chosen[-1])
        else:
            # A package that changes its own files must not change uv's copy of them.
            rest = ("--link-mode", "copy", *chosen)
            self._wanted = wanted
        argv = (uv, "pip", verb, "--python", sys.executable, *rest)
        done = self.run(replace(command, argv=argv)).code == 0
        if not done and verb == "install":
            shutil.rmtree(self.place, ignore_errors=True)
        return done

    def _by_pip(self, wanted: Wanted) -> str:
        for _ in range(1 if self.exact else _MOST_OTHERS):
            self._wanted = wanted
            ran = self.run(self._command(wanted))
            if ran.code == 0:
                return ""
            wanted = wanted.loosened(ran.output.decode("utf-8", "replace"))
            if wanted == self._wanted:
                break
        return f"its packages could not be installed from wheels alone: {_last_error(ran.output)}"

    def _exchanged(self, changed: Wanted) -> bool:
        """True where the lines that changed could be installed alone, beside all that stays as it is."""
        new = self.temporary / f"{self.place.name}-new"
        shutil.rmtree(new, ignore_errors=True)
        lines = tuple(line for line in changed.lines if line not in self._wanted.lines)
        other = {named(line) for line in lines}
        stays = [
            f"{found.name}=={found.version}"
            for found in distributions(path=[str(self.place)])
            if canonicalize_name(found.name) not in other
        ]
        try:
            ran = self.run(self._command(replace(changed, lines=lines), new, stays))
        except CommandFailed:
            return False
        if ran.code == 0 and lines:
            self._wanted = changed
            _move_packages(new, self.place)
        return ran.code == 0 and bool(lines)

    def _command(
        self, wanted: Wanted, place: Path | None = None, stays: Iterable[str] = ()
    ) -> Command:
        listed, kept = self.temporary / "requirements.txt", self.temporary / "constraints.txt"
        listed.write_text("\n".join(wanted.lines) + "\n", encoding="utf-8")
        kept.write_text("\n".join(stays) + "\n", encoding="utf-8")
        source = ("--no-binary", ",".join(sorted(wanted.from_source)))
        argv = (
            *(sys.executable, "-I", "-m", "pip", "install", "--progress-bar", "off"),
            *("--disable-pip-version-check", "--no-input", "--only-binary", ":all:"),
            *(source if wanted.from_source else ()),
            *("--target", str(place or self.place), "-c", str(kept), "-r", str(listed)),
        )
        return Command(argv, self.temporary, network(), _SECONDS)


def find_uv() -> str | None:
    """uv on the PATH, or beside the Python that runs this; None where there is none."""
    beside = Path(sysconfig.get_path("scripts")) / "uv"
    return shutil.which("uv") or (str(beside) if beside.exists() else None)


def _move_packages(new: Path, place: Path) -> None:
    """Put packages where others of the same names are, whose files go first."""
    names = {canonicalize_name(found.name) for found in distributions(path=[str(new)])}
    for old in list(distributions(path=[str(place)])):
        if canonicalize_name(old.name) in names:
            for file in old.files or ():
                if (place / file).resolve().is_relative_to(place.resolve()):
                    (place / file).unlink(missing_ok=True)
                if file.parts[0].endswith(".dist-info"):
                    shutil.rmtree(place / file.parts[0], ignore_errors=True)
    shutil.copytree(new, place, symlinks=True, dirs_exist_ok=True)
    shutil.rmtree(new)


def _last_error(output: bytes) -> str:
    """What pip says last is what stops it; before that it only remarks."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return errors[-1][:300] if errors else last_line(output)
