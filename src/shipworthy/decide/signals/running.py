"""Whether what is committed hangs together, is tested and stands on versions that are maintained."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.assess import Assessment
from shipworthy.decide.signal import SOUND, Signal, against, between
from shipworthy.finding import Evidence, Location, Outcome
from shipworthy.prototype import Prototype
from shipworthy.prototype.source import Role

_SHOWN = 4
_ASSETS = (
    ".css",
    ".scss",
    ".svg",
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".gif",
    ".json",
    ".md",
    ".mp3",
)


def runnable_head(assessment: Assessment) -> Signal | None:
    """The share of code files that cannot be parsed or import what is not there."""
    prototype = assessment.prototype
    code = [f for f in prototype.of_role(Role.PRODUCT) if f.language and f.text]
    if not code:
        return None
    broken = dict(_broken(prototype))
    missing = [f for f in assessment.gaps if f.control == "hallucinated-import"]
    share = len(broken) / len(code)
    value = f"{len(broken)} of {len(code)} code files cannot be loaded as they are committed"
    if missing:
        value += f"; {len(missing)} packages are imported that nothing installs"
    shown = tuple(
        Evidence("code", why, Location(path)) for path, why in list(broken.items())[:_SHOWN]
    )
    lean = max(SOUND, between(share + 0.02 * len(missing), keep=0.0, rebuild=0.12))
    return Signal(
        "runnable-head", "What is committed can run", None, value, lean, 3.0,
        "parsed files and their imports", shown, tuple(missing),
    )  # fmt: skip


def _broken(prototype: Prototype) -> Iterator[tuple[str, str]]:
    """Live product files that no runtime can load, with the reason."""
    for file in prototype.of_role(Role.PRODUCT):
        facts = prototype.facts.get(file.path)
        if facts is None or file.path in prototype.abandoned:
            continue
        nowhere = sorted(
            name
            for name in prototype.modules.unresolved.get(file.path, ())
            if not name.partition("?")[0].endswith(_ASSETS)
        )
        if nowhere:
            yield file.path, f"imports {nowhere[0]}, which is not there"
        elif facts.partly and not facts.unread:  # what is not read at all is over a limit of ours
            yield file.path, "cannot be parsed as a whole"


def tests(assessment: Assessment) -> Signal | None:
    """How many tests there are that claim something, for each thousand lines of code."""
    prototype = assessment.prototype
    lines = sum(dict(prototype.stack.languages).values())
    if not lines:
        return None
    real = [t for t in prototype.tests if t.asserts]
    per_thousand = 1000 * len(real) / lines
    shown = tuple(prototype.evidence("test", t.location) for t in real[:_SHOWN])
    value = f"{len(real)} tests with an assertion for {lines:,} lines of code"
    # Nearly all prototypes have none: their absence speaks a little against, a suite much for.
    lean = 0.3 if not real else between(per_thousand, keep=5.0, rebuild=-3.0)
    return Signal("tests", "Tests hold it", None, value, lean, 0.5, "tests", shown)


def end_of_life(assessment: Assessment) -> Signal | None:
    """Whether it stands on versions that get no security fixes any more."""
    asked = [f for f in assessment.findings if f.control == "end-of-life-runtime"]
    gaps = [f for f in assessment.gaps if f.control == "end-of-life-runtime"]
    if not gaps and not any(f.outcome is Outcome.SATISFIED for f in asked):
        return None
    shown = tuple(f.evidence[0] for f in gaps[:_SHOWN] if f.evidence)
    value = "; ".join(f.message for f in gaps[:2]) or "what is named is still maintained"
    lean = against(len(gaps), none=0, rebuild=4)
    return Signal(
        "end-of-life",
        "Maintained technology",
        None,
        value,
        lean,
        1.0,
        "runtimes",
        shown,
        tuple(gaps),
    )
