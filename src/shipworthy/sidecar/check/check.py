"""All attacks, one after the other, on one proxy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType

from shipworthy.errors import FactUnavailable, ShipworthyError
from shipworthy.prototype.edge.attack import Attack, Verdict
from shipworthy.sidecar.check import (
    calls_out,
    cors,
    csrf,
    exposure,
    headers,
    hosts,
    identity,
    keys,
    logins,
    methods,
    paths,
    pausing,
    rates,
    repeats,
    roles,
    second,
    signing_in,
    size,
    slow,
    smuggling,
    streams,
    third,
    tokens,
    transport,
)
from shipworthy.sidecar.check.attempt import Attempt, Seen, exchange, unknown
from shipworthy.sidecar.check.target import Target

Tell = Callable[[str], None]
_AT_ONCE = 6
_SECONDS = 50.0  # for all attacks together; what is left over is UNKNOWN
_FAMILIES: tuple[ModuleType, ...] = (
    slow,
    transport,
    headers,
    cors,
    csrf,
    identity,
    tokens,
    roles,
    keys,
    logins,
    signing_in,
    methods,
    paths,
    hosts,
    smuggling,
    size,
    second,
    third,
    repeats,
    streams,
    exposure,
    calls_out,
    rates,
    pausing,  # last: it stops the others
)


@dataclass(frozen=True, slots=True)
class _Planned:
    family: str
    attempt: Attempt


def check(target: Target, tell: Tell = lambda _: None) -> tuple[Attack, ...]:
    """Attack a proxy that is running. Takes less than a minute; speaks to this machine only.

    Where the honest request does not come through, nothing that is refused means anything: all is
    UNKNOWN then.
    """
    planned = [p for p in plan(target) if target.echo is not None or not p.attempt.twin_only]
    blind = _blind(target)
    if blind is not None:
        return tuple(_attack(target, p, blind, 0.0) for p in planned)
    end = time.monotonic() + _SECONDS
    together = [p for p in planned if not p.attempt.alone]
    alone = [p for p in planned if p.attempt.alone]
    found = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # most of them wait most of the time
        for attack in pool.map(lambda p: _made(target, p, end), together):
            found.append(attack)
            tell(f"{attack.family}: {attack.tries} ({len(found)} of {len(planned)})")
    for item in alone:
        found.append(_made(target, item, end))
        tell(f"{item.family}: {item.attempt.tries} ({len(found)} of {len(planned)})")
    return tuple(found)


def plan(target: Target) -> list[_Planned]:
    """What there is to try with this policy."""
    return list(_planned(target))


def _planned(target: Target) -> Iterator[_Planned]:
    for module in _FAMILIES:
        for attempt in module.attempts(target):
            yield _Planned(attempt.family or module.FAMILY, attempt)


def _blind(target: Target) -> Seen | None:
    """Why nothing can be judged; None where the honest request comes through."""
    way = target.way()
    if way is None:
        return unknown("no route is open to a caller that could be made up here")
    try:
        answer = target.ask("GET", way.path, *way.headers)
    except OSError as error:
        return unknown(f"the proxy cannot be reached: {error}")
    line = exchange(f"GET {way.path}, an honest request", answer)
    if answer is None or answer.status >= 500:
        return unknown("the honest request does not come through", line)
    return None


def _made(target: Target, planned: _Planned, end: float) -> Attack:
    began = time.monotonic()
    late = began > end
    seen = unknown("no time was left for it") if late else attempted(target, planned.attempt)
    return _attack(target, planned, seen, time.monotonic() - began)


def attempted(target: Target, attempt: Attempt) -> Seen:
    try:
        return attempt.run(target)
    except FactUnavailable as error:
        return unknown(str(error))
    except ShipworthyError:
        raise
    except OSError as error:
        return unknown(f"could not be tried: {error}")


def _attack(target: Target, planned: _Planned, seen: Seen, seconds: float) -> Attack:
    attempt = planned.attempt
    return Attack(
        id=attempt.id,
        family=planned.family,
        tries=attempt.tries,
        safe=attempt.safe,
        verdict=seen.verdict,
        reason=seen.reason,
        seen=seen.seen,
        seconds=round(seconds, 3),
        subject=attempt.subject,
        where="running" if target.echo is None else "twin",
    )


def worst(attacks: tuple[Attack, ...]) -> Verdict:
    """BROKEN before UNKNOWN before the rest."""
    verdicts = {a.verdict for a in attacks}
    order = (Verdict.BROKEN, Verdict.UNKNOWN, Verdict.HELD)
    return next((v for v in order if v in verdicts), Verdict.NOT_APPLICABLE)
