"""How the new migrations of one batch stand together: alike ones in one file, others numbered in turn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from msgspec.structs import replace

from shipworthy.database.rules.next_migration import after_number
from shipworthy.database.statements import split
from shipworthy.remedy import Change, Delete, Remedy, Write

_NUMBERED = re.compile(r"^(\d+)(_shipworthy_.*\.sql)$")
_REPEATABLE = re.compile(r"create\s+or\s+replace\b", re.IGNORECASE)


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


def joined(earlier: Remedy, remedy: Remedy) -> Remedy | None:
    """The remedy, with its migration appended to that of an earlier one; None where either is more
    than one new migration, or a person must look at one of them in another way."""
    first, second = _alone(earlier), _alone(remedy)
    if first is None or second is None or earlier.review is not remedy.review:
        return None
    path = _named_for_all(first.path, second.path)
    if path is None:
        return None
    text = f"{first.text.rstrip()}\n\n{_without_repeats(second.text, first.text)}"
    return replace(remedy, changes=(Delete(first.path), Write(path, text)))


def _alone(remedy: Remedy) -> Write | None:
    """The migration that is all that a remedy writes; None for any other remedy."""
    written = [change for change in remedy.changes if not isinstance(change, Delete)]
    match written:
        case [Write(path, _) as write] if _NUMBERED.match(PurePosixPath(path).name):
            gone = [change.path for change in remedy.changes if isinstance(change, Delete)]
            return write if all(_NUMBERED.match(PurePosixPath(p).name) for p in gone) else None
    return None


def _named_for_all(first: str, second: str) -> str | None:
    """The number of the first, and what the names have in common: the control; None for nothing."""
    one, other = PurePosixPath(first), PurePosixPath(second)
    found, also = _NUMBERED.match(one.name), _NUMBERED.match(other.name)
    if found is None or also is None or one.parent != other.parent:
        return None
    words, others = found[2][:-4].split("_"), also[2][:-4].split("_")
    same = 0
    while same < min(len(words), len(others)) and words[same] == others[same]:
        same += 1
    return str(one.with_name(f"{found[1]}{'_'.join(words[:same])}.sql"))


def _without_repeats(text: str, before: str) -> str:
    """A script without what can be said twice and was said: the same function, made or replaced, and
    the same comment above it."""
    first, _, rest = text.partition("\n")
    if first.startswith("--") and first in before.splitlines():
        text = rest
    said = {statement.text for statement in split(before)}
    for statement in split(text):
        if statement.text in said and _REPEATABLE.match(statement.code):
            for end in (";\n\n", ";\n"):
                text = text.replace(statement.text + end, "", 1)
    return text


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
