"""Whether a version lies in a range as package.json writes it, by the rules of npm's own semver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.dependencies.versions import Ecosystem, parse_version
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.dependencies.versions import Version

_LONGEST = 200  # characters of a range that are read
_COMPARATOR = regex(r"(\^|~>?|[<>]=?|=)?\s*v?(\d+|[xX*])?((?:\.(?:\d+|[xX*])){0,2})(-[\w.-]+)?")
_BETWEEN = regex(r"^\s*(\S+)\s+-\s+(\S+)\s*$")
_Bounds = tuple[str, str]  # the least version, and the first that is too high; '' for none


def in_range(specifier: str, version: str) -> bool:
    """True where an installation that asks for this range may take the version.

    False also for what is no range of versions: an address, a tag, another package. Previews are
    never taken. Source: https://github.com/npm/node-semver#ranges.
    """
    wanted = parse_version(Ecosystem.NPM, version)
    if wanted is None or "-" in version or len(specifier) > _LONGEST:
        return False
    return any(_meets(part, wanted) for part in specifier.split("||"))


def _meets(part: str, wanted: Version) -> bool:
    between = _BETWEEN.match(part)
    if between is not None:
        part = f">={between[1]} <={between[2]}"
    bounds = list(_bounds(re.sub(r"([<>=~^])\s+", r"\1", part)))
    return all(bound is not None and _lies_in(bound, wanted) for bound in bounds)


def _bounds(part: str) -> Iterator[_Bounds | None]:
    """The bounds of each comparator, all of which must hold; None for one that cannot be read."""
    for word in part.split() or [""]:
        found = _COMPARATOR.fullmatch(word)
        yield _bounds_of(found) if found is not None else None


def _bounds_of(found: re.Match[str]) -> _Bounds | None:
    written = [found[2] or "", *(found[3] or "").split(".")[1:]]
    numbers = [int(one) for one in written if one.isdigit() and len(one) < _LONGEST // 10]
    least = ".".join(map(str, (*numbers, 0, 0, 0)[:3]))
    exact = len(numbers) == 3
    sign = found[1] or ""
    if not numbers:
        return ("", "")
    if found[4] is not None:
        least += found[4]
    match sign:
        case ">=":
            return (least, "")
        case ">":
            return (_after(numbers, len(numbers)), "")
        case "<":
            return ("", least)
        case "<=":
            return ("", _after(numbers, len(numbers)))
        case "^":
            first = next((n for n, one in enumerate(numbers) if one), len(numbers) - 1)
            return (least, _after(numbers, first + 1))
        case "~" | "~>":
            return (least, _after(numbers, min(2, len(numbers))))
        case _:
            return (least, _after(numbers, 3 if exact else len(numbers)))


def _after(numbers: list[int], kept: int) -> str:
    """The first version after all that begin with as many of these numbers."""
    raised = [*numbers[: kept - 1], numbers[kept - 1] + 1]
    return ".".join(map(str, (*raised, 0, 0, 0)[:3]))


def _lies_in(bound: _Bounds, wanted: Version) -> bool:
    least, beyond = (parse_version(Ecosystem.NPM, one) if one else None for one in bound)
    # Both are semver versions; the types say less than what `Ecosystem.NPM` guarantees.
    return (least is None or wanted >= least) and (  # type: ignore[operator]
        beyond is None or wanted < beyond  # type: ignore[operator]
    )
