"""The checks of a Node.js prototype: types, lint, build and tests, as its own tools see them."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from shipworthy.command import Command, Ran
from shipworthy.errors import CommandFailed
from shipworthy.harden.build_errors import build_errors
from shipworthy.harden.checks import WORKFLOWS, Failed, Passed, Result, Unknown
from shipworthy.harden.install import Installation
from shipworthy.harden.running import run_group
from shipworthy.harden.warm import PROGRAM, Error, NoAnswer, Warm

_TYPES_SECONDS = 300.0
_LINT_SECONDS = 300.0
_BUILD_SECONDS = 900.0
_TEST_SECONDS = 180.0
_TYPED = frozenset((".ts", ".tsx", ".js", ".jsx", ".mts", ".cts", ".json", ".vue"))
_NOT_BUILT = frozenset((".sql", ".md", ".txt", ".py", ".toml", ".yml", ".yaml"))
# Deno runs these; the tools of the app never see them.
_DENO = re.compile(r"(^|/)supabase/functions/")
# Next.js writes types of its routes here, which tsconfig.json includes: of what was built last, not of
# what is judged next.
_BUILT_TYPES = (".next/types", ".next/dev/types")
_FAILED_TEST = re.compile(r"^\s*(?:✕|×|✗|FAIL|not ok)\s+(.+?)(?:\s+\(?\d+(?:\.\d+)?\s*m?s\)?)?\s*$")


@dataclass(frozen=True)
class Types:
    """What the TypeScript compiler says of one tsconfig, made again for what changed alone."""

    installation: Installation
    config: str  # from the root of the prototype
    environment: Mapping[str, str]
    slow: bool = False
    whole: bool = True
    warm: Warm = field(default_factory=lambda: Warm(_TYPES_SECONDS))

    @property
    def name(self) -> str:
        return f"types ({self.config})"

    def concerns(self, path: str) -> bool:
        folder = self.config.rpartition("/")[0]
        typed = PurePosixPath(path).suffix in _TYPED and not _DENO.search(path)
        return typed and path.startswith(f"{folder}/" if folder else "")

    def __call__(self, changed: Sequence[str]) -> Result:
        del changed  # types reach further than a file
        why = self.installation.ready()
        if why:
            return Unknown(why)
        root = self.installation.scratch.root
        library = _installed(root, self.config, "typescript/lib/typescript.js")
        if library is None:
            return Unknown("TypeScript is not among its packages")
        argv = (
            *(_program(self.installation), "--max-old-space-size=4096", str(PROGRAM)),
            *(str(library), str(root / self.config), str(root)),
        )
        try:
            found = self.warm.errors(argv, root, self.environment)
        except NoAnswer as error:
            return Unknown(f"the compiler gave no answer: {error}")
        # Two packages with the same type are told apart by their places.
        return type_errors(
            [(path, code, said.replace(f"{root}/", "")) for path, code, said in found]
        )


@dataclass(frozen=True)
class Script:
    """One of the package.json's own scripts: build or test."""

    installation: Installation
    script: str
    environment: Mapping[str, str]
    slow: bool = True
    whole: bool = True

    @property
    def name(self) -> str:
        return f"{self.script} ({self.installation.package.name})"

    def concerns(self, path: str) -> bool:
        if path.startswith(WORKFLOWS):
            return True  # a new pipeline runs it
        folder = self.installation.package.folder
        within = path.startswith(f"{folder}/" if folder else "")
        return within and PurePosixPath(path).suffix not in _NOT_BUILT and not _DENO.search(path)

    def __call__(self, changed: Sequence[str]) -> Result:
        del changed  # these look at everything
        why = self.installation.ready()
        if why:
            return Unknown(why)
        testing = self.script == "test"
        # Tests stop instead of watching; a build must not take warnings for errors.
        environment = {**self.environment, "CI": "true" if testing else "false"}
        seconds = _TEST_SECONDS if testing else _BUILD_SECONDS
        command = Command(
            ("npm", "run", "--silent", self.script),
            self.installation.folder,
            environment | self.installation.fonts.settings,
            seconds,
        )
        result, output = self._judged(command)
        if isinstance(result, Failed) and self.installation.fonts.are_missing(output):
            settings = environment | self.installation.fonts.settings
            result, _ = self._judged(replace(command, environment=settings))
        self._forget_types()
        return result

    def _forget_types(self) -> None:
        root = self.installation.folder.resolve()
        for types in _BUILT_TYPES:
            place = (root / types).resolve()
            if place.is_relative_to(root):  # no link leads out of the copy
                shutil.rmtree(place, ignore_errors=True)

    def _judged(self, command: Command) -> tuple[Result, str]:
        """What the script says, and all that it printed where it failed."""
        top = self.installation.scratch.top
        testing = self.script == "test"
        printed: list[str] = []

        def failed(ran: Ran) -> Result:
            printed.append(ran.output.decode("utf-8", "replace"))
            errors = failed_tests(ran.output) if testing else build_errors(printed[-1])
            return Failed(errors, tail=_tail(ran, top), partial=not testing)

        return _judged(command, failed), "".join(printed)


