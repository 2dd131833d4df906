"""Blocks of logic that were copied instead of shared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipworthy.control import Control
from shipworthy.finding import Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.duplicates.blocks import MOST_LINES, SMALLEST, Block, Duplicates

_SHOWN = 5


class DuplicatedCode(
    Control,
    id="duplicated-code",
    title="The same code in several places",
    consequence="A bug that is mended in one place stays in the others.",
    severity=Severity.LOW,
    satisfies=("D14", "A06", "A42", "cwe:1041"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        if sum(dict(prototype.stack.languages).values()) < 2 * SMALLEST:
            yield self.not_applicable(f"the whole product has fewer than {2 * SMALLEST} lines")
            return
        found = prototype.duplicates
        by_subject: dict[str, list[Block]] = {}
        for block in found.blocks:
            by_subject.setdefault(_subject(block), []).append(block)
        for subject, blocks in by_subject.items():
            places = [place for block in blocks for place in block.places]
            shown = [prototype.evidence("code", place) for place in places[:_SHOWN]]
            yield self.gap(subject, _message(blocks), *shown)
        if found.left or found.unread:
            yield self.unknown("prototype", _not_compared(found))
        elif not found.blocks:
            message = f"No {SMALLEST} lines of logic stand in two places"
            yield self.satisfied("prototype", message)


def _not_compared(found: Duplicates) -> str:
    reasons = []
    if found.left:
        reasons.append(f"{found.left} pairs of files with equal lines are too many to compare")
    if found.unread:
        reasons.append(f"{found.unread} files come after the first {MOST_LINES:,} lines of code")
    return "; ".join(reasons)


def _subject(block: Block) -> str:
    return "#".join(_paths(block.places)[:2])


def _message(blocks: Sequence[Block]) -> str:
    largest = blocks[0]
    where = _paths(largest.places)
    count = len(largest.places)
    times = {2: "twice", 3: "three times"}.get(count, f"{count} times")
    inside = f"stand {times} in {where[0]}" if len(where) == 1 else f"stand in {_listed(where)}"
    more = f", and {len(blocks) - 1} more such blocks" if len(blocks) > 2 else ""
    more = ", and one more such block" if len(blocks) == 2 else more
    return f"{largest.size} lines of logic, alike but for names and values, {inside}{more}"


def _paths(places: Sequence[Location]) -> list[str]:
    return list(dict.fromkeys(place.path for place in places))


def _listed(paths: Sequence[str]) -> str:
    if len(paths) > 3:
        return f"{', '.join(paths[:2])} and {len(paths) - 2} other files"
    return " and ".join((", ".join(paths[:-1]), paths[-1]))
