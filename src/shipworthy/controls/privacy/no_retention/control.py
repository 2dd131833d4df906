"""Personal data that is kept for ever because nothing deletes old rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.categories import Category
from shipworthy.prototype.privacy.personal import PersonalDatum
from shipworthy.prototype.privacy.rights import ending
from shipworthy.regex import regex

# What piles up by itself; a profile stays as long as its account.
_GROWS = regex(
    r"(log|message|chat|conversation|session|event|lead|submission|inquir|enquir|contact_form|visit|history"
    r"|transcript|booking|application|audit|notification|waitlist|request)",
    re.IGNORECASE,
)


class NoRetention(
    Control,
    id="no-retention",
    title="Old personal data is never deleted",
    consequence="What leaks one day is everything since the first day, and the law asks for an end.",
    severity=Severity.LOW,
    satisfies=("G10", "gdpr:5.1.e"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        growing = [d for d in prototype.personal_data if _piles_up(d)]
        if not growing:
            yield self.not_applicable("no table that grows by itself keeps personal data")
            return
        found = ending(prototype)
        if found is not None:
            shown = prototype.evidence("code", found)
            yield self.satisfied("prototype", "Something deletes what is old", shown)
            return
        tables = list(dict.fromkeys(d.holder for d in growing))
        more = f" and {len(tables) - 3} more" if len(tables) > 3 else ""
        message = (
            f"Nothing deletes old rows of {', '.join(tables[:3])}{more}, which hold personal data:"
            " after how long may they go?"
        )
        places = dict.fromkeys(d.location for d in growing)
        shown_all = [prototype.evidence("code", place) for place in list(places)[:3]]
        yield self.gap("prototype", message, *shown_all, confidence=Confidence.LOW)


def _piles_up(datum: PersonalDatum) -> bool:
    if datum.kind != "table" or datum.category is Category.PICTURE:
        return False
    return _GROWS.search(datum.holder) is not None
