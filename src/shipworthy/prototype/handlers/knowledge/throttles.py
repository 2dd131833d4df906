"""Throttles of Django's REST framework: which of them count a view, and how much they let through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.knowledge.limits import spoken_rate
from shipworthy.prototype.handlers.knowledge.wrapping import decorator
from shipworthy.prototype.handlers.values import UNKNOWN, Value
from shipworthy.prototype.program.nodes import Name
from shipworthy.regex import regex

_SCOPES = {"UserRateThrottle": "user", "AnonRateThrottle": "anon", "ScopedRateThrottle": ""}
_RATE = regex(r"\s*(\d+)\s*/\s*([smhd])", re.IGNORECASE)
_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
_DEFAULT = "default:"


def throttled(
    walk: Evaluation, listed: Value, scope: str, rates: Mapping[str, Value], *, known: bool
) -> frozenset[Guard]:
    """What a list of throttles counts in a view with this scope; `known` where all callers are."""
    found = set[Guard]()
    for kind in listed.elements or ():
        name, own, rate = _read(walk, kind)
        if name not in _SCOPES or (name == "AnonRateThrottle" and known):
            continue
        counted = own or _SCOPES[name] or scope
        if not counted and not rate:
            continue  # a view without a scope is not counted by ScopedRateThrottle
        said = rate or _text(rates.get(counted, UNKNOWN))
        found.add(walk.guard(Check.RATE, _spoken(said), 0))
    return frozenset(found)


def _read(walk: Evaluation, kind: Value) -> tuple[str, str, str]:
    """Which throttle of the framework a class is, with the scope and the rate of its own."""
    if kind.type is None:
        return kind.what.removesuffix("()").rpartition(".")[2], "", ""
    bases = (base for base in classes.bases(walk, kind.type) if isinstance(base, str))
    name = next((word for base in bases if (word := base.rpartition(".")[2]) in _SCOPES), "")
    own = dict(_declared(walk, kind))
    return name, own.get("scope", ""), own.get("rate", "")


def _declared(walk: Evaluation, kind: Value) -> Iterator[tuple[str, str]]:
    if kind.type is None:
        return
    for assignment in kind.type.node.fields:
        if isinstance(assignment.target, Name):
            value = walk.value(assignment.value, kind.type.scope)
            yield assignment.target.id, _text(value)


def _text(value: Value) -> str:
    """A rate as written, or the default of the setting that it comes from."""
    fallback = next((tag for tag in value.tags if tag.startswith(_DEFAULT)), _DEFAULT)
    return value.text or fallback.removeprefix(_DEFAULT)


def _spoken(rate: str) -> str:
    """`20/min` in the words that all limiters share."""
    read = _RATE.match(rate)
    return spoken_rate(f"{read[1]}/{_UNITS[read[2].lower()]}" if read else "")


def _throttle_classes(walk: Evaluation, site: Site) -> Value | None:
    """`@throttle_classes([Burst])` over a view that is a function."""
    listed = site.argument(0)
    return decorator(site, throttled(walk, listed, "", {}, known=False))


CALLS = {"rest_framework.decorators.throttle_classes": _throttle_classes}
