"""In which order gaps are closed, by area and by phase."""

from __future__ import annotations

from shipworthy.decide.plan import Phase

# Secrets first, because they are known to others already; then who may do what, then what breaks.
PHASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("secrets", ("secrets",)),
    ("access and database", ("access", "database")),
    ("reliability", ("reliability", "ai")),
    ("http and privacy", ("http", "privacy")),
    ("performance", ("performance", "architecture")),
    ("supply chain", ("supply_chain",)),
    ("tests and operations", ("testing", "observability", "operations")),
)

DELIVERY = frozenset({"testing", "observability", "operations", "supply_chain"})
"""The areas of the second phase; gaps that block a launch are closed in the first, whatever their area."""

SECURITY = frozenset({"secrets", "access", "database", "reliability", "ai", "http"})
"""The areas of the first phase, but for what is of low severity there."""


def phase_of(area: str, severity: int) -> Phase:
    """The phase in which the gaps of an area are closed; severity as `Severity.value`, of the worst."""
    if severity >= _BLOCKS:
        return Phase.SECURITY
    if area in DELIVERY:
        return Phase.DELIVERY
    return Phase.SECURITY if area in SECURITY and severity > _LOW else Phase.LAUNCH


_BLOCKS, _LOW = 3, 1


def place_of(area: str) -> int:
    """Where an area stands in the order; one without a place comes last."""
    places = [n for n, (_, areas) in enumerate(PHASES) if area in areas]
    return places[0] if places else len(PHASES)
