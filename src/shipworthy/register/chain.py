"""Whether the rows of a register still are the chain that was written: each place where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipworthy.register.entry import BEGINNING, BrokenRegister, Entry, digest, entry_of
from shipworthy.register.file import Row


@dataclass(frozen=True, slots=True)
class Chain:
    """The entries up to the first break, and what is wrong from there on, in plain words."""

    entries: tuple[Entry, ...]
    breaks: tuple[str, ...]


def chain_of(rows: Sequence[Row]) -> Chain:
    """Read the rows. Nothing after a break is trusted, yet every break is told."""
    entries: list[Entry] = []
    breaks: list[str] = []
    previous, expected = BEGINNING, 1
    for number, document, hash in rows:
        if number != expected:
            breaks.append(_hole(expected, number))
        entry, wrong = _entry(number, document, hash)
        if entry is not None and not wrong and entry.previous != previous and number == expected:
            wrong = f"entry {number} does not follow entry {expected - 1}: one of both was replaced"
        if entry is not None and not wrong and not breaks:
            wrong = _backdated(entry, entries)
        if wrong:
            breaks.append(wrong)
        if entry is not None and not breaks:
            entries.append(entry)
        previous = str(hash)
        expected = number + 1 if isinstance(number, int) else expected + 1
    if not rows:
        breaks.append("all entries are gone: the first one is written when a register is made")
    return Chain(tuple(entries), tuple(breaks))


def sound(row: Row) -> Entry:
    """The entry of one row. Raises BrokenRegister where it is not what was written."""
    entry, wrong = _entry(*row)
    if entry is None or wrong:
        raise BrokenRegister(wrong)
    return entry


def _entry(number: object, document: object, hash: object) -> tuple[Entry | None, str]:
    """The entry of a row, and what is wrong with it."""
    if not isinstance(document, str) or not isinstance(hash, str):
        return None, f"entry {number} is no text: it was replaced"
    if digest(document) != hash:
        return None, f"entry {number} was changed: its content no longer gives its hash"
    try:
        entry = entry_of(document)
    except BrokenRegister as error:
        return None, f"entry {number} was replaced: {error}"
    if entry.number != number:
        return None, f"entry {number} stood in another place: it calls itself entry {entry.number}"
    return entry, ""


def _backdated(entry: Entry, before: Sequence[Entry]) -> str:
    """What is wrong with its time: it is what the clock said, and never before that of the last entry."""
    least = before[-1].time if before else entry.clock
    if entry.time == max(entry.clock, least):
        return ""
    return f"entry {entry.number} has another time than its clock and the entry before it give"


def _hole(expected: int, number: object) -> str:
    if not isinstance(number, int) or number <= expected:
        return f"entry {number} is out of order: entry {expected} belongs here"
    gone = "entry" if number == expected + 1 else "entries"
    named = f"{expected}" if number == expected + 1 else f"{expected} to {number - 1}"
    return f"{gone} {named} {'is' if gone == 'entry' else 'are'} missing"
