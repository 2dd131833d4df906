"""Tables whose private rows anybody can read with the public key, proven by reading them."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.exposure import (
    ANSWERS,
    DISCOUNTS,
    Exposure,
    evidence,
    exposures,
    not_judged,
    refused,
    why_private,
)
from shipworthy.database.private import is_soon_made_again
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.closing import closing
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.asked import asked_by
from shipworthy.prototype.tables.idle import weighed_by_use
from shipworthy.prototype.tables.kept_secrets import kept_secrets
from shipworthy.remedy import Remedy, Review, Write

_ACTORS = (Actor.ANYBODY,)


class RowsReadableByAnybody(
    Control,
    id="rows-readable-by-anybody",
    title="Private data open to anybody",
    consequence="Anyone on the internet can read these rows without signing in.",
    severity=Severity.HIGH,
    satisfies=("A08", "owasp:A01", "cwe:284", "cwe:359"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        for exposure in exposures(proof, _ACTORS, Verb.READ):
            yield weighed_by_use(self._judged(prototype, exposure, proof), prototype, proof.schema)
        for target in refused(proof, _ACTORS, Verb.READ):
            yield self.satisfied(target, "Nobody reads it without signing in", proof=Proof.PROVEN)
        for target, reason in not_judged(proof, _ACTORS, Verb.READ):
            yield self.unknown(target, reason)
        if not proof.replayed:
            yield self.not_tried()

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        proof = prototype.database
        asked = asked_by(prototype, finding.subject)
        sql = closing(proof, finding.subject, _ACTORS, Verb.READ, asked=asked) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if sql is None or path is None:
            return None
        summary = f"Let owners alone read {finding.subject}"
        return Remedy(summary, Review.CAREFUL, (Write(path, sql),))

    def _judged(self, prototype: Prototype, exposure: Exposure, proof: DatabaseProof) -> Finding:
        shown = evidence(exposure.attempts)
        declared = exposure.target in proof.declared_public
        kept = kept_secrets(prototype, exposure.table)
        private = kept or why_private(exposure)
        if declared or private is None:
            message = "declared public" if declared else "names no person, secret or private record"
            return self.satisfied(
                exposure.target, f"Open to anybody: {message}", *shown, proof=proof.kind
            )
        were = "were" if proof.replayed else "can be"
        return self.gap(
            exposure.target,
            f"Without signing in, rows of others {were} read from {exposure.target}: {private}",
            *shown,
            severity=Severity.CRITICAL if kept else _severity(exposure, private),
            proof=proof.kind,
        )


def _severity(exposure: Exposure, private: str) -> Severity:
    """Names alone are often meant to be seen, other personal data and secrets never; numbers of payers
    weigh as private records do."""
    if exposure.secrets:
        return Severity.CRITICAL
    if private.startswith(DISCOUNTS):
        return Severity.MEDIUM
    if private.startswith(ANSWERS):
        return Severity.HIGH if exposure.at_stake else Severity.MEDIUM
    if exposure.names_only or (is_soon_made_again(exposure.target) and not exposure.personal):
        return Severity.MEDIUM
    return Severity.HIGH if exposure.reaches_nobody else Severity.CRITICAL
