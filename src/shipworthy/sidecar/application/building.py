"""Build one program in the copy, and find out which of its ways to start there is then."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from msgspec.structs import replace

from shipworthy.command import Command
from shipworthy.errors import CommandFailed
from shipworthy.harden.fonts import Fonts
from shipworthy.harden.install import last_line
from shipworthy.prototype.running import Files, Program, Way
from shipworthy.prototype.running.python import PYTHON
from shipworthy.sidecar.application.copy import Copy
from shipworthy.sidecar.application.guarded_run import run_guarded
from shipworthy.sidecar.application.problem import CannotRun, end_of, last_lines

_SECONDS = 900.0
# What Next.js, SvelteKit, Astro and Nuxt say where they run pages and entry points as they build.
_AHEAD = re.compile(r"[Cc]ollect(?:ing)? page data|prerender|generating static", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Built:
    """A program that can be started. `note` says where it is not as it would be in production."""

    program: Program
    way: Way | Files
    folder: Path  # where it is run
    log: Path
    note: str = ""


def build(
    program: Program,
    copy: Copy,
    environment: Mapping[str, str],
    python: tuple[str, ...],
    log: Path,
    tell: Callable[[str], None],
    fonts: Fonts,
    mend: Callable[[Program, Path], bool] = lambda _, __: False,
    instead: Mapping[str, str] = MappingProxyType({}),
) -> Built:
    """Build it, the faithful way first. `instead`: values that lead nowhere for settings that nobody gave;
    a build that runs the code which needs them gets them, the program does not. Its development server is
    the last resort. The note says which of this was done.

    Raises CannotRun with the last words of the build where there is no way to start it.
    """
    folder = copy.root / program.home
    why = ""
    for argv in program.build:
        tell(f"building {program.name}: {' '.join(argv)}")
        said = _built(argv, folder, environment, python, log, tell, fonts)
        while said and mend(program, log):
            said = _built(argv, folder, environment, python, log, tell, fonts)
        note = ""
        if said and instead and _runs_the_code(end_of(log), instead):
            note = (
                f"{program.name} was built with values that lead nowhere, for its build asks for settings"
                f" that nobody gave: {', '.join(sorted(instead))}"
            )
            tell(
                "the build asks for settings that nobody gave: built again with values that lead nowhere"
            )
            given = {**instead, **environment}
            said = _built(argv, folder, given, python, log, tell, fonts)
        why = (
            said or why
        )  # the last way asks for the least: what fails there is what must be mended
        way = _way(program, folder)
        if not said and way is not None:
            for last in program.finish:
                tell(f"building {program.name}: {' '.join(last)}")
                if failed := _built(last, folder, environment, python, log, tell, fonts):
                    tell(failed)
            return Built(program, way, folder, log, note)
    way = _way(program, folder) if not program.build else None
    if way is not None:
        return Built(program, way, folder, log)
    why = why or "its build made nothing that can be started"
    if program.develop is not None:
        note = f"{program.name} runs on its development server, which is not for production: {why}"
        tell(note)
        settings = (("NODE_ENV", "development"), *program.develop.settings)
        return Built(program, replace(program.develop, settings=settings), folder, log, note)
    raise CannotRun(f"{program.name} cannot be built: {why}{last_lines(log)}")


def path_of(folder: Path, root: Path, path: str) -> str:
    """A PATH with the programs of the packages around a folder first, as `npm run` has it."""
    around = [folder, *(above for above in folder.parents if above.is_relative_to(root))]
    places = [str(place / "node_modules" / ".bin") for place in around]
    return os.pathsep.join([*places, path])


def command_line(argv: tuple[str, ...], python: tuple[str, ...]) -> tuple[str, ...]:
    """The command with the Python that has the program's packages."""
    return (*python, *argv[1:]) if argv[0] == PYTHON else argv


def _built(
    argv: tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
    python: tuple[str, ...],
    log: Path,
    tell: Callable[[str], None],
    fonts: Fonts,
) -> str:
    """'' where the build succeeded, else why it did not."""
    command = Command(command_line(argv, python), folder, environment, _SECONDS)
    try:
        ran = run_guarded(command, log, tell, "building")
        if ran.code != 0 and fonts.are_missing(ran.output.decode("utf-8", "replace")):
            tell("Google's fonts could not be fetched: built again without them")
            command = replace(command, environment={**environment, **fonts.settings})
            ran = run_guarded(command, log, tell, "building")
    except CommandFailed as error:
        return f"{' '.join(argv)}: {error}"
    return "" if ran.code == 0 else f"{' '.join(argv)} failed ({last_line(ran.output)})"


def _runs_the_code(output: str, missing: Iterable[str]) -> bool:
    """True where a build ended in code of the prototype that it ran: as pages are made in advance, or with a
    word on a setting."""
    return _AHEAD.search(output) is not None or any(name in output for name in missing)


def _way(program: Program, folder: Path) -> Way | Files | None:
    for way in program.ways:
        if not way.made or (folder / way.made).exists():
            return way
    return None
