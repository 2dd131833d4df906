"""The packages of the programs that are to run, installed in the copy without their scripts."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from shipworthy.command import Command, Ran
from shipworthy.harden.install import Installation
from shipworthy.harden.managers import program as manager
from shipworthy.harden.node import MISSING, Node, find_node
from shipworthy.harden.project import Package, packages
from shipworthy.harden.python_packages import PythonPackages
from shipworthy.harden.requirement_lists import NoPackages, requirements
from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.import_names import import_names
from shipworthy.prototype.running import Program
from shipworthy.sidecar.application import python_program
from shipworthy.sidecar.application.copy import Copy
from shipworthy.sidecar.application.guarded_run import run_guarded
from shipworthy.sidecar.application.misfit import misfit
from shipworthy.sidecar.application.node_versions import another_version, lacking_member
from shipworthy.sidecar.application.problem import CannotRun, end_of

# The Python that runs a program: with its packages, without ours, on this machine alone.
PYTHON = (sys.executable, "-S", python_program.__file__)
_MOST_LACKING = 8  # versions of packages for Node.js that may give way
_MOST_MENDED = 6  # times that packages of one program are exchanged
_MANAGERS = ("pnpm", "yarn")  # what scripts call, and npm can fetch


@dataclass
class Packages:
    """What is installed for a run. `keep` moves it to where the next run finds it."""

    prototype: Prototype
    copy: Copy
    owner: str
    log: Path
    tell: Callable[[str], None]
    notes: list[str] = field(default_factory=list)
    node: Node | None = None
    _nodes: dict[str, Installation] = field(default_factory=dict)
    _pythons: dict[str, PythonPackages] = field(default_factory=dict)
    _mended: dict[str, int] = field(default_factory=dict)

    def install(self, program: Program) -> None:
        """Install what a program asks for. Raises CannotRun where that fails."""
        if program.python:
            self._python(program)
        elif program.framework != "static":
            self._node(program)

    def keep(self) -> None:
        """Keep everything for the next run."""
        for node in self._nodes.values():
            node.keep()
        for python in self._pythons.values():
            python.keep()

    @property
    def path(self) -> str:
        """The PATH with Node.js and the package managers that scripts call."""
        return self.node.path if self.node else ""

    def python_path(self, program: Program) -> str:
        """Where its packages are; '' for a program that is not in Python."""
        found = self._pythons.get(program.folder)
        return str(found.place) if found else ""

    def programs(self, program: Program) -> list[str]:
        """Folders for the front of PATH: the commands of its packages, and `python` as what runs it.

        Many machines have no `python`, or another than the packages were installed for.
        """
        if not program.python:
            return []
        folder = self.copy.temporary / "pythons"
        if not folder.exists():
            folder.mkdir()
            for name in ("python", "python3"):
                _write_command(folder / name, (sys.executable, "-S"))
        found = self._pythons.get(program.folder)
        return [str(folder), *([str(found.place / "bin")] if found else [])]

    def _node(self, program: Program) -> None:
        package = self._around(program.folder)
        if self.node is None:
            self.node = self._found(self.copy.root / (package.folder if package else ""))
        if package is None or (not package.dependencies and not package.members):
            return  # nothing to install
        if package.folder in self._nodes:
            return
        if why := self._node_installed(package, self.node):
            told = lacking_member(self.copy.root / package.folder, why) or why
            raise CannotRun(f"{program.name}: {told}")

    def _node_installed(self, package: Package, node: Node) -> str:
        """'' where its packages are installed; versions that no registry has give way."""
        for _ in range(_MOST_LACKING):
            installation = Installation(self.copy, package, node, self.owner, self.tell, self._run)
            self._nodes[package.folder] = installation
            why = installation.ready()
            changed = another_version(installation.folder, why) if why else ""
            if not changed:
                return why
            self.notes.append(changed)
            self.tell(changed)
        return why

    def _found(self, folder: Path) -> Node:
        """Node.js, and beside it the managers that scripts call and this machine lacks, as the folder wants
        them."""
        programs = self.copy.temporary / "programs"
        node = find_node(programs)
        if node is None:
            raise CannotRun(MISSING)
        programs.mkdir(exist_ok=True)
        for name in _MANAGERS:
            if shutil.which(name) is None:
                _write_command(programs / name, manager(name, folder))
        first = "" if node.path.startswith(str(programs)) else f"{programs}:"
        return Node(node.program, f"{first}{node.path}")

    def _around(self, folder: str) -> Package | None:
        """The package whose installation serves a folder: its own, or that of the workspace around."""
        around = [
            package
            for package in packages(self.prototype)
            if not package.folder or f"{folder}/".startswith(f"{package.folder}/")
        ]
        return max(around, key=lambda package: len(package.folder), default=None)

    def _python(self, program: Program) -> None:
        if program.folder in self._pythons:
            return
        self._guess(program)
        found = PythonPackages(
            self.copy.root,
            program.folder,
            self.copy.temporary,
            self.owner,
            self.tell,
            self._run,
            (*program.packages, *_driver(self.prototype, program)),
            exact=False,
        )
        self._pythons[program.folder] = found
        if why := found.ready():
            raise CannotRun(f"{program.name}: {why}")
        if found.left_out:
            listed = ", ".join(found.left_out)
            self.notes.append(f"not installed, no package of a registry: {listed}")

    def mend(self, program: Program, log: Path) -> bool:
        """Install other packages where its last error says that they do not go together; False where it
        says nothing of the kind, or nothing can be changed."""
        found = self._pythons.get(program.folder)
        if found is None or self._mended.get(program.folder, 0) >= _MOST_MENDED:
            return False
        wrong = misfit(end_of(log), found.place)
        if wrong is None:
            return False
        self._mended[program.folder] = self._mended.get(program.folder, 0) + 1
        what = f"without {wrong.add}" if wrong.add else "with versions that do not go together"
        self.tell(f"{program.name} ends {what}: installing others")
        return not found.mend(wrong.mended)

    def versions(self) -> list[str]:
        """What runs with other packages than its files ask for, in words."""
        return [
            f"not the versions that its files ask for: {', '.join(others)}"
            for found in self._pythons.values()
            if (others := found.others())
        ]

    def _guess(self, program: Program) -> None:
        """Ask for what the code imports, where no file says what it needs: well-known names alone, for
        anybody can publish a package under a name that is merely likely."""
        folder = self.copy.root / program.folder
        if _lists_packages(folder):
            return
        listed = folder / "requirements.txt"
        sure, unsure = imported(self.prototype, program)
        listed.write_text("\n".join(sorted({*sure, *program.packages})) + "\n")
        self.notes.append(
            f"no file says which packages it needs: taken from imports: {_list(sure)}"
        )
        if unsure:
            self.notes.append(f"imported, of unknown packages, not installed: {_list(unsure)}")

    @property
    def _run(self) -> Callable[[Command], Ran]:
        return partial(run_guarded, log=self.log, tell=self.tell, what="installing")


def _write_command(script: Path, argv: Sequence[str]) -> None:
    """A program that runs another with what it is given."""
    script.write_text(f'#!/bin/sh\nexec {shlex.join(argv)} "$@"\n')
    script.chmod(0o755)


def _lists_packages(folder: Path) -> bool:
    try:
        return any(True for _ in requirements(folder, []))
    except NoPackages:
        return False


def _driver(prototype: Prototype, program: Program) -> tuple[str, ...]:
    """SQLAlchemy 2.1 asks for psycopg 3 where an address names no driver, as DATABASE_URL never does; code
    that was written before brings psycopg2 alone."""
    prefix = f"{program.folder}/" if program.folder else ""
    names = {
        name
        for path, packages in prototype.modules.packages.items()
        if path.startswith(prefix) and path.endswith(".py")
        for name in packages
    }
    both = {"sqlalchemy", "psycopg2"} <= names and "psycopg" not in names
    return ("psycopg[binary]",) if both else ()


def python_path(copy: Path) -> str:
    """Where the Python packages of a copy lie, as PYTHONPATH wants them; '' for none."""
    return os.pathsep.join(sorted(str(place) for place in copy.parent.glob("python-*")))


def imported(prototype: Prototype, program: Program) -> tuple[set[str], set[str]]:
    """The packages that the code of a program imports, and the imports whose package is not known."""
    sure, unsure = set(), set()
    for path in prototype.modules.reachable([program.entry] if program.entry else []):
        for module in prototype.modules.packages.get(path, frozenset()):
            found, known = import_names().of(module)
            if known or found[0] in import_names().known:
                sure.add(found[0])
            elif path.endswith(".py"):
                unsure.add(module)
    return sure, unsure


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
