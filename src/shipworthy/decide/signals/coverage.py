"""How much of the code runs under tests: as a report in the repository says, else estimated by imports."""

from __future__ import annotations

from collections.abc import Mapping

from shipworthy.assess import Assessment
from shipworthy.decide.signal import SOUND, Signal, between
from shipworthy.finding import Evidence, Location
from shipworthy.prototype import Prototype
from shipworthy.prototype.coverage.report import Counted, CoverageReport
from shipworthy.prototype.source import Role

_NAME, _TITLE = "coverage", "Tests run through the code"
_WEIGHT = 1.0
_SHOWN = 4
_KEEP, _REBUILD = (
    0.8,
    -0.4,
)  # 80 % speaks for keeping; none, which most prototypes have, a little against


def coverage(assessment: Assessment) -> Signal | None:
    """The share of the product's code that tests run.

    A report counts for the files that it names, and what it leaves out as not covered. Without one, what
    tests import is an upper bound, and speaks for keeping no more than half as much.
    """
    prototype = assessment.prototype
    lines = {
        f.path: len(f.lines)
        for f in prototype.of_role(Role.PRODUCT)
        if f.language and f.path not in prototype.abandoned
    }
    if not lines:
        return None
    usable = [r for r in prototype.coverage_reports if r.strangers <= len(r.files)]
    return _reported(prototype, usable, lines) or _estimated(prototype, lines)


def _reported(
    prototype: Prototype, reports: list[CoverageReport], lines: Mapping[str, int]
) -> Signal | None:
    counted: dict[str, Counted] = {}
    for report in reports:
        counted = {**{p: c for p, c in report.files.items() if p in lines}, **counted}
    whole = sum(c.whole for c in counted.values())
    if not whole:
        return None
    covered = sum(c.covered for c in counted.values())
    told = sum(lines[path] for path in counted) / sum(lines.values())
    share = covered / whole * told
    named = ", ".join(dict.fromkeys(f"{r.format}, {r.location.path}" for r in reports))
    value = f"{covered:,} of {whole:,} lines ran in {len(counted)} of {len(lines)} files ({named})"
    if len(counted) < len(lines):
        value += f"; with the files that the report leaves out, {share:.0%} of the code"
    shown = tuple(Evidence("report", r.format, r.location) for r in reports[:_SHOWN])
    value += _demanded(prototype)
    lean = between(share, _KEEP, _REBUILD)
    return Signal(_NAME, _TITLE, None, value, lean, _WEIGHT, "coverage report", shown)


def _estimated(prototype: Prototype, lines: Mapping[str, int]) -> Signal:
    real = [t for t in prototype.tests if t.asserts]
    reached = prototype.modules.reachable({t.location.path for t in real}) & lines.keys()
    source = "imports of the tests"
    demanded = _demanded(prototype)
    if real and not reached:
        reason = (
            f"its {len(real)} tests ask it from outside, and no coverage report lies in the repository"
            f"{demanded}: run them with coverage"
        )
        return Signal(_NAME, _TITLE, None, "", None, _WEIGHT, source, reason=reason)
    share = sum(lines[path] for path in reached) / sum(lines.values())
    value = (
        f"estimated: tests import {len(reached)} of {len(lines)} files, directly or through others,"
        f" which hold {share:.0%} of the code; no report tells what runs{demanded}"
        if real
        else f"no test runs any of {len(lines)} files{demanded}"
    )
    largest = sorted(lines.keys() - reached, key=lambda path: (-lines[path], path))[:_SHOWN]
    shown = tuple(prototype.evidence("code", Location(path)) for path in largest)
    lean = max(SOUND, between(share, _KEEP, _REBUILD))
    return Signal(_NAME, _TITLE, None, value, lean, _WEIGHT, source, shown)


def _demanded(prototype: Prototype) -> str:
    """The threshold that is set; it is a wish until a run or a report shows that it holds."""
    found = prototype.coverage_thresholds
    if not found:
        return ""
    least = min(found, key=lambda t: t.percent)
    return f"; {least.location.path} demands {least.percent:g} %"
