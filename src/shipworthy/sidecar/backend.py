"""The programs of the prototype, behind the proxy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shipworthy.prototype.running import Chosen, choose, read_programs
from shipworthy.sidecar.event import Event, Kind, Tell, step_by_step
from shipworthy.sidecar.proxy.upstreams import Upstreams
from shipworthy.sidecar.run import Run
from shipworthy.sidecar.services import Services

if TYPE_CHECKING:
    from shipworthy.sidecar.application import Launched


@dataclass(frozen=True, slots=True)
class Backend:
    """The running programs: `runs` says in a few words what they are."""

    launched: Launched
    upstreams: Upstreams
    runs: str

    @property
    def restarts(self) -> int:
        """How often programs were started again."""
        return self.launched.restarts

    @property
    def log(self) -> Path:
        """What the program that people open prints."""
        return self.launched.log

    @property
    def problem(self) -> str:
        """Why a program was given up; '' while none was."""
        return self.launched.problem

    def alive(self) -> bool:
        """Whether all of them run."""
        return self.launched.alive()


@contextmanager
def running_backend(run: Run, services: Services, tell: Tell) -> Iterator[Backend]:
    """Copy, build and start the prototype, and end it after the block. Raises CannotRun with what to do."""
    from shipworthy.sidecar import application

    say = step_by_step(tell)
    with ExitStack() as stack:
        prepared = application.prepare(
            run.prototype,
            chosen(run),
            run.settings,
            say,
            logs=run.folder,
            public_url=run.url,
            equip=services.equip,
        )
        stack.callback(prepared.close)
        told = prepared.notes
        for note in told:
            tell(Event(Kind.NOTE, note))
        launched = application.launch(prepared, run.folder, say, way_out=run.way_out)
        stack.callback(launched.stop)
        for note in prepared.notes:
            if note not in told:
                tell(Event(Kind.NOTE, note))
        built = prepared.main.built
        runs = f"{built.program.name}: {built.way.text}"
        prefixes = {**launched.prefixes, **services.prefixes}
        held = application.server_actions(built.folder)
        yield Backend(launched, Upstreams(launched.port, prefixes, held), runs)


def chosen(run: Run) -> Chosen:
    """The programs that are started. Raises CannotRun where there is none that we know how to start."""
    from shipworthy.sidecar.application import CannotRun

    found = choose(read_programs(run.prototype), run.prototype)
    if found is None:
        raise CannotRun(
            "nothing was found that could be started: no page, no start script, no known framework."
            " Add a start script to package.json, or a Procfile with a line `web: COMMAND`"
        )
    return found
