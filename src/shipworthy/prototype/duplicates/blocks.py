"""Find blocks of logic that stand in two or more places, whatever their names and values are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.duplicates.lines import Line, Renaming, code_lines, counted, is_logic
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

SMALLEST = 30  # lines of logic and the brackets around it
_WORKING = 18  # of these, lines that do something
_SEEDS = 8  # equal lines that few places have
_RARE = 4  # places
_TELLING = 20  # characters below which a line is equal by chance
_EQUAL = 0.5  # of the lines are equal to the letter
_MOST_RENAMED = 12  # names: with more of them it is a likeness
_ALIKE = 0.8  # of the size: a smaller block in the same place is a part of the larger one
MOST_LINES = 250_000
_MOST_PAIRS = 300
# What frameworks call every other file; a file of another name twice is a whole project copied.
_CUSTOMARY = ("index.", "route.", "page.", "main.", "actions.", "views.", "__init__.")


class Block(Struct, frozen=True):
    """One block of logic and the places where it stands; `size` in lines of logic."""

    size: int
    places: tuple[Location, ...]


class Duplicates(Struct, frozen=True):
    """All blocks, the largest first; `left` is how many likenesses were not compared, `unread` how many
    files were not, because those before them held all the lines that are."""

    blocks: tuple[Block, ...]
    left: int = 0
    unread: int = 0


_Place = tuple[str, int]  # file and index into its lines
_Diagonal = tuple[str, str, int]  # two files, and how far their lines are apart


def read_duplicates(prototype: Prototype) -> Duplicates:
    """The blocks of live product code that stand in several places."""
    files = list(_own_files(prototype))
    lines = _own_lines(files)
    seeds = _seeds(lines)
    likely = sorted(
        (d for d, at in seeds.items() if len(at) >= _SEEDS), key=lambda d: -len(seeds[d])
    )
    found = [
        block
        for diagonal in likely[:_MOST_PAIRS]
        for block in _runs(lines, diagonal, min(seeds[diagonal]), max(seeds[diagonal]))
    ]
    blocks = sorted(found, key=lambda b: (-b.size, b.places))
    left = max(0, len(likely) - _MOST_PAIRS)
    return Duplicates(tuple(_distinct(blocks)), left, len(files) - len(lines))


def _own_files(prototype: Prototype) -> Iterator[SourceFile]:
    unseen = prototype.abandoned | prototype.by_hand
    for file in prototype.of_role(Role.PRODUCT):
        if file.language and file.path not in unseen and _is_own(file):
            yield file


def _own_lines(files: Sequence[SourceFile]) -> dict[str, list[Line]]:
    """The lines of the files, as far as there are not too many of them."""
    found: dict[str, list[Line]] = {}
    total = 0
    for file in files:
        if total >= MOST_LINES:
            break
        found[file.path] = code_lines(file)
        total += len(found[file.path])
    return found


def _is_own(file: SourceFile) -> bool:
    """False for what was put aside, and for published libraries, which open with such a comment."""
    return not is_archived(file.path) and not (file.text or "").startswith("/*!")


def _seeds(lines: Mapping[str, Sequence[Line]]) -> dict[_Diagonal, list[int]]:
    """Where two files have equal lines that few others have, by how far these are apart."""
    often = Counter(text for all_ in lines.values() for _, text in all_ if len(text) >= _TELLING)
    rare = {text: list[_Place]() for text, count in often.items() if 2 <= count <= _RARE}
    for path, all_ in lines.items():
        for index, (_, text) in enumerate(all_):
            if text in rare:
                rare[text].append((path, index))
    found: dict[_Diagonal, list[int]] = defaultdict(list)
    for text, at in rare.items():
        if is_logic(text):
            for (one, i), (other, j) in combinations(at, 2):
                if not _is_copied_file(one, other):
                    found[(one, other, j - i)].append(i)
    return found


def _is_copied_file(one: str, other: str) -> bool:
    name = one.rpartition("/")[2]
    return one != other and other.rpartition("/")[2] == name and not name.startswith(_CUSTOMARY)


def _runs(
    lines: Mapping[str, Sequence[Line]], diagonal: _Diagonal, first: int, last: int
) -> Iterator[Block]:
    """The blocks along one diagonal: as far as the lines say the same under one renaming."""
    one, other, apart = diagonal
    here, there = lines[one], lines[other]
    at = max(0, -apart, first - SMALLEST)
    end = min(len(here), len(there) - apart, last + SMALLEST)
    while at < end:
        start, names = at, Renaming()
        while at < end and names.fits(here[at][1], there[at + apart][1]):
            at += 1
        if one != other or at - start <= apart:
            block = _block(one, other, here[start:at], there[start + apart : at + apart], names)
            if block is not None:
                yield block
        at = max(at, start + 1)


def _block(
    one: str, other: str, here: Sequence[Line], there: Sequence[Line], names: Renaming
) -> Block | None:
    if len(here) < SMALLEST or names.renamed > _MOST_RENAMED:
        return None
    size = sum(1 for _ in counted(here))
    equal = sum(1 for (_, a), (_, b) in zip(here, there, strict=True) if a == b)
    working = sum(1 for _, text in here if is_logic(text))
    if size < SMALLEST or working < _WORKING or equal < len(here) * _EQUAL:
        return None
    return Block(size, (_place(one, here), _place(other, there)))


def _place(path: str, lines: Sequence[Line]) -> Location:
    """From the first line that counts to the last."""
    own = list(counted(lines))
    return Location(path, own[0][0], own[-1][0])


def _distinct(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks that stand in the same place are one, with all its places."""
    groups: list[list[Block]] = []
    for block in blocks:
        for group in groups:
            if any(_overlap(a, b) for b in group[0].places for a in block.places):
                if block.size >= group[0].size * _ALIKE:
                    group.append(block)
                break
        else:
            groups.append([block])
    for group in groups:
        places: list[Location] = []
        for place in (p for block in group for p in block.places):
            if not any(_overlap(place, known) for known in places):
                places.append(place)
        yield Block(group[0].size, tuple(sorted(places)))


def _overlap(one: Location, other: Location) -> bool:
    return one.path == other.path and one.line <= other.end_line and other.line <= one.end_line
