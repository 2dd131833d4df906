"""Comparisons that hang on how the server is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.handler import (
    Check,
)
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    Guards,
    Value,
    meet_all,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation

STANDS_IN = "only where a setting names what is at hand"
"""How a guard is put behind which something stands in for a service, as in development."""

Pair = tuple[Guards, Guards]
NOTHING: Pair = (NO_GUARDS, NO_GUARDS)


def settled(operator: str, left: Value, right: Value) -> bool | None:
    """`process.env.NODE_ENV === "development"`: what it is where the code runs for real, and nobody
    has switched a check off."""
    if operator in ("in", "not in") and _is_among_words_of_a_switch(left, right):
        return operator == "not in"
    if operator in ("in", "not in") and "settled" in left.tags | right.tags:
        held = _is_among(left, right)
        return held if held is None else held is (operator == "in")
    if operator not in ("==", "!="):
        return None
    if "settled" in left.tags | right.tags and left.text is not None and right.text is not None:
        return (left.literal == right.literal) is (operator == "==")
    for one, other in ((left, right), (right, left)):
        if other.text is None or len(one.origins) != 1 or one.cases:
            continue
        origin = next(iter(one.origins))
        if origin.kind == "environment" and origin.name in ("NODE_ENV", "VERCEL_ENV"):
            return (other.text == "production") is (operator == "==")
        if origin.kind == "environment" and _is_switched_on(origin.name, other.text):
            return operator == "!="
    return None


def _is_among(left: Value, right: Value) -> bool | None:
    """`path in PUBLIC`, `"/admin" in path`, where all of it is known."""
    if right.elements is not None and right.what != "text":
        known = all(v.text is not None and not v.cases for v in right.elements)
        return any(v.text == left.text for v in right.elements) if known and left.text else None
    return left.text in right.text if left.text and right.text is not None else None


def _is_among_words_of_a_switch(left: Value, right: Value) -> bool:
    """`os.environ["BYPASS_AUTH"].lower() in ("1", "true")`."""
    if len(left.origins) != 1 or left.cases or not right.elements:
        return False
    origin = next(iter(left.origins))
    return origin.kind == "environment" and all(
        word.text is not None and _is_switched_on(origin.name, word.text) for word in right.elements
    )


def _is_switched_on(setting: str, word: str) -> bool:
    """`process.env.BYPASS_AUTH === "true"`: what opens a door only where somebody sets it."""
    return word.lower() in ("true", "1", "yes", "on") and _OPENS.search(setting) is not None


_OPENS = regex(
    r"(^|_)(BYPASS|SKIP|DISABLE|DISABLED|OPEN|MOCK|DEMO|DEV|DEBUG|TEST|TESTING|INSECURE|UNSAFE|NO_AUTH)(_|$)"
)


_STAGES = frozenset(
    {"NODE_ENV", "VERCEL_ENV", "APP_ENV", "FLASK_ENV", "ENVIRONMENT", "ENV", "DENO_ENV", "MODE"}
)
_LIVE = frozenset({"production", "prod", "live"})


def by_stage(walk: Evaluation, left: Value, right: Value, at: int) -> Pair | None:
    """`NODE_ENV === "production"`: what runs in development alone is closed to the world."""
    for one, other in ((left, right), (right, left)):
        names = {o.name for o in one.origins if o.kind == "environment"}
        if other.text is None or not names & _STAGES:
            continue
        held = frozenset({walk.guard(Check.UNCLEAR, "only outside production", at)})
        return (NO_GUARDS, held) if other.text.lower() in _LIVE else (held, NO_GUARDS)
    return None


_DRIVERS = regex(r"DRIVER|STORAGE|PROVIDER|BACKEND|ADAPTER|MODE$")
_ON_THE_SPOT = frozenset({"local", "disk", "fs", "file", "filesystem", "dev", "development"})


def by_driver(walk: Evaluation, left: Value, right: Value, at: int) -> Pair | None:
    """`STORAGE_DRIVER === "local"`: what stands in for a service where there is none."""
    for one, other in ((left, right), (right, left)):
        names = {o.name for o in one.origins if o.kind == "environment"}
        if other.text in _ON_THE_SPOT and any(map(_DRIVERS.search, names)):
            return frozenset({walk.guard(Check.VALID, STANDS_IN, at)}), NO_GUARDS
    return None


def by_key(left: Value, right: Value) -> Pair | None:
    """`"error" in result`: tells the ways apart on which a record came about."""
    if left.text is None or not any(case.fields is not None for case, _ in right.cases):
        return None
    has = [g for v, g in right.cases if v.fields is not None and left.text in v.fields]
    lacks = [g for v, g in right.cases if v.fields is None or left.text not in v.fields]
    return meet_all(has), meet_all(lacks)
