"""Rate limits: how often a caller may ask."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.values import Value, replace

LIMITS = re.compile(
    r"rate_?limit|throttle|(?<![a-z])limiter|ratelimit|check_?limit|quota", re.IGNORECASE
)
"""What functions that count calls are called."""


def limited(walk: Evaluation, site: Site, value: Value) -> Value:
    """The answer of a limiter: on each way it may be allowed or not, and that is asked somehow."""
    guard = frozenset({walk.guard(Check.RATE, site.what or site.name, site.call.at)})
    if value.when is None and not value.cases:
        return replace(value, when=(guard, guard), tags=value.tags | {"rate"})
    return replace(value, tags=value.tags | {"rate"})


def _made(walk: Evaluation, site: Site) -> Value | None:
    return Value(what="limiter", tags=frozenset({"truthy", "rate"}))


def _asked(walk: Evaluation, site: Site) -> Value | None:
    if "limiter" not in site.what.lower() and "ratelimit" not in site.what.lower():
        return None
    walk.passed(Check.RATE, site.what, site.call.at)
    return Value(tags=frozenset({"rate"}))


CALLS = {
    "express-rate-limit": _made,
    "express-rate-limit.rateLimit": _made,
    "express-rate-limit.default": _made,
    "@upstash/ratelimit.Ratelimit": _made,
    "rate-limiter-flexible.RateLimiterMemory": _made,
    "rate-limiter-flexible.RateLimiterRedis": _made,
    "limiter.limit": _asked,
    "limiter.check": _asked,
    "limiter.consume": _asked,
}

NAMES = {"limit": _asked, "consume": _asked, "throttle": _asked}
