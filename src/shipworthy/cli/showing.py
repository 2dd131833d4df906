"""How `shipworthy up` shows what happens: a live panel, plain lines, or events as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from shipworthy.cli.output import say, write

if TYPE_CHECKING:
    from rich.live import Live

    from shipworthy.sidecar.event import Event
    from shipworthy.sidecar.status import Status

_FAST, _SLOW = 0.5, 1.0  # seconds between two looks: for eyes, for logs
_TRAFFIC_SECONDS = 60.0  # between two lines on traffic
_TRAFFIC_SECONDS_JSON = 5.0


class Show(Protocol):
    """A way to show a run. `seconds`: how often it wants to be given the status."""

    seconds: float

    def tell(self, event: Event) -> None: ...

    def status(self, status: Status) -> None: ...


@contextmanager
def showing(as_json: bool) -> Iterator[Show]:
    """The way that fits: a panel where somebody looks at a terminal that can show one."""
    if as_json:
        yield JsonLines()
    elif sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        panel = PanelShow()
        try:
            yield panel
        finally:
            panel.end()
    else:
        yield PlainLines()


class JsonLines:
    """Each event as a line; traffic every five seconds in which there was some."""

    seconds = _SLOW

    def __init__(self) -> None:
        self._traffic = _Every(_TRAFFIC_SECONDS_JSON)

    def tell(self, event: Event) -> None:
        write(json.dumps(event.document, ensure_ascii=False) + "\n")

    def status(self, status: Status) -> None:
        from shipworthy.sidecar.event import Event, Kind

        if self._traffic.is_due(status):
            lately = _traffic(status)
            self.tell(Event(Kind.TRAFFIC, lately, status.document))


class PlainLines:
    """What is being done on standard error, the address on standard output."""

    seconds = _SLOW

    def __init__(self) -> None:
        self._traffic = _Every(_TRAFFIC_SECONDS)

    def tell(self, event: Event) -> None:
        _line(event)

    def status(self, status: Status) -> None:
        if self._traffic.is_due(status):
            say(_traffic(status))


class PanelShow:
    """Lines while it starts, then the panel."""

    seconds = _FAST

    def __init__(self) -> None:
        self._live: Live | None = None

    def tell(self, event: Event) -> None:
        if (
            self._live is None
            or event.kind.value == "end"
            or event.details.get("state") == "ending"
        ):
            self.end()
            _line(event)

    def status(self, status: Status) -> None:
        from rich.live import Live

        from shipworthy.cli.output import console
        from shipworthy.sidecar.panel import panel

        if self._live is None:
            self._live = Live(
                console=console(), screen=False, auto_refresh=False, vertical_overflow="crop"
            )
            self._live.start()
        height = self._live.console.height
        self._live.update(panel(status, height), refresh=True)

    def end(self) -> None:
        """Give the terminal back, with the last panel left on it."""
        if self._live is not None:
            self._live.stop()
            self._live = None


class _Every:
    """Whether it is time for a line on traffic: so many seconds later, and something happened."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._next, self._known = seconds, time.monotonic() + seconds, 0

    def is_due(self, status: Status) -> bool:
        if time.monotonic() < self._next or status.total.requests == self._known:
            return False
        self._next, self._known = time.monotonic() + self._seconds, status.total.requests
        return True


def _line(event: Event) -> None:
    if event.kind.value == "ready":
        write(f"{event.text}\n")
        return
    prefix = {"open": "Not protected yet: ", "step": "  "}.get(event.kind.value, "")
    say(f"{prefix}{event.text}")


def _traffic(status: Status) -> str:
    lately = status.lately
    p95 = lately.quantile(0.95)
    took = "" if p95 is None else f", p95 {p95:.1f} ms"
    refused = sum(lately.refused.values())
    return (
        f"last minute: {lately.requests} requests{took}, {lately.errors} errors, {refused} refused"
    )
