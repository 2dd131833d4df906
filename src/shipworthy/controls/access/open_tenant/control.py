"""Tenants that outsiders can enter by themselves, proven by joining one and reading its rows."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.exposure import evidence, exposures, refused
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype

_ACTORS = (Actor.STRANGER, Actor.MEMBER)


class OpenTenant(
    Control,
    id="open-tenant",
    title="Users can join any organisation",
    consequence="A stranger can enter a customer's organisation and read all that it has.",
    severity=Severity.CRITICAL,
    satisfies=("A08", "owasp:A01", "cwe:639", "cwe:284"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        found = False
        for exposure in exposures(proof, _ACTORS, Verb.JOIN):
            found = True
            columns = f" by setting {', '.join(exposure.columns)}" if exposure.columns else ""
            did = "A user who had just signed up joined" if proof.replayed else "Any user can join"
            yield self.gap(
                exposure.target,
                f"{did} somebody else's organisation{columns}",
                *evidence(exposure.attempts),
                proof=proof.kind,
            )
        for target in refused(proof, _ACTORS, Verb.JOIN):
            found = True
            yield self.satisfied(target, "Outsiders cannot add themselves", proof=Proof.PROVEN)
        if not proof.replayed:
            yield self.not_tried()
        elif not found:
            yield self.not_applicable("no table says who belongs to which organisation")
