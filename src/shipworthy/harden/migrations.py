"""Give each new migration of a batch a number of its own: each was named as if it were the only one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from shipworthy.database.rules.next_migration import after_number
from shipworthy.remedy import Change, Remedy, Write

_NUMBERED = re.compile(r"^(\d+)(_shipworthy_.*\.sql)$")


def numbered(remedy: Remedy, taken: Sequence[str]) -> Remedy:
    """The remedy, with new migrations that sort after those of `taken`, which are paths."""
    used = [*taken]
    changes: list[Change] = []
    for change in remedy.changes:
        if isinstance(change, Write):
            change = _moved(change, used)
            used.append(change.path)
        changes.append(change)
    return replace(remedy, changes=tuple(changes))


def _moved(change: Write, taken: Sequence[str]) -> Write:
    place = PurePosixPath(change.path)
    found = _NUMBERED.match(place.name)
    if found is None:
        return change
    others = (PurePosixPath(path) for path in taken)
    near = (other.name for other in others if other.parent == place.parent)
    numbers = [m[1] for name in near if (m := _NUMBERED.match(name))]
    number = found[1]
    while numbers and number <= max(numbers, key=lambda n: (len(n), n)):
        number = after_number(number)
    return Write(str(place.with_name(number + found[2])), change.text)
