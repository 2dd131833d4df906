"""How the code is laid out: layers, files that do everything, copies."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.assess import Assessment
from shipworthy.decide.component import Component
from shipworthy.decide.signal import SOUND, Signal, against, between
from shipworthy.finding import Location, Outcome
from shipworthy.prototype.source import Role

_SHOWN = 4
_MIXED = 3  # jobs of one file
_LONG = 1_000  # lines, empty ones left out: the limit of the control `god-module`
_LITTLE = 1_000  # lines of code below which no share says anything
_FEW = 3  # added to the number of screens: two of two say little
_LAYERING = "data-access-in-component"
_PART = Component.FRONTEND


def layering(assessment: Assessment) -> Signal | None:
    """The share of the screens with data that ask the database themselves."""
    asked = [f for f in assessment.findings if f.control == _LAYERING]
    direct = [f for f in asked if f.outcome is Outcome.GAP]
    whole = len(direct) + sum(f.outcome is Outcome.SATISFIED for f in asked)
    if not whole:
        return None
    value = f"{len(direct)} of {whole} screens with data ask the database themselves"
    shown = tuple(f.evidence[0] for f in direct[:_SHOWN] if f.evidence)
    lean = max(SOUND, between(len(direct) / (whole + _FEW), keep=0.1, rebuild=0.8))
    return Signal(
        "layering", "Screens and data are apart", _PART, value, lean, 1.5, "queries by component",
        shown, tuple(direct),
    )  # fmt: skip


def long_screens(assessment: Assessment) -> Signal | None:
    """The share of the browser's code in files that are too long to be changed with confidence, and that
    no test reaches."""
    browser = assessment.prototype.modules.browser
    return _long(assessment, "long-screens", Component.FRONTEND, lambda path: path in browser)


def long_modules(assessment: Assessment) -> Signal | None:
    """The share of the server's code in such files."""
    browser = assessment.prototype.modules.browser
    return _long(assessment, "long-modules", Component.API, lambda path: path not in browser)


def _long(
    assessment: Assessment, name: str, part: Component, counts: Callable[[str], bool]
) -> Signal | None:
    prototype = assessment.prototype
    code = [f for f in prototype.of_role(Role.PRODUCT) if f.language and counts(f.path)]
    lines = sum(len(f.lines) for f in code if f.path not in prototype.abandoned)
    if lines < _LITTLE:
        return None
    # A long table or translation is one job, and does none of those that are looked for.
    long = [m for m in prototype.long_modules if counts(m.path) and m.concerns]
    long = [m for m in long if m.lines >= _LONG or len(m.concerns) >= _MIXED]
    # What a suite says of one corner holds nothing elsewhere.
    tested = prototype.modules.reachable({t.location.path for t in prototype.tests if t.asserts})
    long = [m for m in long if m.path not in tested]
    share = min(1.0, sum(m.lines for m in long) / lines)
    worst = sorted(long, key=lambda m: -m.lines)[:_SHOWN]
    shown = tuple(prototype.evidence("code", m.concerns[0].location) for m in worst)
    where = "browser" if part is Component.FRONTEND else "server"
    value = (
        f"{len(long)} long files that no test reaches hold {share:.0%} of the code of the {where}"
    )
    lean = against(share, none=0.1, rebuild=0.6)
    return Signal(name, "Files of a sane length", part, value, lean, 1.0, "long files", shown)


def dead_code(assessment: Assessment) -> Signal | None:
    """The share of the code, by lines, in files that nothing alive reaches: many small leftovers weigh
    less than one abandoned half."""
    prototype = assessment.prototype
    code = {f.path: len(f.lines) for f in prototype.of_role(Role.PRODUCT) if f.language}
    whole = sum(code.values())
    if not whole:
        return None
    dead = sorted((p for p in code if p in prototype.abandoned), key=lambda p: (-code[p], p))
    share = sum(code[path] for path in dead) / whole
    shown = tuple(prototype.evidence("code", Location(path)) for path in dead[:_SHOWN])
    value = f"{share:.0%} of the lines of code, in {len(dead)} of {len(code)} files, are reached by nothing"
    lean = against(share, none=0.1, rebuild=0.7)
    return Signal("dead-code", "Code that is used", None, value, lean, 1.5, "imports", shown)


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
    lean = against(share, none=0.05, rebuild=0.3)
    value = f"{share:.0%} of the code are copies of other code"
    return Signal("duplicates", "Said once", _PART, value, lean, 0.5, "equal blocks", shown)
