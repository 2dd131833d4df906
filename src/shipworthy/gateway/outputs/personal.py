"""Withhold personal data that a model writes into its answer and that the request did not hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shipworthy.gateway.outputs.markup import Report
from shipworthy.gateway.redaction.found import SECRETS
from shipworthy.gateway.redaction.recognisers import recognise


class WithheldPersonalData:
    """One text: values become `[EMAIL withheld]`. What the request held stands there as placeholders.

    A stream waits for the end of each word, and of each row of digits and capitals: a number may go on.
    """

    def __init__(self, said: Sequence[str], report: Report) -> None:
        self._said = (
            said  # the texts of the request: where redaction is off, its values are in them
        )
        self._report = report
        self._held = ""
        self._before = ""  # what came before, in which a word may name a number

    def push(self, fragment: str) -> str:
        """Take the next piece; give what can be passed on now."""
        text = self._held + fragment
        tail = _TAIL.search(text, max(0, len(text) - _LONGEST))
        cut = tail.start() if tail else len(text)
        self._held = text[cut:]
        return self._without(text[:cut]) if cut else ""

    def finish(self) -> str:
        """The text is over: give what was held back."""
        held, self._held = self._held, ""
        return self._without(held)

    def whole(self, text: str) -> str:
        """A text that is complete already."""
        return self._without(text)

    def _without(self, text: str) -> str:
        known = len(self._before)
        read = self._before + text
        out: list[str] = []
        at = known
        for found in recognise(read):
            value = read[found.start : found.end]
            if found.start < at or found.kind in SECRETS or any(value in t for t in self._said):
                continue
            self._report("personal data")
            out += (read[at : found.start], f"[{found.kind} withheld]")
            at = found.end
        self._before = read[-_NAMING:]
        return "".join(out) + read[at:]


_LONGEST = 200  # characters of a value with its separators
_NAMING = 60
_TAIL = re.compile(r"(?<!\S)(?:[+(\[]*[0-9A-Z]{1,8}[ .)/-]{1,3}){0,12}\S*\Z")
