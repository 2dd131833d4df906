"""Tables whose private rows every signed-up user can read, proven by signing up and reading them."""

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
    succeeded,
    why_private,
)
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.closing import closing
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.asked import asked_by
from shipworthy.prototype.tables.idle import weighed_by_use
from shipworthy.prototype.tables.kept_secrets import kept_secrets
from shipworthy.remedy import Remedy, Review, Write

_ACTORS = (Actor.STRANGER, Actor.MEMBER)


class RowsReadableByAnyUser(
    Control,
    id="rows-readable-by-any-user",
    title="Private data open to every user",
    consequence="Whoever signs up can read the data of all other customers.",
    severity=Severity.HIGH,
    satisfies=("A08", "owasp:A01", "cwe:639", "cwe:359"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        without_login = succeeded(proof, (Actor.ANYBODY,), Verb.READ)
        for exposure in exposures(proof, _ACTORS, Verb.READ):
            if exposure.target not in without_login:
                yield weighed_by_use(
                    self._judged(prototype, exposure, proof), prototype, proof.schema
                )
        for target in refused(proof, _ACTORS, Verb.READ):
            yield self.satisfied(target, "Users see no rows of others", proof=Proof.PROVEN)
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
                exposure.target, f"Open to every user: {message}", *shown, proof=proof.kind
            )
        who = min(attempt.actor.value for attempt in exposure.attempts).capitalize()
        did = f"{who} read" if proof.replayed else "Whoever signs up can read"
        return self.gap(
            exposure.target,
            f"{did} rows of others from {exposure.target}: {private}",
            *shown,
            severity=Severity.CRITICAL if kept else _severity(exposure, private),
            proof=proof.kind,
        )


def _severity(exposure: Exposure, private: str) -> Severity:
    """Names alone are often meant to be seen by other users."""
    if exposure.secrets:
        return Severity.CRITICAL
    if private.startswith(DISCOUNTS):
        return Severity.MEDIUM
    if private.startswith(ANSWERS):
        return Severity.HIGH if exposure.at_stake else Severity.MEDIUM
    return Severity.MEDIUM if exposure.names_only else Severity.HIGH
