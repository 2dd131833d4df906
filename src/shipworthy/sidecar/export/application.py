"""The program behind the proxy as an export has to know it: its command, its port, the variables it reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shipworthy.prototype import Prototype
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.prototype.running.choosing import choose
from shipworthy.prototype.running.program import HOST, PORT, Files, Program, Way
from shipworthy.prototype.running.programs import read_programs
from shipworthy.prototype.source import Role
from shipworthy.sidecar.standin.plain.opening import address_names

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
    said: tuple[str, ...] = ()  # what is not as it was under `shipworthy up`

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
    programs = (chosen.main, *(other.program for other in chosen.beside))
    return replace(main, beside=beside, said=tuple(_said(prototype, programs)))


def _said(prototype: Prototype, programs: tuple[Program, ...]) -> Iterator[str]:
    """What `up` brings, or does for development alone, and production must have of its own."""
    if "supabase" in prototype.stack.data:
        yield "stand-in: the one for Supabase is not taken along: the prototype speaks to its own project"
    elif names := address_names(prototype):
        yield f"database: that of `shipworthy up` is not taken along: give the address of yours, {names[0]}"
    if any(route.kind is RouteKind.SERVER_ACTION for route in prototype.routes):
        yield (
            "server actions: Next.js takes them at any path, and which page holds each is known to"
            " `shipworthy up` alone: let each action ask itself who calls"
        )
    for program in programs:
        if program.framework == "django":
            if not _wsgi(prototype, program):
                yield "Django: no wsgi.py was found: put gunicorn in the place of its development server"
            elif not _lists(prototype, "gunicorn"):
                yield "Django: gunicorn is no package of it: install it as well"
            yield "Django: run migrate and collectstatic before the start"
        elif program.framework == "flask":
            yield "Flask: its development server is started: put gunicorn in its place where many people come"


def _application(
    prototype: Prototype, name: str, program: Program, port: int, path: str
) -> Application:
    way = _way(program)
    filled = {PORT: str(port), HOST: "127.0.0.1"}
    command, settings = "", tuple[tuple[str, str], ...]()
    if isinstance(way, Way):
        wsgi = _wsgi(prototype, program) if program.framework == "django" else ""
        gunicorn = ("gunicorn", f"{wsgi}:application", "--bind", f"{HOST}:{PORT}")
        command = shlex.join(_filled(word, filled) for word in (gunicorn if wsgi else way.argv))
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


def _wsgi(prototype: Prototype, program: Program) -> str:
    """The module that a server of Django's is told: "shop.wsgi"; '' where there is none below manage.py."""
    start = f"{program.home}/" if program.home else ""
    found = (
        path.removeprefix(start)
        for path in sorted(prototype.files, key=lambda path: path.count("/"))
        if path.startswith(start) and path.endswith("/wsgi.py")
    )
    return next(found, "").removesuffix(".py").replace("/", ".")


def _lists(prototype: Prototype, package: str) -> bool:
    return any(one.name.lower() == package for one in prototype.dependencies.packages)


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
