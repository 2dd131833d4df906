"""Database functions that hand out or change the data of others to whoever calls them."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.exposure import (
    Exposure,
    evidence,
    exposures,
    refused,
    succeeded,
    unclear,
)
from shipworthy.database.private import (
    is_name_column,
    is_payer_number,
    is_personal_column,
    is_private_record,
    is_secret_column,
)
from shipworthy.database.rules.closing import close_function
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.stated.adding import ADDS
from shipworthy.database.stated.beside_tables import TAKES_OUT
from shipworthy.database.stated.functions import PICKS
from shipworthy.database.stated.raising import RAISES
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_ACTORS = (Actor.ANYBODY, Actor.STRANGER, Actor.MEMBER)
_LOG = regex(r"(^|[._])(logs?|audits?|events?|attempts|history|notifications?|analytics|metrics)$")
_COUNTS = regex(
    r"\.((check|get|ensure)_and_)?(increment|incr|track|log|record|register|touch|count|bump)_"
)
# To record what somebody has earned or paid is more than to count.
_MONEY = regex(
    r"(^|[._])(earnings?|balances?|wallets?|payouts?|payments?|\w*fees|commissions?|revenues?|\w*credits|ledger|coins)$"
)
_ANEW = regex(
    r"\.(refresh|recalc|recalculate|recompute|rebuild|reaggregate)_\w+\((uuid|bigint|integer)?\)$"
)
"""What is reckoned again from rows that are there: nothing of it comes from who calls."""


class ExposedFunction(
    Control,
    id="exposed-function",
    title="Database function that anyone may call",
    consequence="A call from the browser reads or changes data past all the rules of the tables.",
    severity=Severity.HIGH,
    satisfies=("A08", "A54", "owasp:A01", "cwe:862", "cwe:285"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        found = False
        for exposure in exposures(proof, _ACTORS, Verb.CALL):
            found = True
            yield self._gap(exposure) if proof.replayed else self._stated(exposure)
        for target in refused(proof, _ACTORS, Verb.CALL):
            found = True
            yield self.satisfied(
                target, "Calls by others brought and changed nothing", proof=Proof.PROVEN
            )
        for target, reason in unclear(proof, _ACTORS, Verb.CALL):
            found = True
            yield self.unknown(target, reason)
        if not proof.replayed:
            yield self.not_tried()
        elif not found:
            yield self.not_applicable("no function can be called from the browser")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        proof = prototype.database
        function = proof.schema.functions.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or function is None or path is None:
            return None
        by_users = finding.subject in succeeded(proof, (Actor.STRANGER, Actor.MEMBER), Verb.CALL)
        called = any(q.operation == "rpc" and q.table == function.name for q in prototype.queries)
        if by_users and called:
            return None  # the app needs it: only a person can say whom it may serve
        sql = close_function(function, signed_in=not called)
        summary = f"Take the right to call {finding.subject} from the browser"
        return Remedy(summary, Review.CAREFUL, (Write(path, sql),))

    def _stated(self, exposure: Exposure) -> Finding:
        """What its text says that a call does; nobody made one."""
        attempts = exposure.attempts
        anybody = any(attempt.actor is Actor.ANYBODY for attempt in attempts)
        written = sorted({table for attempt in attempts for table in attempt.written})
        who = "Without signing in, anybody" if anybody else "Any user"
        does = f"changes rows in {', '.join(written)} and " if written else ""
        if exposure.columns:
            does = f"returns {', '.join(exposure.columns[:4])} and "
        message = f"{who} can call {exposure.target}, which {does}{attempts[0].reason}"
        logs = bool(written) and all(_LOG.search(table) for table in written)
        target = exposure.target
        slight = logs or bool(_COUNTS.search(target)) or bool(_ANEW.search(target))
        harmless = not exposure.columns and slight and not any(map(_MONEY.search, written))
        severity = _severity(anybody, harmless=harmless)
        added = bool(written) and not any(attempt.rows for attempt in attempts)
        if added and not harmless and not any(map(is_private_record, written)):
            severity = Severity.MEDIUM
        if severity is Severity.CRITICAL and all(
            a.reason.startswith((PICKS, ADDS)) for a in attempts
        ):
            severity = Severity.HIGH  # a key of a row has to be known first
        if all(a.reason == TAKES_OUT for a in attempts):
            severity = Severity.HIGH
        if any(a.reason.startswith(RAISES) for a in attempts):
            severity = Severity.CRITICAL
        if not written and exposure.columns and all(map(_opens_little, exposure.columns)):
            severity = Severity.MEDIUM
        return self.gap(exposure.target, message, *evidence(attempts), severity=severity)

    def _gap(self, exposure: Exposure) -> Finding:
        attempts = exposure.attempts
        anybody = any(attempt.actor is Actor.ANYBODY for attempt in attempts)
        written = sorted({table for attempt in attempts for table in attempt.written})
        delicate = [c for c in exposure.columns if is_secret_column(c) or is_personal_column(c, "")]
        call = f"call of {exposure.target}"
        who = f"Without signing in, a {call}" if anybody else f"A {call} by any user"
        changed = f"changed rows of others in {', '.join(written)}" if written else ""
        columns = f" ({', '.join(delicate[:4])})" if delicate else ""
        handed = "" if written and not delicate else f"returned data of others{columns}"
        did = " and ".join(part for part in (handed, changed) if part)
        logs = bool(written) and all(_LOG.search(table) for table in written)
        counts = bool(_COUNTS.search(exposure.target))
        severe = anybody and (written or delicate)
        return self.gap(
            exposure.target,
            f"{who} {did}",
            *evidence(attempts),
            severity=_severity(bool(severe), harmless=not delicate and (logs or counts)),
            proof=Proof.PROVEN,
        )


def _opens_little(column: str) -> bool:
    """True for names of people, often shown to others on purpose, and numbers of payers, which open nothing
    without the provider's key."""
    return is_name_column(column) or is_payer_number(column)


def _severity(severe: bool, harmless: bool) -> Severity:
    """Lines in a log and counters that anyone can forge mislead, but give nothing away."""
    if harmless:
        return Severity.LOW
    return Severity.CRITICAL if severe else Severity.HIGH
