"""The live panel of `shipworthy up`: one status drawn for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from shipworthy.sidecar.stats import Counts
from shipworthy.sidecar.status import State, Status
from shipworthy.sidecar.traffic import Request

_COLOURS = {
    State.STARTING: "yellow",
    State.SERVING: "green",
    State.PAUSED: "yellow",
    State.DOWN: "red",
    State.ENDING: "yellow",
}
_PEOPLE = 5  # named; more are counted


def panel(status: Status, height: int = 40) -> RenderableType:
    """What the terminal shows; requests and notes get the lines that `height` leaves."""
    rows = _rows(status)
    notes = [_open(text) for text in status.unprotected] + [Text(text) for text in status.said[-3:]]
    left = max(0, height - len(rows) - len(notes) - 5)
    requests = [_request_line(request) for request in status.last[-min(left, 10) :]] if left else []
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, shown in rows:
        table.add_row(name, shown)
    parts: list[RenderableType] = [table]
    for lines in (notes, requests):
        if lines:
            parts += [Text(""), *lines]
    return Panel(
        Group(*parts),
        title=Text(f"shipworthy up · {status.prototype}"),
        subtitle=Text("Ctrl-C ends it in order, twice at once"),
        border_style=_COLOURS[status.state],
        title_align="left",
        subtitle_align="right",
    )


def _rows(status: Status) -> list[tuple[str, Text]]:
    upstreams = [
        f"{u.name} {'up' if u.healthy else 'DOWN'}"
        + (f" {u.healthy}/{u.instances}" if u.instances > 1 else "")
        for u in status.upstreams
    ]
    restarts = f", {_count(status.restarts, 'restart')}" if status.restarts else ""
    return [
        ("address", Text(status.url, style="bold")),
        ("state", Text(f"{status.state.value} for {_duration(status.seconds)}{restarts}")),
        ("runs", Text(status.runs)),
        ("policy", Text(status.policy or "derived, in memory. Keep it: shipworthy sidecar init")),
        ("upstreams", Text(", ".join(upstreams) or "not asked yet")),
        ("signed in", Text(_people(status.people))),
        ("last minute", _counts(status.lately)),
        ("in all", _counts(status.total)),
        ("refused", Text(_refused(status.total.refused), style="yellow")),
    ]


def _counts(counts: Counts) -> Text:
    text = Text(_count(counts.requests, "request"))
    quantiles = [counts.quantile(share) for share in (0.5, 0.95, 0.99)]
    if counts.requests and None not in quantiles:
        p50, p95, p99 = (_milliseconds(value or 0.0) for value in quantiles)
        text.append(f"   p50 {p50}   p95 {p95}   p99 {p99}")
    text.append("   ")
    text.append(_count(counts.errors, "error"), style="red" if counts.errors else "")
    return text


def _refused(refused: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in refused.items()) or "nothing yet"


def _people(people: Iterable[str]) -> str:
    named = list(people)
    more = f" and {len(named) - _PEOPLE} more" if len(named) > _PEOPLE else ""
    return ", ".join(named[:_PEOPLE]) + more if named else "nobody"


def _request_line(request: Request) -> Text:
    colour = "red" if request.status >= 500 else "yellow" if request.status >= 400 else "green"
    text = Text(f"{request.status or '---'}", style=colour, no_wrap=True, overflow="ellipsis")
    text.append(f" {request.method:<6} {request.path}  {_milliseconds(request.milliseconds)}", "")
    if request.status >= 400 and request.why:
        text.append(f"  {request.why}", style="dim")
    if request.user:
        text.append(f"  {request.user}", style="cyan")
    return text


def _open(text: str) -> Text:
    return Text(f"not protected yet: {text}", style="yellow")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _milliseconds(value: float) -> str:
    return f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours} h {minutes} min"
        if hours
        else f"{minutes} min {rest} s"
        if minutes
        else f"{rest} s"
    )
