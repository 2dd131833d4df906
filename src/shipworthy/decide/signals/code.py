"""How the code is laid out: layers, files that do everything, copies."""

from __future__ import annotations

from shipworthy.assess import Assessment
from shipworthy.decide.component import Component
from shipworthy.decide.signal import Signal, between
from shipworthy.finding import Outcome

_SHOWN = 4
_MIXED = 3  # jobs of one file
_LAYERING = "data-access-in-component"
_PART = Component.FRONTEND


def layering(assessment: Assessment) -> Signal | None:
    """The share of the screens with data that ask the database themselves."""
    asked = [f for f in assessment.findings if f.control == _LAYERING]
    direct = [f for f in asked if f.outcome is Outcome.GAP]
    through = [f for f in asked if f.outcome is Outcome.SATISFIED]
    whole = len(direct) + len(through)
    if not whole:
        return None
    value = f"{len(direct)} of {whole} screens with data ask the database themselves"
    shown = tuple(f.evidence[0] for f in direct[:_SHOWN] if f.evidence)
    lean = between(len(direct) / whole, keep=0.1, rebuild=1.0)
    return Signal(
        "layering", "Screens and data are apart", _PART, value, lean, 1.5, "queries by component",
        shown, tuple(direct),
    )  # fmt: skip


def god_modules(assessment: Assessment) -> Signal | None:
    """The share of the code in long files that do several jobs."""
    prototype = assessment.prototype
    lines = sum(dict(prototype.stack.languages).values())
    if not lines:
        return None
    mixed = [m for m in prototype.long_modules if len(m.concerns) >= _MIXED]
    share = min(1.0, sum(m.lines for m in mixed) / lines)
    shown = tuple(prototype.evidence("code", m.concerns[0].location) for m in mixed[:_SHOWN])
    value = f"{len(mixed)} long files with three jobs and more hold {share:.0%} of the code"
    lean = between(share, keep=0.0, rebuild=0.6)
    return Signal(
        "god-modules",
        "Files with one job",
        Component.API,
        value,
        lean,
        1.0,
        "long files",
        shown,
    )


def duplicates(assessment: Assessment) -> Signal | None:
    """The share of the code that stands there more than once."""
    prototype = assessment.prototype
    lines = sum(dict(prototype.stack.languages).values())
    blocks = prototype.duplicates.blocks
    if not lines:
        return None
    copied = sum(block.size * (len(block.places) - 1) for block in blocks)
    share = min(1.0, copied / lines)
    shown = tuple(prototype.evidence("code", block.places[0]) for block in blocks[:_SHOWN])
    lean = between(share, keep=0.02, rebuild=0.3)
    value = f"{share:.0%} of the code are copies of other code"
    return Signal("duplicates", "Said once", _PART, value, lean, 0.5, "equal blocks", shown)
