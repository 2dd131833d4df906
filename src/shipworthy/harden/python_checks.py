"""The checks of Python code: whether every file is still Python."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shipworthy.command import Command
from shipworthy.errors import CommandFailed
from shipworthy.harden.checks import Failed, Passed, Result, Unknown
from shipworthy.harden.running import run_group

_SECONDS = 60.0
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
