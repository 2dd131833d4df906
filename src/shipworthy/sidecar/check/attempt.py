"""One thing to try against a proxy, and how to read what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Concatenate, ParamSpec

from shipworthy.prototype.edge.attack import Exchange, Verdict
from shipworthy.sidecar.check.target import Target
from shipworthy.sidecar.check.wire import Answer

P = ParamSpec("P")
_SHOWN = 110  # characters of a line
_MASKED = ("authorization", "cookie", "x-api-key", "set-cookie")


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of an attempt."""

    verdict: Verdict
    reason: str
    seen: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is tried and what a safe answer is, in words; `run` does it. Raises OSError."""

    id: str
    tries: str
    safe: str
    run: Callable[[Target], Seen]
    subject: str = ""  # the path of a route of the policy
    twin_only: bool = False  # would disturb people, or needs to see what reaches the application
    family: str = ""  # where it is another than its module's
    alone: bool = False  # others at the same time would change what it sees


def bound(
    function: Callable[Concatenate[Target, P], Seen], *args: P.args, **kwargs: P.kwargs
) -> Callable[[Target], Seen]:
    """The attempt with all that it needs but the target."""
    return lambda target: function(target, *args, **kwargs)


def held(reason: str, *seen: Exchange) -> Seen:
    """It was refused or made harmless."""
    return Seen(Verdict.HELD, reason, seen)


def broken(reason: str, *seen: Exchange) -> Seen:
    """It did what it must not."""
    return Seen(Verdict.BROKEN, reason, seen)


def unknown(reason: str, *seen: Exchange) -> Seen:
    """Nothing can be said, and why."""
    return Seen(Verdict.UNKNOWN, reason, seen)


def not_applicable(reason: str) -> Seen:
    """The policy asks for no such thing."""
    return Seen(Verdict.NOT_APPLICABLE, reason)


def exchange(sent: str, answer: Answer | None, *names: str) -> Exchange:
    """A request and its answer for the reader, with the decisive headers."""
    return Exchange(sent=shown(sent), got=got(answer, *names))


def got(answer: Answer | None, *names: str) -> str:
    """Status and decisive headers; secrets masked."""
    if answer is None:
        return "closed without an answer"
    if answer.status == 0:
        return shown(f"no HTTP: {answer.body[:40]!r}")
    said = [str(answer.status)]
    for name in names:
        values = answer.all(name)
        said.append(f"{name}: {masked(name, ', '.join(values))}" if values else f"no {name}")
    return shown("; ".join(said))


def masked(name: str, value: str) -> str:
    """The value, or its first four characters where it opens something."""
    return f"{value[:4]}…" if name.lower() in _MASKED and value else value


def shown(text: str) -> str:
    """One short line without control characters."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def refused(
    target: Target,
    word: str,
    sent: str,
    answer: Answer | None,
    statuses: Sequence[int],
    *names: str,
) -> Seen:
    """HELD where the request got one of the statuses, or no answer at all, and did not reach the
    application. A failure of the proxy itself (5xx) says nothing."""
    line = exchange(sent, answer, *names)
    if target.reached(word):
        return broken("it reached the application", line)
    if answer is None:
        return held("the connection was closed without an answer", line)
    if answer.status in statuses:
        return held(f"refused with {answer.status}", line)
    if answer.status >= 500:
        return unknown(f"{answer.status} is no refusal: the application may be down", line)
    what = f"answered {answer.status}" if answer.status else "answered with something else"
    return broken(what, line)
