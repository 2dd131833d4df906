"""Sign-ups whose own metadata decides the new user's role, proven by signing up with a role."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.exposure import Exposure, evidence, exposures, refused
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.stated.given_to_newcomers import EVERYBODY
from shipworthy.database.stated.sign_ups import BY_ADDRESS
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.tables.powerless_roles import UNREAD, is_powerless

_ACTORS = (Actor.ANYBODY, Actor.STRANGER, Actor.MEMBER)


class SignUpDecidesRole(
    Control,
    id="sign-up-decides-role",
    title="The sign-up form decides the role",
    consequence="Whoever signs up can ask to be administrator, and becomes it.",
    severity=Severity.CRITICAL,
    satisfies=("A08", "owasp:A01", "cwe:269", "cwe:602"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        found = False
        for exposure in exposures(proof, _ACTORS, Verb.SIGN_UP):
            found = True
            reason = next((a.reason for a in exposure.attempts if a.reason), "a higher role")
            was = "was" if proof.replayed else "is"
            taken = f"Metadata sent with the sign-up {was} taken over"
            if exposure.columns == (BY_ADDRESS,):
                taken = "The address that a new user picks decides what he may do"
            elif all(EVERYBODY in attempt.reason for attempt in exposure.attempts):
                taken = "Whoever signs up is given rights over others"
            idle = not proof.replayed and _decides_nothing(prototype, exposure, proof)
            yield self.gap(
                exposure.target,
                f"{taken}: {reason}; {UNREAD}" if idle else f"{taken}: {reason}",
                *evidence(exposure.attempts),
                severity=Severity.LOW if idle else Severity.CRITICAL,
                proof=proof.kind,
            )
        for target in refused(proof, _ACTORS, Verb.SIGN_UP):
            found = True
            yield self.satisfied(
                target, "Metadata of a sign-up gives no rights", proof=Proof.PROVEN
            )
        if not proof.replayed:
            yield self.not_tried()
        elif not found:
            yield self.not_applicable("no function reads the metadata of a sign-up")


def _decides_nothing(prototype: Prototype, exposure: Exposure, proof: DatabaseProof) -> bool:
    """True where all that is taken over are roles that nobody reads, since rules go by another table."""
    places = [column.rpartition(".") for column in exposure.columns]
    found = [(proof.schema.tables.get(table), column) for table, _, column in places]
    return bool(found) and all(
        table is not None and is_powerless(prototype, proof.schema, table, column)
        for table, column in found
    )
