"""Companies that get personal data outside of where it may go."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.categories import Category
from shipworthy.prototype.privacy.processors import Processor
from shipworthy.prototype.privacy.regions import lies_within


class ProcessorOutsideRegion(
    Control,
    id="processor-outside-region",
    title="Personal data leaves the approved region",
    consequence="Data that you promised to keep in one part of the world lies with a company in another.",
    severity=Severity.MEDIUM,
    satisfies=("G20", "gdpr:44"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        known = [p for p in prototype.processors if _gets_data(prototype, p)]
        if not known:
            yield self.not_applicable("no company was seen that gets personal data")
            return
        approved = prototype.settings.intent.regions
        if not approved:
            names = ", ".join(f"{p.company.name} ({p.company.country})" for p in known[:4])
            more = f" and {len(known) - 4} more" if len(known) > 4 else ""
            reason = f"Where may personal data go? {names}{more} get it: name the regions in shipworthy.toml"
            yield self.unknown("prototype", reason)
            return
        for processor in known:
            yield self._judge(prototype, processor, approved)

    def _judge(
        self, prototype: Prototype, processor: Processor, approved: tuple[str, ...]
    ) -> Finding:
        company = processor.company
        shown = [prototype.evidence("code", place) for place in processor.locations[:3]]
        wanted = " or ".join(approved)
        what = ", ".join(c.value for c in processor.receives[:3]) or "what users write"
        if processor.region:
            if lies_within(processor.region, approved):
                message = f"The code asks for its region {processor.region}; it belongs to {company.country}"
                return self.satisfied(company.name, message, *shown)
            message = (
                f"{company.name} gets {what} in its region {processor.region}, not in {wanted}"
            )
            return self.gap(company.name, message, *shown, severity=_severity(processor))
        if lies_within(company.country, approved):
            return self.satisfied(company.name, f"The company sits in {company.country}", *shown)
        if company.regions == "chosen" or company.country == "?":
            reason = (
                f"Its customers choose where {what} lies, and the code does not say what was chosen"
            )
            return self.unknown(company.name, reason, *shown)
        message = f"{company.name} gets {what} and sits in {company.country}, not in {wanted}"
        sure = Confidence.MEDIUM if company.regions == "fixed" else Confidence.LOW
        return self.gap(
            company.name, message, *shown, severity=_severity(processor), confidence=sure
        )


def _gets_data(prototype: Prototype, processor: Processor) -> bool:
    """True where its service needs personal data, or where a model reads what users write."""
    if processor.receives:
        return True
    return any(
        call.provider in processor.company.models and any(s.origin for s in call.said)
        for call in prototype.model_calls
    )


def _severity(processor: Processor) -> Severity:
    alone = set(processor.receives) == {Category.DEVICE}  # an address in a request
    return Severity.LOW if alone else Severity.MEDIUM
