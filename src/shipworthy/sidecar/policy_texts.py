"""How a person writes sizes, durations, rates and needs: `1 MB`, `20s`, `100/1m`, `role:admin`."""

from __future__ import annotations

import math
from typing import Any

from shipworthy.sidecar.policy import Bytes, Need, Rate, Seconds, Who

_SIZES = {
    "": 1,
    "B": 1,
    "kB": 1000,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}
_DURATIONS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_NAMED = (Who.ROLE, Who.KEY)
_SHORTEST = 0.05  # seconds; Envoy does not fill a bucket more often


def as_bytes(value: Any) -> Bytes:
    """`1 MB`, `16 kB`, or a number. Raises ValueError."""
    number = _amount(value, _SIZES)
    if number is None or number <= 0:
        raise ValueError("a size is expected, such as 1 MB, 16 kB or 500000")
    return Bytes(number)


def as_seconds(value: Any) -> Seconds:
    """`20s`, `5m`, `250ms`, or a number. Raises ValueError."""
    number = _amount(value, _DURATIONS)
    if number is None or number < 0:
        raise ValueError("a duration is expected, such as 20s, 5m, 250ms or 0")
    return Seconds(number)


def as_rate(value: Any) -> Rate:
    """`100/1m`, `5/s`. Raises ValueError."""
    requests, stroke, duration = str(value).partition("/")
    duration = duration.strip()
    every = _amount(duration if duration[:1].isdigit() else f"1{duration}", _DURATIONS)
    count = _number(requests)
    if not stroke or not duration or count is None or every is None:
        raise ValueError("a rate is expected, such as 100/1m: a hundred requests in a minute")
    if count < 1 or count != int(count):
        raise ValueError("a rate lets one request pass at least; `need: nobody` lets none")
    if every < _SHORTEST:
        raise ValueError(f"a rate counts over {_SHORTEST * 1000:.0f}ms at least")
    return Rate(int(count), every)


def as_need(value: Any) -> Need:
    """`anyone`, `user`, `role:admin`, `key`, `key:partner`, `nobody`. Raises ValueError."""
    who, colon, name = str(value).partition(":")
    known = {each.value: each for each in Who}
    found = known.get(who.strip())
    if found is None or (colon and not name.strip()):
        raise ValueError("anyone, user, role:NAME, key, key:NAME or nobody is expected")
    if name and found not in _NAMED:
        raise ValueError(f"`{who}` takes no name; role:{name.strip()} is a role")
    if found is Who.ROLE and not name.strip():
        raise ValueError("which role? role:admin, for example")
    return Need(found, name.strip())


def _amount(value: Any, units: dict[str, Any]) -> float | None:
    if isinstance(value, bool):
        return None
    text = str(value).replace("_", "").replace(",", "").strip()
    digits = len(text) - len(text.lstrip("0123456789."))
    number, unit = _number(text[:digits]), text[digits:].strip()
    factor = units.get(unit)
    return None if number is None or factor is None else number * factor


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
