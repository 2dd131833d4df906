"""Which checks a prototype has of its own, and the settings they run with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath

from shipworthy.harden.checks import Check, Failed, Own
from shipworthy.harden.install import Installation, enclosed
from shipworthy.harden.node import find_node, tool_settings
from shipworthy.harden.node_checks import Lint, Script, Types
from shipworthy.harden.project import Package, packages
from shipworthy.harden.python_checks import Compiles, PythonTests
from shipworthy.harden.python_packages import PythonPackages
from shipworthy.harden.relock import relock
from shipworthy.harden.scratch import Scratch
from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.dependency import Ecosystem
from shipworthy.prototype.inventory.manifests import read_json, table
from shipworthy.prototype.inventory.placeholders import placeholders
from shipworthy.prototype.source import Language

_MOST_CONFIGS = 6
_NO_TESTS = "no test specified"
# What decides how strictly code is checked: reading alone never shows whether it passes.
_SETTINGS = re.compile(r"(^|/)([tj]sconfig[\w.-]*\.json|next\.config\.\w+)$")


_IGNORES = re.compile(r"\bignoreBuildErrors\s*:\s*true")
_OTHER_TYPES = "tsconfigPath"


@contextmanager
def own_checks(
    scratch: Scratch,
    prototype: Prototype,
    owner: str,
    *,
    build: bool,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Own]:
    """The checks of a prototype; what they install is kept for the next run when the block ends.

    Without `build` nothing of the prototype is run: only what compiles Python is asked.
    """
    node = find_node(scratch.temporary / "programs")
    installations = tuple(
        Installation(scratch, package, node, owner, tell) for package in packages(prototype)
    )
    enclosed(installations)
    found: list[Check] = [*_python(scratch, prototype)]
    environment: dict[str, str] = {}
    if build:
        path = node.path if node else ""
        environment.update(placeholders(prototype) | tool_settings(scratch.temporary, path))
        found.extend(_types(prototype, installations, environment))
        for installation in installations:
            found.extend(_scripts(installation, environment))
        found.extend(_pytest(scratch, prototype, owner, environment, tell))
    try:
        types = tuple(check for check in found if isinstance(check, Types))
        follow = partial(_follow, scratch, installations, types, build)
        learn = partial(_learn, environment)
        yield Own(tuple(found), follow, learn, _alone_tells)
    finally:
        for check in found:
            if isinstance(check, Types):
                check.warm.close()
            if isinstance(check, PythonTests):
                check.packages.keep()
        for installation in installations:
            installation.keep()


def _alone_tells(check: Check, path: str, before: str, after: str) -> bool:
    """True for the build where a setting decides on how much of the code it accepts, or where packages
    are taken away: others use some without saying so."""
    builds = isinstance(check, Script) and check.script == "build" and check.concerns(path)
    if not builds or not path.endswith("package.json"):
        return builds and _SETTINGS.search(path) is not None
    asked = (table(read_json(text), "dependencies") for text in (before, after))
    return bool(next(asked).keys() - next(asked).keys())


def _learn(environment: dict[str, str], prototype: Prototype) -> None:
    """A placeholder for each setting that the changed code needs and the code before did not."""
    for name, value in placeholders(prototype).items():
        environment.setdefault(name, value)


def _follow(
    scratch: Scratch,
    installations: tuple[Installation, ...],
    types: tuple[Types, ...],
    build: bool,
    paths: Iterable[str],
) -> str:
    """Bring lock files along; why not, and why nobody could tell whether stricter settings hold."""
    changed = tuple(paths)
    settings = next((path for path in changed if _SETTINGS.search(path)), None)
    if settings is not None:
        if not build:
            return f"only a build tells whether {settings} holds, which --no-build leaves out"
        around = _of(settings, installations)
        if around is not None and around.failed:
            return f"only a build tells whether {settings} holds: {around.failed}"
        if red := _ignored(scratch, types, settings):
            return red
    return relock(installations, changed, may_run=build)


def _ignored(scratch: Scratch, types: tuple[Types, ...], settings: str) -> str:
    """The type errors that a build of Next.js would no longer ignore: the compiler names them in seconds,
    a build in minutes. '' for none, or where other settings decide what is checked."""
    now = (scratch.root / settings).read_text(encoding="utf-8", errors="replace")
    stricter = _IGNORES.search(scratch.text("HEAD", settings)) and not _IGNORES.search(now)
    folder = scratch.root / PurePosixPath(settings).parent
    # Without the types that a build writes there, pictures and styles would be errors.
    if not stricter or _OTHER_TYPES in now or not (folder / "next-env.d.ts").is_file():
        return ""
    for check in types:
        if scratch.root / check.config == folder / "tsconfig.json":
            result = check(())
            if isinstance(result, Failed) and result.errors:
                return f"{check.name} {result}, which the build would no longer ignore"
    return ""


def _python(scratch: Scratch, prototype: Prototype) -> Iterator[Check]:
    files = [f.path for f in prototype.files.values() if f.language is Language.PYTHON]
    if files:
        yield Compiles(scratch.root, scratch.temporary, files)


def _pytest(
    scratch: Scratch,
    prototype: Prototype,
    owner: str,
    environment: dict[str, str],
    tell: Callable[[str], None],
) -> Iterator[Check]:
    """One check for each folder with requirements of its own and tests."""
    tests = {case.location.path for case in prototype.tests if case.location.path.endswith(".py")}
    manifests = prototype.dependencies.manifests
    folders = {m.path.rpartition("/")[0] for m in manifests if m.ecosystem is Ecosystem.PYPI}
    for folder in sorted(folders)[:_MOST_CONFIGS]:
        if any(path.startswith(f"{folder}/" if folder else "") for path in tests):
            packages = PythonPackages(scratch.root, folder, scratch.temporary, owner, tell)
            yield PythonTests(packages, environment)


def _types(
    prototype: Prototype, installations: tuple[Installation, ...], environment: dict[str, str]
) -> Iterator[Check]:
    for compiler in prototype.compilers[:_MOST_CONFIGS]:
        installation = _of(compiler.path, installations)
        if installation is not None:
            yield Types(installation, compiler.path, environment)


def _of(path: str, installations: tuple[Installation, ...]) -> Installation | None:
    """The installation around a file: the innermost."""
    around = [
        i for i in installations if not i.package.folder or path.startswith(f"{i.package.folder}/")
    ]
    return max(around, key=lambda i: len(i.package.folder), default=None)


def _scripts(installation: Installation, environment: dict[str, str]) -> Iterator[Check]:
    package = installation.package
    if _lints(package):
        yield Lint(installation, environment)
    for script in ("build", "test"):
        if script in package.scripts and _NO_TESTS not in package.scripts[script]:
            yield Script(installation, script, environment)


def _lints(package: Package) -> bool:
    return "lint" in package.scripts and "eslint" in package.dependencies
