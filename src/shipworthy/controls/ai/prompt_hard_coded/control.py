"""Prompts that are buried in the code and change without anybody noticing."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.models.purpose import writes_text
from shipworthy.prototype.roles import is_trial


class PromptHardCoded(
    Control,
    id="prompt-hard-coded",
    title="Prompts buried in functions",
    consequence="Nobody can see which prompt gave which answer, try a change alone, or take it back alone.",
    severity=Severity.LOW,
    satisfies=("I32",),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        asking = [c for c in prototype.model_calls if writes_text(c)]
        found = [
            p
            for p in prototype.prompts
            if not is_trial(p.location.path) and p.location.path not in prototype.by_hand
        ]
        if not asking:
            yield self.not_applicable("the code asks no model for text")
            return
        if not found:
            shown = prototype.evidence("code", asking[0].location)
            yield self.satisfied("prototype", "No long prompt stands inside a function", shown)
            return
        found.sort(key=lambda p: -p.size)
        files = len({p.location.path for p in found})
        if len(found) == 1:
            many = f"One prompt with {found[0].size:,} characters stands inside a function"
        else:
            where = "" if files == 1 else f" of {files} files"
            size = f"{found[0].size:,} characters"
            many = f"{len(found)} prompts with up to {size} stand inside functions{where}"
        message = f"{many}: no version tells which text gave an answer"
        shown_all = [prototype.evidence("code", p.location) for p in found[:5]]
        # A single prompt is soon found, wherever it stands.
        sure = Confidence.LOW if len(found) == 1 else Confidence.HIGH
        yield self.gap("prototype", message, *shown_all, confidence=sure)
