"""Accounts that nobody can delete."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.rights import accounts_of, anybody_makes, erasing

_SHOWN = 3  # kinds of data that are named


class NoAccountDeletion(
    Control,
    id="no-account-deletion",
    title="No way to delete an account",
    consequence="Someone asks you to delete their data, and you have a month and no button for it.",
    severity=Severity.MEDIUM,
    satisfies=("G08", "gdpr:17"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        accounts = accounts_of(prototype)
        kept = [d for d in prototype.personal_data if d.kind == "table"]
        if accounts is None or not kept:
            yield self.not_applicable("no accounts with personal data were seen in the code")
            return
        found = erasing(prototype)
        if found is not None:
            shown = prototype.evidence("code", found)
            yield self.satisfied("prototype", "Something deletes accounts or people's rows", shown)
            return
        evidence = [prototype.evidence("code", accounts.location)]
        evidence += [prototype.evidence("code", kept[0].location)]
        if accounts.service:
            message = (
                f"People sign up, and nothing in the code deletes an account: does somebody do it by hand"
                f" in {accounts.service} when asked, with all that hangs on it?"
            )
            yield self.gap(
                "prototype",
                message,
                *evidence,
                severity=Severity.LOW,
                confidence=Confidence.LOW,
            )
            return
        kinds = sorted({d.category.value for d in kept})
        more = " and more" if len(kinds) > _SHOWN else ""
        message = (
            f"Accounts are kept in an own table, the database holds {', '.join(kinds[:_SHOWN])}{more},"
            " and nothing in the code deletes an account"
        )
        severity = self.severity if len(kinds) > 1 else Severity.LOW
        by_staff = not anybody_makes(prototype, accounts)
        if accounts.used and by_staff:
            message = f"{message}: does staff do it by hand, as it makes the accounts?"
        # A template's table else, or accounts that staff alone makes.
        own = accounts.used and not by_staff
        sure = Confidence.MEDIUM if own else Confidence.LOW
        yield self.gap("prototype", message, *evidence, severity=severity, confidence=sure)
