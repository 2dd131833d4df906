"""Where trust ends: who is asked before something is done, and what the browser may claim."""

from __future__ import annotations

from collections.abc import Sequence

from shipworthy.assess import Assessment
from shipworthy.decide.component import Component
from shipworthy.decide.placing import STRUCTURAL, structural
from shipworthy.decide.signal import SOUND, Signal, against, between
from shipworthy.finding import Evidence, Finding

_OPEN = frozenset(
    "unauthenticated-endpoint privileged-client-for-any-caller missing-authorisation".split()
)
_MONEY = frozenset({"client-decided-money"})
_ROLES = frozenset(
    "sign-up-decides-role self-promotion first-user-becomes-admin open-tenant".split()
)
_SHOWN = 4
_FEW = 5  # added to the number of entry points: one of one says little, thirty of thirty much


def guarded_entry_points(assessment: Assessment) -> Signal | None:
    """The share of the server entry points that act for callers whom nobody asked who they are."""
    handlers = assessment.prototype.handlers
    if not handlers:
        return None
    gaps = [f for f in assessment.gaps if f.control in _OPEN]
    found = {f.subject for f in gaps}
    open_ = [h for h in handlers if h.subject in found or h.name in found]
    count = len(open_) or min(len(found), len(handlers))
    value = f"{count} of {len(handlers)} entry points act for callers they do not check"
    lean = max(SOUND, between(count / (len(handlers) + _FEW), keep=0.05, rebuild=0.6))
    return Signal(
        "guarded-entry-points", "Entry points ask who calls", Component.API, value,
        lean, 2.5, "entry points, followed",
        _evidence(gaps), tuple(gaps),
    )  # fmt: skip


def client_asserted_money(assessment: Assessment) -> Signal | None:
    """Whether the browser says what something costs, or that it was paid."""
    asked = [f for f in assessment.findings if f.control in _MONEY]
    gaps = [f for f in assessment.gaps if f.control in _MONEY]
    if not gaps and not any(f.outcome.value == "satisfied" for f in asked):
        return None
    value = (
        f"{_places(gaps)} where the browser decides about money" if gaps else "the server decides"
    )
    lean = against(len(gaps), none=0, rebuild=3)
    return Signal(
        "client-asserted-money", "The server decides about money", Component.API, value,
        lean, 2.0, "controls", _evidence(gaps), tuple(gaps),
    )  # fmt: skip


def client_asserted_roles(assessment: Assessment) -> Signal | None:
    """Whether people can give themselves rights or enter what belongs to others."""
    gaps = [f for f in assessment.gaps if f.control in _ROLES]
    seen = any(f.control in _ROLES and f.outcome.value == "satisfied" for f in assessment.findings)
    if not gaps and not seen:
        return None
    value = f"{_places(gaps)} where people give themselves rights" if gaps else "the server decides"
    return Signal(
        "client-asserted-roles", "The server decides about rights", Component.AUTH, value,
        against(len(gaps), none=0, rebuild=4), 2.0, "controls", _evidence(gaps), tuple(gaps),
    )  # fmt: skip


def security_debt(assessment: Assessment) -> Signal | None:
    """How much of what blocks a launch is structural, so that no patch at its place mends it."""
    kinds = {f.control for f in assessment.blockers}
    deep = structural(assessment.blockers)
    names = sorted({f.control for f in deep})
    if not kinds:
        value, lean = "nothing blocks the launch", SOUND
    else:
        value = f"{len(names)} of {len(kinds)} kinds of blocking gap are structural"
        value += "".join(f"; {name}: {STRUCTURAL[name]}" for name in names[:_SHOWN])
        lean = max(SOUND, between(len(names) / len(kinds), keep=0.1, rebuild=0.6))
    return Signal(
        "security-debt", "Security debt can be patched", Component.AUTH, value,
        lean, 2.5, "controls and their remedies", _evidence(deep), deep,
    )  # fmt: skip


def _places(gaps: Sequence[Finding]) -> str:
    return f"{len(gaps)} place" + ("s" if len(gaps) != 1 else "")


def _evidence(gaps: Sequence[Finding]) -> tuple[Evidence, ...]:
    return tuple(f.evidence[0] for f in gaps[:_SHOWN] if f.evidence)
