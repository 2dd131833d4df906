"""Columns that give power and that users can set on their own row, proven by setting them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Attempt, Verb
from shipworthy.database.exposure import Exposure, evidence, exposures, refused, succeeded
from shipworthy.database.rules.closing import close_columns
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.seed.sign_up import USERS
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.remedy import Remedy, Review, Write

_INSERT = "insert into"
_ACTORS = (Actor.STRANGER, Actor.MEMBER)


class SelfPromotion(
    Control,
    id="self-promotion",
    title="Users can give themselves rights",
    consequence="Any user can become administrator, or take a paid plan, with one request.",
    severity=Severity.CRITICAL,
    satisfies=("A08", "owasp:A01", "cwe:269", "cwe:915"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        found = False
        for exposure in exposures(proof, _ACTORS, Verb.PROMOTE):
            found = True
            yield self.gap(
                exposure.target,
                _told(exposure, proof.replayed),
                *evidence(exposure.attempts),
                severity=self.severity if proof.replayed else _severity(exposure.columns),
                proof=proof.kind,
            )
        for target in refused(proof, _ACTORS, Verb.PROMOTE):
            found = True
            yield self.satisfied(
                target, "Users cannot raise their own rights here", proof=Proof.PROVEN
            )
        if not proof.replayed:
            yield self.not_tried()
        elif not found:
            yield self.not_applicable("no column of a user's own row gives rights")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        proof = prototype.database
        table = proof.schema.tables.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or table is None or path is None:
            return None
        attempts = succeeded(proof, _ACTORS, Verb.PROMOTE).get(finding.subject, ())
        added = [a for a in attempts if _INSERT in a.statement]
        changed = [a for a in attempts if a not in added]
        sql = close_columns(table, _columns(changed), _columns(added))
        if sql is None:
            return None
        summary = f"Let users change their own row of {finding.subject}, but not their rights"
        return Remedy(summary, Review.CAREFUL, (Write(path, sql),))


def _told(exposure: Exposure, tried: bool) -> str:
    columns = ", ".join(exposure.columns)
    if tried:
        return f"A user who had just signed up set {columns} on their own row of {exposure.target}"
    if exposure.target == USERS:
        return f"Rules of row security trust {columns}, which every user writes himself"
    if not columns:
        sold = ", ".join(table for attempt in exposure.attempts for table in attempt.tables)
        return f"Every user can add a row to {exposure.target} as if he had paid for it ({sold})"
    return f"Every user can set {columns} on a row about himself in {exposure.target}"


def _severity(columns: Iterable[str]) -> Severity:
    """To rule over others is worse than to get for nothing what others pay for."""
    powers = {power_of(column.rpartition(".")[2]) for column in columns}
    rules = Power.ROLE in powers or any("admin" in column for column in columns)
    return Severity.CRITICAL if rules else Severity.HIGH


def _columns(attempts: Iterable[Attempt]) -> list[str]:
    return [column for attempt in attempts for column in attempt.columns]
