"""The program behind the proxy as an export has to know it: its command, its port, the variables it reads."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace

from shipworthy.prototype import Prototype
from shipworthy.prototype.running.choosing import choose
from shipworthy.prototype.running.program import HOST, PORT, Files, Program, Way
from shipworthy.prototype.running.programs import read_programs
from shipworthy.prototype.source import Role

FIRST_PORT = 3000
_UNTOLD = frozenset({"NODE_ENV", "PORT", "HOST", "HOSTNAME", "PATH", "HOME", "CI"})


@dataclass(frozen=True, slots=True)
class Application:
    """One program. `command` is empty where nothing tells how it is started; `files` is the folder of a
    built site that has no program at all. `path` is where the proxy passes on to it, "/" for all the rest."""

    name: str
    port: int
    folder: str = ""
    command: str = ""
    files: str = ""
    dockerfile: str = ""
    path: str = "/"
    settings: tuple[tuple[str, str], ...] = ()
    variables: tuple[str, ...] = ()
    beside: tuple[Application, ...] = ()

    @property
    def all(self) -> tuple[Application, ...]:
        """This one and those beside it."""
        return (self, *self.beside)


def application_of(prototype: Prototype) -> Application:
    """What a prototype runs in production, as far as its files say."""
    title = re.sub(r"[^a-z0-9]+", "-", prototype.root.resolve().name.lower()).strip("-")
    name = title[:40].strip("-") or "app"
    chosen = choose(read_programs(prototype), prototype)
    if chosen is None:
        return Application(name, FIRST_PORT, dockerfile=_dockerfile(prototype, ""))
    beside = tuple(
        _application(
            prototype, f"{name}-{number}", other.program, other.port or FIRST_PORT + number, prefix
        )
        for number, other in enumerate(chosen.beside, 1)
        for prefix in (*other.prefixes, "")[:1]
    )
    main = _application(prototype, name, chosen.main, FIRST_PORT, "/")
    return replace(main, beside=beside)


def _application(
    prototype: Prototype, name: str, program: Program, port: int, path: str
) -> Application:
    way = _way(program)
    filled = {PORT: str(port), HOST: "127.0.0.1"}
    command, settings = "", tuple[tuple[str, str], ...]()
    if isinstance(way, Way):
        command = shlex.join(_filled(word, filled) for word in way.argv)
        settings = tuple((key, _filled(value, filled)) for key, value in way.settings)
    home = program.home or program.folder
    return Application(
        name=name,
        port=port,
        folder=home,
        command=command,
        files=(f"{home}/" if home else "") + way.folder if isinstance(way, Files) else "",
        dockerfile=_dockerfile(prototype, program.folder),
        path=path,
        settings=settings,
        variables=_variables(prototype, program),
    )


def _way(program: Program) -> Way | Files | None:
    """The way that a plain build leads to: one that wants a file which only settings make comes last."""
    servers = [way for way in program.ways if isinstance(way, Way)]
    plain = [way for way in servers if not way.made]
    return next(iter((*plain, *servers, *program.ways)), program.develop)


def _filled(text: str, values: dict[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _dockerfile(prototype: Prototype, folder: str) -> str:
    for place in (f"{folder}/Dockerfile" if folder else "Dockerfile", "Dockerfile"):
        if place in prototype.files:
            return place
    return ""


def _variables(prototype: Prototype, program: Program) -> tuple[str, ...]:
    """The variables that its code reads when it runs; those of a bundler are built in before."""
    start = f"{program.folder}/" if program.folder else ""
    return tuple(
        sorted(
            {
                read.name
                for read in prototype.environment
                if read.location.path.startswith(start)
                and read.location.path.endswith(".py") == program.python
                and not read.location.path.startswith("supabase/")
                and read.name not in _UNTOLD
                and not read.reaches_browser
                and prototype.files[read.location.path].role is Role.PRODUCT
            }
        )
    )
