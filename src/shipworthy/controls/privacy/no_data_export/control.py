"""People who cannot get a copy of what is kept about them."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.rights import accounts_of, exporting

_FEWEST = 3  # kinds of personal data below which an answer by mail is no work


class NoDataExport(
    Control,
    id="no-data-export",
    title="No copy of one's own data",
    consequence="Someone asks what you keep about them, and you have a month to collect it by hand.",
    severity=Severity.LOW,
    satisfies=("G08", "gdpr:15", "gdpr:20"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        accounts = accounts_of(prototype)
        kept = [d for d in prototype.personal_data if d.kind == "table"]
        kinds = sorted({d.category.value for d in kept})
        if accounts is None or len(kinds) < _FEWEST:
            yield self.not_applicable("no accounts with much personal data were seen in the code")
            return
        found = exporting(prototype)
        if found is not None:
            shown = prototype.evidence("code", found)
            yield self.satisfied("prototype", "Something gives people their data", shown)
            return
        message = (
            f"The tables keep {', '.join(kinds[:3])}{' and more' if len(kinds) > 3 else ''},"
            " and nothing gives people a copy: is there a way to answer by hand?"
        )
        shown = prototype.evidence("code", kept[0].location)
        yield self.gap("prototype", message, shown, confidence=Confidence.LOW)
