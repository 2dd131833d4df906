"""Whether a country or a region of a cloud lies where personal data may go."""

from __future__ import annotations

from collections.abc import Collection

_EU = frozenset(
    """AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE""".split()
)
_GROUPS = {
    "EU": _EU,
    "EEA": _EU | {"IS", "LI", "NO"},
    "EUROPE": _EU | {"IS", "LI", "NO", "CH", "GB"},
    "UK": frozenset({"GB"}),
    "USA": frozenset({"US"}),
}
"""Names under which several countries are approved."""

# London and Zurich are not in the EU although their regions are called so.
_ELSEWHERE = {"eu-west-2": "GB", "europe-west2": "GB", "eu-central-2": "CH", "europe-west6": "CH"}
_CONTINENTS = {"eu": "EU", "europe": "EU", "us": "US", "northamerica": "US", "de": "DE", "ca": "CA"}


def lies_within(place: str, approved: Collection[str]) -> bool:
    """True for a country ("DE"), or a region of a cloud ("eu-central-1"), in one that is approved."""
    wanted = {name.upper() for name in approved}
    if place.upper() in wanted:
        return True
    where = _ELSEWHERE.get(place) or _CONTINENTS.get(place.partition("-")[0].lower(), place)
    if where == "EU":
        return not wanted.isdisjoint({"EU", "EEA", "EUROPE"})
    countries = frozenset(c for name in wanted for c in _GROUPS.get(name, {name}))
    return where.upper() in countries
