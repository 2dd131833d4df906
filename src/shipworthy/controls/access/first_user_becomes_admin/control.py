"""Databases that make the first sign-up an administrator, proven by being first."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.exposure import evidence
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype


class FirstUserBecomesAdmin(
    Control,
    id="first-user-becomes-admin",
    title="The first to sign up becomes administrator",
    consequence="In a fresh production database, the first stranger to find the page takes it over.",
    severity=Severity.MEDIUM,
    satisfies=("A08", "owasp:A06", "cwe:269"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        first = proof.first_user
        if not first:
            yield self.not_applicable("the first user gets no more rights than the second")
            return
        for attempt in first:
            yield self.gap(
                attempt.target,
                f"The first user got more rights than the second: {attempt.reason}",
                *evidence([attempt]),
                proof=Proof.PROVEN,
            )
