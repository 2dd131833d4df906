"""Columns that give power and that users can set on their own row, proven by setting them."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.exposure import evidence, exposures, refused
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype

_ACTORS = (Actor.STRANGER, Actor.MEMBER)


class SelfPromotion(
    Control,
    id="self-promotion",
    title="Users can give themselves rights",
    consequence="Any user can become administrator, or take a paid plan, with one request.",
    severity=Severity.CRITICAL,
    satisfies=("A08", "owasp:A01", "cwe:269", "cwe:915"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        found = False
        for exposure in exposures(proof, _ACTORS, Verb.PROMOTE):
            found = True
            columns = ", ".join(exposure.columns)
            yield self.gap(
                exposure.target,
                f"A user who had just signed up set {columns} for their own account",
                *evidence(exposure.attempts),
                proof=Proof.PROVEN,
            )
        for target in refused(proof, _ACTORS, Verb.PROMOTE):
            found = True
            yield self.satisfied(
                target, "Users cannot raise their own rights here", proof=Proof.PROVEN
            )
        if not found:
            yield self.not_applicable("no column of a user's own row gives rights")
