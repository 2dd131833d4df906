"""Where trust ends: who is asked before something is done, and what the browser may claim."""

from __future__ import annotations

from collections.abc import Sequence

from shipworthy.assess import Assessment
from shipworthy.decide.component import Component
from shipworthy.decide.parts import signs_in
from shipworthy.decide.placing import STRUCTURAL, structural
from shipworthy.decide.signal import SOUND, Signal, against, between
from shipworthy.finding import Evidence, Finding, Outcome
from shipworthy.prototype.handlers.handler import Handler

_OPEN = frozenset(
    "unauthenticated-endpoint privileged-client-for-any-caller missing-authorisation".split()
)
_JUDGED = (Outcome.SATISFIED, Outcome.GAP)
_MONEY = frozenset({"client-decided-money"})
_ROLES = frozenset(
    "sign-up-decides-role self-promotion first-user-becomes-admin open-tenant fail-open-guard".split()
)
_SHOWN = 4
_NO_BOUNDARY = 2  # open entry points of a product that has no sign-in at all
_MANY = 0.1  # where a common guard is missing, however few they are
_FEW_KINDS = 2  # added to the kinds of blocking gap: one of one says little, two of two much
_FEW = 5  # added to the number of entry points: one of one says little, thirty of thirty much


def guarded_entry_points(assessment: Assessment) -> Signal | None:
    """The share of the server entry points that act for callers whom nobody asked who they are, over
    those that were judged: one that could not be followed is not known to be sound."""
    handlers = assessment.prototype.handlers
    if not handlers:
        return None
    gaps = [f for f in assessment.gaps if f.control in _OPEN]
    open_ = _among(handlers, gaps)
    passed = [f for f in assessment.findings if f.control in _OPEN and f.outcome in _JUDGED]
    judged = len(open_ | _among(handlers, passed))
    name, title, source = (
        "guarded-entry-points",
        "Entry points ask who calls",
        "entry points, followed",
    )
    if not judged:
        reason = f"none of {len(handlers)} entry points could be followed to what it does"
        return Signal(name, title, Component.API, "", None, 2.5, source, reason=reason)
    value = (
        f"{len(open_)} of {judged} entry points that were judged act for callers they do not check"
    )
    if judged < len(handlers):
        value += (
            f"; {len(handlers) - judged} more do nothing that asks for it, or were not followed"
        )
    lean = max(SOUND, between(len(open_) / (judged + _FEW), keep=0.05, rebuild=0.6))
    if len(open_) >= _NO_BOUNDARY and not signs_in(assessment.prototype):
        value += "; nothing here asks anybody who he is"
        lean = max(lean, _MANY)
    return Signal(
        name, title, Component.API, value, lean, 2.5, source, _evidence(gaps), tuple(gaps)
    )


def _among(handlers: Sequence[Handler], findings: Sequence[Finding]) -> frozenset[str]:
    """The entry points that the findings are about, by subject."""
    found = {f.subject for f in findings}
    return frozenset(h.subject for h in handlers if h.subject in found or h.name in found)


def client_asserted_money(assessment: Assessment) -> Signal | None:
    """Whether the browser says what something costs, or that it was paid."""
    asked = [f for f in assessment.findings if f.control in _MONEY]
    gaps = [f for f in assessment.gaps if f.control in _MONEY]
    name, title = "client-asserted-money", "The server decides about money"
    if not gaps and not any(f.outcome is Outcome.SATISFIED for f in asked):
        taken = _paid_through(assessment)
        if not taken:
            return None
        reason = (
            f"{taken} takes payments here, and no charge was understood: look who names the price"
        )
        return Signal(name, title, Component.API, "", None, 2.0, "controls", reason=reason)
    value = (
        f"{_places(gaps)} where the browser decides about money" if gaps else "the server decides"
    )
    lean = against(len(gaps), none=0, rebuild=3)
    return Signal(
        name, title, Component.API, value, lean, 2.0, "controls", _evidence(gaps), tuple(gaps)
    )


def _paid_through(assessment: Assessment) -> str:
    """The first payment provider that the prototype speaks to; '' where there is none."""
    names = (
        p.company.name for p in assessment.prototype.processors if p.company.purpose == "payments"
    )
    return next(names, "")


def client_asserted_roles(assessment: Assessment) -> Signal | None:
    """Whether people can give themselves rights or enter what belongs to others: by a sign-up, a policy,
    or a check that believes what they send."""
    gaps = [f for f in assessment.gaps if f.control in _ROLES]
    seen = any(f.control in _ROLES and f.outcome is Outcome.SATISFIED for f in assessment.findings)
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
        lean = max(SOUND, between(len(names) / (len(kinds) + _FEW_KINDS), keep=0.1, rebuild=0.6))
    return Signal(
        "security-debt", "Security debt can be patched", Component.AUTH, value,
        lean, 2.5, "controls and their remedies", _evidence(deep), deep,
    )  # fmt: skip


def _places(gaps: Sequence[Finding]) -> str:
    return f"{len(gaps)} place" + ("s" if len(gaps) != 1 else "")


def _evidence(gaps: Sequence[Finding]) -> tuple[Evidence, ...]:
    return tuple(f.evidence[0] for f in gaps[:_SHOWN] if f.evidence)
