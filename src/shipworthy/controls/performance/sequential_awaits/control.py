"""Reads that a page or a handler waits for one after the other, though none needs another's answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.prototype.roles import is_trial
from shipworthy.prototype.waits.edits import waiting_at_once
from shipworthy.prototype.waits.series import Series, Wait
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_FEWEST = 3
_READS = ("select",)
# For what a clock or a queue starts, nobody waits.
_NOBODY_WAITS = regex(
    r"(^|[/_-])(crons?|jobs?|workers?|scripts?|reminders?|daily|nightly|weekly|scheduled|scheduler"
    r"|backfill|digest|seed|migrat\w*|sync)([/_.-]|$)",
    re.IGNORECASE,
)
# Tries one thing after the other to show where it fails.
_TRIES = regex(r"^(run|start|do|perform)\w*(Tests?|Diagnostics?)$|^(test|diagnose|debug)([A-Z_]|$)")


class SequentialAwaits(
    Control,
    id="sequential-awaits",
    title="Waits one after the other",
    consequence="The page takes as long as all its reads together, not as long as the slowest of them.",
    severity=Severity.LOW,
    satisfies=("A16", "A44"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[Series]] = {}
        for series in prototype.series:
            path = series.location.path
            if path in prototype.by_hand or is_trial(path) or _NOBODY_WAITS.search(path):
                continue
            if _TRIES.search(series.function):
                continue
            if not is_unused(prototype, path, series.function):
                subjects.setdefault(f"{path}#{series.function}", []).append(series)
        if not subjects:
            yield self.not_applicable("no handler or page waits for three reads in a row")
            return
        readers = _readers(prototype)
        for subject, found in subjects.items():
            yield self._judge(prototype, subject, found, readers)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """One wait for all neighbours that need nothing of each other."""
        path, _, function = finding.subject.partition("#")
        readers, file = _readers(prototype), prototype.files.get(path)
        runs = [
            [wait.location for wait in known]
            for series in prototype.series
            if series.location.path == path and series.function == function
            for run in series.runs
            for known in _known(run, readers)
            if len(known) >= _FEWEST
        ]
        text = waiting_at_once(file, runs) if file is not None else None
        if text is None:
            return None
        said = f"Wait for all reads of {spoken(path, function)} at once"
        return Remedy(said, Review.CAREFUL, (Write(path, text),))

    def _judge(
        self, prototype: Prototype, subject: str, found: list[Series], readers: frozenset[str]
    ) -> Finding:
        runs = [known for series in found for run in series.runs for known in _known(run, readers)]
        longest = max(runs, key=len, default=())
        if len(longest) < _FEWEST:
            shown = prototype.evidence("code", found[0].location)
            reason = "Most of its reads need the answer or the check before them"
            return self.satisfied(subject, reason, shown)
        where = spoken(found[0].location.path, found[0].function)
        message = (
            f"{where} waits for {len(longest)} reads one after the other,"
            " though none needs another's answer"
        )
        shown_waits = [prototype.evidence("code", wait.location) for wait in longest[:5]]
        named = any(wait.called for wait in longest)
        sure = Confidence.MEDIUM if named else Confidence.HIGH
        return self.gap(subject, message, *shown_waits, confidence=sure)


def _readers(prototype: Prototype) -> frozenset[str]:
    """The names of functions that ask a database or another server, and change nothing."""
    reads: set[str] = {call.function for call in prototype.outbound_calls}
    changes: set[str] = set()
    for query in prototype.queries:
        (reads if query.operation in _READS else changes).add(query.function)
    return frozenset(reads - changes)


def _known(run: tuple[Wait, ...], readers: frozenset[str]) -> Iterator[tuple[Wait, ...]]:
    """The neighbours of a run that are seen to be reads."""
    part: list[Wait] = []
    for wait in run:
        if wait.called and wait.called not in readers:
            yield tuple(part)
            part = []
        else:
            part.append(wait)
    yield tuple(part)
