"""From the folder of a prototype to programs that can be started: copied, installed, set up, built."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from shipworthy.harden.fonts import Fonts
from shipworthy.harden.node import tool_settings
from shipworthy.harden.runs import run_folder
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.placeholders import placeholder
from shipworthy.prototype.running import Chosen, Files, Program
from shipworthy.prototype.running.choosing import LOCAL_URL, Beside
from shipworthy.sidecar.application.building import Built, build, path_of
from shipworthy.sidecar.application.copy import Copy, copied
from shipworthy.sidecar.application.packages import PYTHON, Packages
from shipworthy.sidecar.application.prisma_client import make_clients
from shipworthy.sidecar.application.settings import Missing, Settings, need_all, settings_of
from shipworthy.sidecar.ports import free_port

_API_SETTING = re.compile(r"(API|BACKEND|SERVER|BASE).*(URL|URI|HOST|ORIGIN|ENDPOINT|BASE)|API$")

Equip = Callable[[Path, str], Mapping[str, str]]
"""Given the copy with its packages installed, and where those of Python are ('' for none), before anything
is built: what else the programs are told, such as the address of a database. It may change the copy."""


@dataclass(frozen=True, slots=True)
class Startable:
    """A program with all that starting it takes. `prefixes` are the paths that lead to it, none for
    the one that people open."""

    built: Built
    settings: Mapping[str, str]
    python: tuple[str, ...]
    port: int
    prefixes: tuple[str, ...] = ()


@dataclass
class Prepared:
    """A prototype that is ready to start. `close` gives back its folder, and keeps its packages."""

    copy: Copy
    programs: tuple[Startable, ...]  # the one that people open last: it may ask the others
    packages: Packages
    said: tuple[str, ...]
    missing: tuple[Missing, ...]
    _parts: ExitStack = field(default_factory=ExitStack)

    @property
    def main(self) -> Startable:
        """The program that people open."""
        return self.programs[-1]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know; more of it once everything has been started."""
        return tuple(dict.fromkeys((*self.packages.notes, *self.said)))

    def close(self) -> None:
        """End the run: the copy is removed."""
        self._parts.close()


def prepare(
    prototype: Prototype,
    chosen: Chosen,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
    *,
    logs: Path,
    public_url: str = "",
    equip: Equip = lambda _, __: {},
) -> Prepared:
    """Copy, install and build. `environment` is what the user gives; the logs of it all lie in `logs`.

    `public_url` is where people will open it: what code of the browser asks at a local port, it asks there.
    Raises CannotRun with what to do, and leaves nothing then.
    """
    with ExitStack() as parts:
        copy = copied(prototype, parts.enter_context(run_folder()))
        made = _Preparing(prototype, chosen, copy, logs, tell, public_url)
        parts.callback(made.packages.keep)
        made.install()
        added = equip(copy.root, made.python_path)
        programs = tuple(made.built({**environment, **added}))
        return Prepared(copy, programs, made.packages, made.notes, made.missing, parts.pop_all())


