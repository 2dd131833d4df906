"""Data about health, belief or the body, for which the law asks for more than for other data."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.personal import PersonalDatum


class SpecialCategoryData(
    Control,
    id="special-category-data",
    title="Health data or the like",
    consequence="Such data needs a ground of its own and an impact assessment before the first user.",
    severity=Severity.MEDIUM,
    satisfies=("G12", "G21", "gdpr:9"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        by_kind: dict[str, list[PersonalDatum]] = {}
        for datum in prototype.personal_data:
            if datum.special and datum.kind == "table":
                by_kind.setdefault(datum.category.value, []).append(datum)
        for kind, data in by_kind.items():
            where = list(dict.fromkeys(f"{d.holder}.{d.field}" for d in data))
            more = f" and {len(where) - 3} more" if len(where) > 3 else ""
            message = (
                f"The database keeps data about {kind} ({', '.join(where[:3])}{more}):"
                " on which ground, and who has assessed the risk?"
            )
            places = dict.fromkeys(d.location for d in data)
            shown = [prototype.evidence("code", place) for place in list(places)[:3]]
            yield self.gap(kind, message, *shown, confidence=Confidence.LOW)
        if not by_kind:
            yield self.not_applicable("no column is named after a special category of data")
