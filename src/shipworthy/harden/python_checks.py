"""The checks of Python code: whether every file is still Python, and what its own tests say."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shipworthy.command import Command
from shipworthy.errors import CommandFailed
from shipworthy.harden.checks import Failed, Passed, Result, Unknown
from shipworthy.harden.python_packages import PythonPackages
from shipworthy.harden.running import run_group

_SECONDS = 60.0
_TEST_SECONDS = 300.0
_NO_TESTS = 5  # https://docs.pytest.org/en/stable/reference/exit-codes.html
_FAILED_TEST = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$")
# Compiles without running or writing anything; apart from us, because compilers can be made to crash.
_PROGRAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
found = {}
for path in json.load(open(sys.argv[1])):
    try:
        with open(path, "rb") as file:
            compile(file.read(), path, "exec", dont_inherit=True)
    except FileNotFoundError:
        pass
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        found[path] = getattr(error, "msg", None) or type(error).__name__
json.dump(found, open(sys.argv[1], "w"))
"""


@dataclass(frozen=True)
class Compiles:
    """Every Python file is one that Python can read."""

    root: Path
    temporary: Path
    files: Sequence[str]
    slow: bool = False
    whole: bool = True

    @property
    def name(self) -> str:
        return "Python compiles"

    def concerns(self, path: str) -> bool:
        return path.endswith(".py")

    def __call__(self, changed: Sequence[str]) -> Result:
        del changed  # all of them take no longer
        listed = self.temporary / "python-files.json"
        listed.write_text(json.dumps(list(self.files)), encoding="utf-8")
        argv = (sys.executable, "-I", "-c", _PROGRAM, str(listed))
        try:
            ran = run_group(Command(argv, self.root, {}, _SECONDS))
        except CommandFailed as error:
            return Unknown(str(error))
        if ran.code != 0:
            return Unknown("Python could not look at them")
        found = json.loads(listed.read_text(encoding="utf-8"))
        errors = {f"{path}: {said}": 1 for path, said in found.items()}
        return Failed(errors) if errors else Passed()


@dataclass(frozen=True)
class PythonTests:
    """The prototype's own pytest, with packages of its own and placeholders for its settings."""

    packages: PythonPackages
    environment: Mapping[str, str]
    slow: bool = True
    whole: bool = True

    @property
    def name(self) -> str:
        return f"pytest ({self.packages.folder or '.'})"

    def concerns(self, path: str) -> bool:
        folder = self.packages.folder
        asked = path.endswith((".py", "pyproject.toml")) or "requirements" in path
        return asked and path.startswith(f"{folder}/" if folder else "")

    def __call__(self, changed: Sequence[str]) -> Result:
        del changed  # tests look at everything
        if why := self.packages.ready():
            return Unknown(why)
        # Without the packages of the Python that runs us: a test must not pass by one of ours.
        argv = (sys.executable, "-S", "-m", "pytest", "-q", "-rfE", "--tb=no", "--no-header")
        environment = {
            **self.environment,
            "PYTHONPATH": str(self.packages.place),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        folder = self.packages.root / self.packages.folder
        try:
            ran = run_group(Command(argv, folder, environment, _TEST_SECONDS))
        except CommandFailed as error:
            return Unknown(str(error))
        return _tested(ran.code, ran.output.decode("utf-8", "replace"))


def _tested(code: int, output: str) -> Result:
    if code == 0:
        return Passed()
    if code == _NO_TESTS:
        return Unknown("pytest finds no tests")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    failed = Counter(found[1] for line in lines if (found := _FAILED_TEST.match(line)))
    return Failed(failed, tail=" / ".join(lines[-3:])[:300])