@dataclass(frozen=True)
class Lint:
    """The errors of ESLint as the prototype configures it; warnings are left out."""

    installation: Installation
    environment: Mapping[str, str]
    slow: bool = True
    whole: bool = False

    @property
    def name(self) -> str:
        return f"lint ({self.installation.package.name})"

    def concerns(self, path: str) -> bool:
        folder = self.installation.package.folder
        code = PurePosixPath(path).suffix in _TYPED - {".json"} and not _DENO.search(path)
        return code and path.startswith(f"{folder}/" if folder else "")

    def __call__(self, changed: Sequence[str]) -> Result:
        why = self.installation.ready()
        if why:
            return Unknown(why)
        program = _installed(
            self.installation.scratch.root, self.installation.package.name, "eslint/bin/eslint.js"
        )
        if program is None:
            return Unknown("ESLint is not among its packages")
        folder = self.installation.folder
        root = self.installation.scratch.root
        files = [str(root / path) for path in changed if self.concerns(path)]
        files = [path for path in files if Path(path).is_file()]
        if not files:
            return Passed()
        report = self.installation.scratch.temporary / "lint.json"
        report.unlink(missing_ok=True)
        argv = (_program(self.installation), str(program), *files, "-f", "json", "-o", str(report))
        return _judged(
            Command(argv, folder, self.environment, _LINT_SECONDS),
            lambda ran: _linted(report, folder, ran),
        )


def type_errors(found: Sequence[Error]) -> Result:
    """The errors of a compiler, by file and number."""
    if not found:
        return Passed()
    kinds = [f"{path or 'tsconfig'}: {code}" for path, code, _ in found]
    words = {
        kind: text for kind, (_, _, text) in zip(reversed(kinds), reversed(found), strict=True)
    }
    return Failed(Counter(kinds), words)


def failed_tests(output: bytes) -> Mapping[str, int]:
    """The names of the tests that failed, as the usual runners print them."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", output.decode("utf-8", "replace")).splitlines()
    return Counter(found[1] for line in lines if (found := _FAILED_TEST.match(line)))


def _linted(report: Path, folder: Path, ran: Ran) -> Result:
    try:
        files = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Unknown(f"ESLint did not get so far: {_tail(ran, folder)[-200:]}")
    errors: Counter[str] = Counter()
    for file in files:
        path = file["filePath"].removeprefix(f"{folder}/")
        for said in file["messages"]:
            if said.get("severity") == 2:
                errors[f"{path}: {said.get('ruleId') or 'syntax'}"] += 1
    return Failed(errors) if errors else Passed()


def _judged(command: Command, failed: Callable[[Ran], Result]) -> Result:
    try:
        ran = run_group(command)
    except CommandFailed as error:
        return Unknown(str(error))
    if ran.code == 0:
        return Passed()
    return failed(ran)


def _installed(root: Path, near: str, program: str) -> Path | None:
    """A program of a package, in the nearest node_modules above a file."""
    folder = PurePosixPath(near).parent
    for place in (folder, *folder.parents):
        found = root / place / "node_modules" / program
        if found.is_file():
            return found
    return None


def _program(installation: Installation) -> str:
    return installation.node.program if installation.node else "node"


def _tail(ran: Ran, top: Path) -> str:
    """The telling lines of what a program printed, without the place of the copy."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", ran.output.decode("utf-8", "replace"))
    text = text.replace(f"{top}/", "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [
        line for line in lines if re.search(r"\berror\b|failed|cannot|not found", line, re.I)
    ]
    return " / ".join((telling or lines)[:3])[:300]
