"""Gaps that the proxy in front of the prototype closes: seen when it was attacked, so they are proven."""

from __future__ import annotations

from msgspec.structs import replace

from shipworthy.control import Control
from shipworthy.errors import ShipworthyError
from shipworthy.finding import Evidence, Finding, Outcome, Proof
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.evidence import FILE, Edge

_OPEN = (Outcome.GAP, Outcome.UNKNOWN)


def seen_at_the_edge(prototype: Prototype, control: Control, finding: Finding) -> Finding:
    """The finding; SATISFIED and proven where the control says that what held at the proxy closes it.

    Evidence that no longer counts closes nothing, and the finding says so. Exposed secrets and known
    CVEs are never answered: no proxy takes them back.
    """
    edge = prototype.edge
    if edge is None or finding.outcome not in _OPEN or control.never_hidden:
        return finding
    if isinstance(edge, ShipworthyError):
        return finding
    closing = control.closed_by_proxy(prototype, finding, edge)
    if not closing:
        return finding
    return _stale(finding, edge) if edge.stale else _proven(finding, edge, closing)


def _stale(finding: Finding, edge: Edge) -> Finding:
    said = f"the proxy closed this when it was attacked on {edge.day}; it no longer counts: {edge.stale}"
    return replace(finding, evidence=(*finding.evidence, Evidence("sidecar", said)))


def _proven(finding: Finding, edge: Edge, closing: str) -> Finding:
    seen = Evidence("sidecar", f"{FILE}: attacked on {edge.day}")
    return replace(
        finding,
        outcome=Outcome.SATISFIED,
        proof=Proof.PROVEN,
        message=f"Behind the sidecar: {closing}. The code alone: {finding.message}",
        evidence=(seen, *finding.evidence),
    )