class _Preparing:
    def __init__(
        self,
        prototype: Prototype,
        chosen: Chosen,
        copy: Copy,
        logs: Path,
        tell: Callable[[str], None],
        public_url: str,
    ) -> None:
        self._prototype, self._chosen, self._copy = prototype, chosen, copy
        self._logs, self._tell, self._public_url = logs, tell, public_url
        self._log = logs / "build.log"
        self._log.unlink(missing_ok=True)
        self.packages = Packages(prototype, copy, str(prototype.root), self._log, tell)
        self._fonts = Fonts(copy.temporary)
        self._notes: list[str] = []
        self._missing: dict[str, Missing] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    @property
    def missing(self) -> tuple[Missing, ...]:
        return tuple(self._missing.values())

    @property
    def python_path(self) -> str:
        """Where the packages of the programs in Python are; '' for none."""
        places = (self.packages.python_path(program) for program in self._all())
        return next(filter(None, places), "")

    def install(self) -> None:
        for program in self._all():
            self.packages.install(program)
        if self._chosen.left_out:
            self._notes.append(f"not started: {', '.join(self._chosen.left_out)}")

    def built(self, environment: Mapping[str, str]) -> Iterator[Startable]:
        main = self._chosen.main
        found = {id(p): self._settings(p, environment) for p in self._all()}
        need_all(self.missing)
        self._make_clients(found[id(main)])
        for beside in self._chosen.beside:
            yield self._startable(beside.program, found[id(beside.program)], beside)
        if self._chosen.beside and all(isinstance(way, Files) for way in main.ways):
            self._ask_here(main)
        yield self._startable(main, found[id(main)], None)

    def _make_clients(self, found: Settings) -> None:
        if self.packages.node is not None:
            given = self._environment(self._chosen.main, found.values, 0)
            root = self._copy.root
            self._notes += make_clients(self._prototype, root, given, self._log, self._tell)

    def _all(self) -> list[Program]:
        return [*(beside.program for beside in self._chosen.beside), self._chosen.main]

    def _settings(self, program: Program, environment: Mapping[str, str]) -> Settings:
        given = dict(environment)
        if self._public_url and self._chosen.beside:
            given |= self._addresses(program, environment)
        found = settings_of(self._prototype, program, given, self._all())
        self._missing.update({one.name: one for one in found.missing})
        if found.stand_in:
            names = ", ".join(found.stand_in)
            self._notes.append(f"nobody gave {names}: {program.name} gets values that lead nowhere")
        if found.made_up:
            self._notes.append(
                f"keys of its own were made up for this run: {', '.join(found.made_up)}"
            )
        optional = [one.text for one in found.missing if not one.refuses]
        if optional:
            self._notes.append(f"not set, what needs it will fail: {', '.join(optional)}")
        return found

    def _addresses(self, program: Program, given: Mapping[str, str]) -> dict[str, str]:
        """For the pages, the address of the server beside them: the proxy's own."""
        names = {read.name for read in self._prototype.environment if read.reaches_browser}
        asked = {name for name in names if _API_SETTING.search(name) and "SUPABASE" not in name}
        return {n: self._public_url for n in asked if n not in given} if program.pages else {}

    def _startable(self, program: Program, found: Settings, beside: Beside | None) -> Startable:
        port = free_port(beside.port if beside else None)
        python = PYTHON if program.python else ()
        environment = self._environment(program, found.values, port)
        built = build(
            program,
            self._copy,
            environment,
            python,
            self._log,
            self._tell,
            self._fonts,
            self.packages.mend,
            {one.name: placeholder(one.name) for one in found.missing},
        )
        if built.note:
            self._notes.append(built.note)
        prefixes = beside.prefixes if beside else ()
        return Startable(built, environment, python, port, prefixes)

    def _environment(
        self, program: Program, values: Mapping[str, str], port: int
    ) -> dict[str, str]:
        tools = tool_settings(
            self._copy.temporary, self.packages.path or os.environ.get("PATH", os.defpath)
        )
        folder = self._copy.root / program.home
        path = path_of(folder, self._copy.root, tools["PATH"])
        tools["PATH"] = os.pathsep.join((*self.packages.programs(program), path))
        tools |= {"npm_config_update_notifier": "false", "npm_config_loglevel": "error"}
        if (kept := Path.home() / ".npm").is_dir():  # HOME is another there
            tools["npm_config_cache"] = str(kept)
        set_up = {**tools, "PORT": str(port), "BASE_PATH": "/", **values}
        if program.python:
            places = (self.packages.python_path(program), str(folder))
            set_up |= {"PYTHONPATH": ":".join(filter(None, places)), "PYTHONUNBUFFERED": "1"}
        return set_up

    def _ask_here(self, main: Program) -> None:
        """Have code of the browser ask the proxy where it names a local port."""
        if not self._public_url:
            return
        prefix = f"{main.folder}/" if main.folder else ""
        for path in self._prototype.modules.browser:
            file = self._copy.root / path
            if path.startswith(prefix) and file.is_file() and not file.is_symlink():
                text = file.read_text(encoding="utf-8", errors="surrogateescape")
                if LOCAL_URL.search(text):
                    pointed = LOCAL_URL.sub(self._there, text)
                    file.write_text(pointed, encoding="utf-8", errors="surrogateescape")
                    self._notes.append(f"{path}: its local address leads to the proxy in this run")

    def _there(self, found: re.Match[str]) -> str:
        url = self._public_url
        return url.replace("http", "ws", 1) if found[0].startswith("ws") else url
