"""Rate limits: how often a caller may ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import structs

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.knowledge.wrapping import decorator
from shipworthy.prototype.handlers.refusals import TOO_MANY
from shipworthy.prototype.handlers.values import UNKNOWN, Guards, Value, literal, meet_all, replace
from shipworthy.regex import regex

LIMITS = regex(
    r"rate_?limit|throttle|(?<![a-z])limiter|ratelimit|check_?limit|quota", re.IGNORECASE
)
"""What functions that count calls are called."""


def limited(walk: Evaluation, site: Site, value: Value) -> Value:
    """The answer of a limiter: on each way it may be allowed or not, and that is asked somehow."""
    guard = frozenset({walk.guard(Check.RATE, site.what or site.name, site.call.at)})
    if value.when is None and not value.cases:
        return replace(value, when=(guard, guard), tags=value.tags | {"rate"})
    return replace(value, tags=value.tags | {"rate"})


def refused_when_on(walk: Evaluation) -> Guards:
    """What the limiter followed last counts on any of its ways: on another it is switched off, which is
    for whoever runs it to say."""
    passed = (guard for _, way in walk.ways for guard in way)
    return frozenset(g for g in passed if g.check is Check.RATE and g.how == TOO_MANY)


_MINUTE = 60_000  # milliseconds, as windowMs of express-rate-limit counts
_LAX = 60
"""Calls a minute from which on a limit no longer keeps a bill small: one a second, all night."""
_RATE = "at most {} a minute"


def _made(walk: Evaluation, site: Site) -> Value | None:
    return Value(what="limiter", tags=frozenset({"truthy", "rate"}))


def _of_express(walk: Evaluation, site: Site) -> Value | None:
    """`rateLimit({ windowMs, max })`, with how much it lets through where that is a number."""
    options = site.argument(0).fields or {}
    most = options.get("limit", options.get("max", UNKNOWN)).literal
    window = options.get("windowMs", literal(_MINUTE)).literal
    known = _is_number(most) and _is_number(window)
    how = _RATE.format(round(most * _MINUTE / window)) if known else ""
    return Value(what="limiter", native=_run(how), tags=frozenset({"truthy", "rate", how}))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


_SPOKEN = regex(r"(\d+)\s*(?:/|per)\s*(\d*)\s*(second|minute|hour|day|month|year)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "month": 2_592_000}


def limit_of_python(walk: Evaluation, site: Site) -> Value | None:
    """`@limiter.limit("5/minute")` of slowapi and Flask-Limiter, with the tightest of its rates in words
    where they are written out (the notation of the package `limits`)."""
    how = spoken_rate(site.argument(0).text or "")
    return decorator(site, frozenset({walk.guard(Check.RATE, how, site.call.at)}))


def spoken_rate(text: str) -> str:
    """How a limiter with these rates is put in words."""
    rates = [
        int(most) * 60 / (int(times or 1) * _SECONDS.get(unit, 31_536_000))
        for most, times, unit in _SPOKEN.findall(text)
    ]
    return _RATE.format(max(1, round(min(rates)))) if rates else "limit"


_COUNTS = regex(r"limit|throttle|rate", re.IGNORECASE)
_NOTATION = regex(rf"\s*{_SPOKEN.pattern}s?\s*")


def limit_of_prototype(walk: Evaluation, site: Site, result: Value) -> Value | None:
    """`@limiter.limit("5/minute")` of a class of the prototype's own that speaks the same notation: what
    it gives is a decorator that counts. None for anything else."""
    if result.closure is None or not _COUNTS.search(site.name) or not _is_notation(site):
        return None
    return limit_of_python(walk, site)


def _is_notation(site: Site) -> bool:
    return bool(_NOTATION.fullmatch(site.argument(0).text or ""))


def rate_of(value: Value) -> str:
    """How a limiter is put in words: with its rate where that is known."""
    return next((tag for tag in value.tags if tag.startswith(_RATE[:7])), "")


def is_lax(how: str) -> bool:
    """True for a limit that lets through so much that a bill still grows over night."""
    words = how.split()
    return how.startswith(_RATE[:7]) and words[2].isdigit() and int(words[2]) >= _LAX


def is_lax_rate(per_minute: float) -> bool:
    """The same for a number of calls a minute."""
    return per_minute >= _LAX


def loosest(ways: Sequence[Guards]) -> Guards:
    """What holds on all ways, with the rate of the limiter that lets most through."""
    passed = meet_all(ways)
    found = {g.how for way in ways for g in way if g.how.startswith(_RATE[:7])}
    if len(found) < 2:
        return passed
    most = max(found, key=lambda how: int(how.split()[2]))
    return frozenset(g._replace(how=most) if g.how in found else g for g in passed)


def _run(how: str) -> Callable[[Evaluation, Site], Value]:
    """`limiter(req, res, next)` inside of a middleware: it counts, and hands on."""

    def run(walk: Evaluation, site: Site) -> Value:
        walk.passed(Check.RATE, how or "limiter", site.call.at)
        if site.has(2):
            walk.called(site.given[2], structs.replace(site, given=()))
        return UNKNOWN

    return run


def _asked(walk: Evaluation, site: Site) -> Value | None:
    if "limiter" not in site.what.lower() and "ratelimit" not in site.what.lower():
        return None
    if _is_notation(site):
        return limit_of_python(walk, site)  # a decorator: it counts when its function is called
    walk.passed(Check.RATE, site.what, site.call.at)
    return Value(tags=frozenset({"rate"}))


CALLS = {
    "express-rate-limit": _of_express,
    "express-rate-limit.rateLimit": _of_express,
    "express-rate-limit.default": _of_express,
    "@upstash/ratelimit.Ratelimit": _made,
    "rate-limiter-flexible.RateLimiterMemory": _made,
    "rate-limiter-flexible.RateLimiterRedis": _made,
    "limiter.limit": _asked,
    "limiter.check": _asked,
    "limiter.consume": _asked,
}

NAMES = {"limit": _asked, "consume": _asked, "throttle": _asked}
