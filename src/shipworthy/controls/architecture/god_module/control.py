"""Long files that do several jobs which have nothing to do with each other."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.concerns import Concern

LONG = 1_000
"""Lines, empty ones left out: what SonarSource (rule S104) and Pylint (C0302) call too long by default, and
the limit of CWE-1080 in ISO/IEC 5055. Length alone is no gap: a long table or one long form is one job."""

VERY_LONG = 2 * LONG
_MIXED = 3
_VERY_MIXED = 4
_SHOWN = 5


class GodModule(
    Control,
    id="god-module",
    title="One file that does everything",
    consequence="Each change touches the same file, and nobody can tell what else it breaks.",
    severity=Severity.LOW,
    satisfies=("A02", "A06", "A42", "H01", "cwe:1080"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        long = [module for module in prototype.long_modules if module.lines >= LONG]
        if sum(dict(prototype.stack.languages).values()) < LONG:
            yield self.not_applicable(f"the whole product has fewer than {LONG:,} lines")
        elif not long:
            yield self.satisfied("prototype", f"No file of the product has {LONG:,} lines")
        for module in long:
            jobs = _jobs(module.concerns)
            if len(module.concerns) < _MIXED:
                yield self.not_applicable(f"{module.lines:,} lines of {jobs}", module.path)
                continue
            shown = [prototype.evidence("code", c.location) for c in module.concerns[:_SHOWN]]
            very = module.lines >= VERY_LONG and len(module.concerns) >= _VERY_MIXED
            severity = Severity.MEDIUM if very else Severity.LOW
            message = f"{module.lines:,} lines in one file mix {jobs}"
            yield self.gap(module.path, message, *shown, severity=severity)


def _jobs(concerns: tuple[Concern, ...]) -> str:
    parts = [c.name for c in concerns]
    if not parts:
        return "one job"
    return ", ".join(parts[:-1]) + " and " * bool(parts[:-1]) + parts[-1]
