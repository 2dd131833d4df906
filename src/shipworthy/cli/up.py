"""`shipworthy up`: run a prototype unchanged behind the proxy, and show how it is."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shipworthy.cli.choices import folder
from shipworthy.cli.output import NOTHING_OPEN
from shipworthy.errors import MissingExtra

if TYPE_CHECKING:
    from shipworthy.sidecar.up import Sidecar

HERE = Path()
_AT_ONCE = 130  # as shells say of a program that Ctrl-C ended
Here = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help="The folder of the prototype; the current one unless said.",
        parser=folder,
        show_default=False,
    ),
]


class SignIn(StrEnum):
    """Whether people must sign in."""

    POLICY = "policy"
    NONE = "none"


def up(
    path: Here = HERE,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", help="Instead of .shipworthy/policy.yaml in PATH.", metavar="FILE"
        ),
    ] = None,
    env: Annotated[
        Path | None,
        typer.Option(
            "--env",
            help="Settings for the prototype and secrets that the policy names, as NAME=value lines.",
            metavar="FILE",
        ),
    ] = None,
    login: Annotated[
        SignIn,
        typer.Option(
            help="policy: as the policy says; none: nobody must sign in, on this machine alone."
        ),
    ] = SignIn.POLICY,
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Come up, ask for the first page, and end: for scripts and CI."
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print events, one JSON document a line.")
    ] = False,
) -> None:
    """Run a prototype unchanged, behind a proxy with TLS, login, roles, limits, security headers and logs.

    Builds a copy of it and RUNS ITS CODE, with your rights, reachable from this machine alone. Without
    .shipworthy/policy.yaml the policy is derived from the code; `shipworthy sidecar init` writes it
    down. A change of that file counts at once, and a broken one not at all. A Supabase project gets a
    local stand-in with its own data, unless --env names a real one.
    Ctrl-C ends everything in order, a second one at once.
    Exit code 0: it came up, and was ended; 2: it could not come up, or broke down.
    """
    needs_sidecar()
    from shipworthy.cli.showing import showing
    from shipworthy.pipeline import open_prototype
    from shipworthy.settings import Settings
    from shipworthy.sidecar.event import Event, Kind
    from shipworthy.sidecar.up import Sidecar
    from shipworthy.sidecar.wish import Wish

    wish = Wish(path, policy, env, login is SignIn.POLICY)
    with showing(as_json) as show:
        show.tell(Event(Kind.STEP, "reading files"))
        running = Sidecar(wish, open_prototype(path, Settings()), show.tell)
        with _ended_by_signals(running):
            running.start()
            try:
                while not (once or running.ended.wait(show.seconds)):
                    running.tick()
                    show.status(running.status())
            finally:
                running.stop()
    raise typer.Exit(NOTHING_OPEN)


@contextmanager
def _ended_by_signals(running: Sidecar) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal end the run in order; the second one at once."""
    from shipworthy.sidecar.status import State

    def end(*_: object) -> None:
        if running.ended.is_set():
            os._exit(_AT_ONCE)  # what we started is watched over, and ends with us
        running.ended.set()
        if running.state is State.STARTING:
            raise KeyboardInterrupt

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, end) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def needs_sidecar() -> None:
    """Raises MissingExtra where the extra `sidecar` is not installed."""
    try:
        import aiohttp  # noqa: F401
        import httpx  # noqa: F401
        import jwt  # noqa: F401
        import psycopg  # noqa: F401
    except ImportError as error:
        raise MissingExtra(f"the sidecar's part {error.name}", "sidecar") from error
