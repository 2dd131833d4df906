"""Start what was prepared, and keep it running on this machine alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from shipworthy.errors import MissingExtra
from shipworthy.prototype.running import Files
from shipworthy.prototype.running.program import HOST, PORT
from shipworthy.sidecar import guarded, static_server
from shipworthy.sidecar.application.attended import Attended, Patience
from shipworthy.sidecar.application.building import command_line
from shipworthy.sidecar.application.prepared import Prepared, Startable
from shipworthy.sidecar.application.problem import CannotRun, EndedEarly
from shipworthy.sidecar.egress import WayOut

_LOCAL = "127.0.0.1"
_PRELOAD = Path(__file__).with_name("loopback.cjs")
LIMITS = guarded.Limits(memory=4 << 30, processes=128)


@dataclass(frozen=True, slots=True)
class Launched:
    """A prototype that runs. `status` is the first answer to `/`."""

    programs: tuple[Attended, ...]  # the one that people open last
    prefixes: Mapping[str, int]  # paths that lead to the programs beside it, and their ports
    status: int

    @property
    def port(self) -> int:
        """Where the program that people open answers, on 127.0.0.1."""
        return self.programs[-1].port

    @property
    def log(self) -> Path:
        """What that program prints."""
        return Path(self.programs[-1].log)

    @property
    def restarts(self) -> int:
        """How often programs had to be started again."""
        return sum(program.restarts for program in self.programs)

    @property
    def problem(self) -> str:
        """Why a program was given up, '' where none was."""
        return next((p.problem for p in self.programs if p.problem), "")

    def alive(self) -> bool:
        """True while all programs run."""
        return all(program.alive() for program in self.programs)

    def stop(self, grace: float = 5.0) -> None:
        """End everything, the program that people open first."""
        for program in reversed(self.programs):
            program.stop(grace)


def launch(
    prepared: Prepared,
    place: Path,
    tell: Callable[[str], None],
    *,
    limits: guarded.Limits = LIMITS,
    patience: Patience | None = None,
    way_out: WayOut | None = None,
) -> Launched:
    """Start the programs, and return when each has answered. Logs lie in `place`; `way_out`: how they
    call out, None for as they like.

    Raises CannotRun with the last words of the program that failed; nothing is left running then.
    """
    running: list[Attended] = []
    prefixes: dict[str, int] = {}
    status = 0
    try:
        for number, startable in enumerate(prepared.programs):
            program = startable.built.program
            tell(f"starting {program.name}: {startable.built.way.text}")
            log = place / ("app.log" if startable is prepared.main else f"beside-{number}.log")
            log.unlink(missing_ok=True)
            mend = partial(prepared.packages.mend, program, log)
            attended, status = _answering(
                startable, log, limits, way_out, tell, patience or Patience(), mend
            )
            running.append(attended)
            prefixes |= dict.fromkeys(startable.prefixes, attended.port)
    except BaseException as error:
        for attended in reversed(running):
            attended.stop(1.0)
        if isinstance(error, CannotRun) and prepared.missing:
            names = ", ".join(one.text for one in prepared.missing)
            raise CannotRun(
                f"{error}\nNobody gave these settings, give them with --env FILE: {names}"
            ) from error
        raise
    prepared.packages.notes.extend(prepared.packages.versions())
    return Launched(tuple(running), prefixes, status)


def _answering(
    startable: Startable,
    log: Path,
    limits: guarded.Limits,
    way_out: WayOut | None,
    tell: Callable[[str], None],
    patience: Patience,
    mend: Callable[[], bool],
) -> tuple[Attended, int]:
    """The program when it has answered, and with what. One that ends at once as it was built is tried with
    packages that go together, in the mode for development, and with its development server: all that it was
    ever run with, maybe."""
    name = startable.built.program.name
    attempts = list(_attempts(startable))
    while attempts:
        what, mode = attempts[0]
        start = partial(_start, what, log, limits, way_out, mode)
        attended = Attended(name, what.port, start, tell, patience)
        try:
            return attended, attended.wait_until_ready()
        except EndedEarly:
            if mend():
                continue
            if not attempts[1:]:
                raise
            attempts = attempts[1:]
            following = attempts[0][0].built.way.text
            tell(f"{name} ends as it runs in production; tried as in development: {following}")
    raise AssertionError("the last attempt returns or raises")


def _attempts(startable: Startable) -> Iterator[tuple[Startable, str]]:
    """As in production; then, for a server of Node.js, as its author runs it."""
    yield startable, "production"
    built, program = startable.built, startable.built.program
    if isinstance(built.way, Files) or program.python:
        return
    if "NODE_ENV" not in startable.settings and "NODE_ENV" not in dict(built.way.settings):
        yield startable, "development"
    if program.develop is not None and built.way.argv != program.develop.argv:
        yield replace(startable, built=replace(built, way=program.develop)), "development"


def _start(
    startable: Startable, log: Path, limits: guarded.Limits, way_out: WayOut | None, mode: str
) -> guarded.Guarded:
    way, folder = startable.built.way, startable.built.folder
    if isinstance(way, Files):
        argv = _files(way, folder, startable.port)
        return guarded.start(argv, folder, {}, log, limits)
    names = {PORT: str(startable.port), HOST: _LOCAL}
    argv = command_line(tuple(_filled(word, names) for word in way.argv), startable.python)
    settings = dict(startable.settings)
    settings |= {"HOST": _LOCAL, "HOSTNAME": _LOCAL, "PORT": str(startable.port)}
    settings.setdefault("NODE_ENV", mode)
    settings |= {name: _filled(value, names) for name, value in way.settings}
    settings["NODE_OPTIONS"] = _node_options(settings.get("NODE_OPTIONS", ""))
    if way_out is not None:
        settings |= way_out.settings
        argv = way_out.around(argv, startable.port, settings)
    return guarded.start(argv, folder, settings, log, limits)


def _files(way: Files, folder: Path, port: int) -> tuple[str, ...]:
    program = Path(static_server.__file__)
    if find_spec("aiohttp") is None:
        raise MissingExtra("the server of static files", "sidecar")
    fallback = ("--fallback",) if way.fallback else ()
    place = (str(folder / way.folder), str(port))
    return (sys.executable, str(program), *place, *fallback, "--base", way.base)


def _node_options(given: str) -> str:
    return f"{given} --require {json.dumps(str(_PRELOAD))}".strip()


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(name, value)
    return text
