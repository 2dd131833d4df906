"""Which bounds of a list of packages go together on this machine: as many of them as do.

A resolver that answers within a second is asked again and again, with more of the bounds each time. So none
of its words need be understood, and what gives way is what has to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from shipworthy.harden.loosening import Wanted, named, parsed, pinned, written

_MOST_AHEAD = 3  # major versions that a pin may give way by before its bound goes altogether

Resolves = Callable[[Wanted], bool]


def fitting(wanted: Wanted, resolves: Resolves) -> Wanted | None:
    """The list with the bounds that can be met together; those that stand first in it win.

    None where there is nothing to install even without any of them.
    """
    loose = wanted.free(named(line) for line in wanted.lines)
    if not resolves(loose):
        return None
    lines = list(loose.lines)
    bound = [at for at, line in enumerate(wanted.lines) if line != lines[at]]
    _bind(bound, wanted, lines, lambda: resolves(Wanted(tuple(lines), wanted.from_source)))
    return Wanted(tuple(lines), wanted.from_source)


def _bind(at: Sequence[int], wanted: Wanted, lines: list[str], fits: Callable[[], bool]) -> None:
    """Put bounds back, half of them at a time where all at once do not fit."""
    if not at:
        return
    loose = [lines[one] for one in at]
    for one in at:
        lines[one] = wanted.lines[one]
    if fits():
        return
    for one, line in zip(at, loose, strict=True):
        lines[one] = line
    if len(at) == 1:
        _bind_nearly(at[0], wanted, lines, fits)
    else:
        half = len(at) // 2
        _bind(at[:half], wanted, lines, fits)
        _bind(at[half:], wanted, lines, fits)


def _bind_nearly(at: int, wanted: Wanted, lines: list[str], fits: Callable[[], bool]) -> None:
    """The nearest newer versions in the place of one that cannot be had."""
    loose = lines[at]
    for nearer in _nearer(wanted.lines[at]):
        lines[at] = nearer
        if fits():
            return
    lines[at] = loose


def _nearer(line: str) -> Iterator[str]:
    """A pin loosened, by a major version more each time; nothing for a range."""
    asked = parsed(line)
    version = pinned(asked) if asked is not None else None
    if asked is not None and version is not None:
        for ahead in range(1, _MOST_AHEAD + 1):
            yield written(asked, f">={version},<{version.major + ahead}")
