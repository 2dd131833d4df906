"""Sign-ups whose own metadata decides the new user's role, proven by signing up with a role."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.exposure import evidence, exposures, refused
from shipworthy.database.stated.sign_ups import BY_ADDRESS
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype

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
            yield self.gap(
                exposure.target,
                f"{taken}: {reason}",
                *evidence(exposure.attempts),
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
