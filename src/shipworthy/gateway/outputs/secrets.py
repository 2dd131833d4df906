"""Withhold keys that a model writes into its answer and that the request did not hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shipworthy.gateway.outputs.markup import Report
from shipworthy.gateway.redaction.keys import MARKS, find_marked


class WithheldKeys:
    """One text: keys become `[KEY withheld]`; only what may be a key is held back."""

    def __init__(self, said: Sequence[str], report: Report) -> None:
        self._said = said  # the texts of the request: what stands there is no leak
        self._report = report
        self._held = ""

    def push(self, fragment: str) -> str:
        """Take the next piece; give what can be passed on now."""
        text = self._held + fragment
        cut = _safe_end(text)
        self._held = text[cut:]
        return self._without_keys(text[:cut]) if cut else ""

    def finish(self) -> str:
        """The text is over: give what was held back."""
        held, self._held = self._held, ""
        return self._without_keys(held)

    def whole(self, text: str) -> str:
        """A text that is complete already."""
        return self._without_keys(text)

    def _without_keys(self, text: str) -> str:
        out: list[str] = []
        at = 0
        for found in sorted(find_marked(text)):
            value = text[found.start : found.end]
            if found.start < at or any(value in t for t in self._said):
                continue
            self._report("a key")
            out += (text[at : found.start], f"[{found.kind} withheld]")
            at = found.end
        return "".join(out) + text[at:]


def _safe_end(text: str) -> int:
    """Where the part begins that may be a key which is not over yet."""
    begin = max(0, len(text) - _LONGEST)
    opened = text.rfind("-----BEGIN ")
    block = _BLOCK.search(text, max(begin, opened)) if opened >= 0 else None
    if block:
        over = _BLOCK_END.search(text, block.end())
        if not over:
            return block.start()
        begin = over.end()
    # Nothing but these characters follows where a key begins: most pieces end with a space.
    begin = max(begin, len(text.rstrip(_IN_KEYS)))
    tail = _TAIL.search(text, begin) if begin < len(text) else None
    return tail.start() if tail else len(text)


_LONGEST = 8_000  # characters of a key; a private key of 8,192 bits has 6,400
_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY-----|-{0,4}\Z)")
_BLOCK_END = re.compile(r"-----END [A-Z0-9 ]*-----")
_IN_KEYS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+=-"
_STARTS = sorted({mark[:k] for mark in MARKS for k in range(1, len(mark))}, key=len, reverse=True)
_TAIL = re.compile(
    r"(?<![A-Za-z0-9_])(?:(?:"
    + "|".join(map(re.escape, MARKS))
    + r")[A-Za-z0-9_./+=-]*|-{1,5}(?:B(?:E(?:G(?:I(?:N)?)?)?)?)?|"
    + "|".join(map(re.escape, _STARTS))
    + r")\Z"
)
