"""Tables in which every signed-up user can change or forge rows of others, proven by doing it."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Attempt, Verb
from shipworthy.database.exposure import (
    Exposure,
    evidence,
    exposures,
    not_judged,
    refused,
    succeeded,
)
from shipworthy.database.private import is_log, is_notice
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.closing import closing
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.stated.rewritten import REWRITES
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.tables.idle import weighed_by_use
from shipworthy.remedy import Remedy, Review, Write

_ACTORS = (Actor.STRANGER, Actor.MEMBER)
_VERBS = (Verb.UPDATE, Verb.DELETE, Verb.INSERT)


class RowsWritableByAnyUser(
    Control,
    id="rows-writable-by-any-user",
    title="Data of others that every user can change",
    consequence="Whoever signs up can change or delete what belongs to other customers.",
    severity=Severity.HIGH,
    satisfies=("A08", "owasp:A01", "cwe:639", "cwe:863"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        without_login = succeeded(proof, (Actor.ANYBODY,), *_VERBS)
        for exposure in exposures(proof, _ACTORS, *_VERBS):
            known = {attempt.verb for attempt in without_login.get(exposure.target, ())}
            new = [attempt for attempt in exposure.attempts if attempt.verb not in known]
            if new:
                judged = self._judged(exposure, new, proof)
                yield weighed_by_use(judged, prototype, proof.schema)
        for target in refused(proof, _ACTORS, *_VERBS):
            yield self.satisfied(target, "Users change no rows of others", proof=Proof.PROVEN)
        for target, reason in not_judged(proof, _ACTORS, *_VERBS):
            yield self.unknown(target, reason)
        if not proof.replayed:
            yield self.not_tried()

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        proof = prototype.database
        sql = closing(proof, finding.subject, _ACTORS, *_VERBS) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if sql is None or path is None:
            return None
        summary = f"Let owners alone write {finding.subject}"
        return Remedy(summary, Review.CAREFUL, (Write(path, sql),))

    def _judged(self, exposure: Exposure, attempts: list[Attempt], proof: DatabaseProof) -> Finding:
        attempts = [a for a in attempts if not a.reason.startswith(REWRITES)] or attempts
        verbs = [v.value for v in _VERBS if v in {a.verb for a in attempts}]
        shown = evidence(attempts)
        if verbs == [Verb.INSERT.value] and not exposure.is_owned:
            message = "Every user may add rows; they belong to nobody"
            return self.satisfied(exposure.target, message, *shown, proof=proof.kind)
        if verbs == [Verb.INSERT.value] and exposure.is_founded:
            message = "Every user may found one of these; nobody changes those of others"
            return self.satisfied(exposure.target, message, *shown, proof=proof.kind)
        if all(attempt.reason.startswith(_IN_TENANT) for attempt in attempts):
            return self._in_tenant(exposure, attempts)
        if all(attempt.reason.startswith(REWRITES) for attempt in attempts):
            columns = ", ".join(dict.fromkeys(c for a in attempts for c in a.columns))
            message = f"Whoever receives a message can rewrite what it says: {columns} in {exposure.target}"
            # The rule is meant for marking it as read, and both sides see what becomes of it.
            severity = Severity.MEDIUM
            return self.gap(exposure.target, message, *shown, severity=severity, proof=proof.kind)
        who = min(attempt.actor.value for attempt in attempts).capitalize()
        who = who if proof.replayed else "Whoever signs up can"
        severity = Severity.HIGH
        if verbs == [Verb.INSERT.value]:
            slight = is_log(exposure.target) or is_notice(exposure.target)
            severity = Severity.MEDIUM if slight else Severity.HIGH
        elif exposure.is_private:
            severity = Severity.CRITICAL
        return self.gap(
            exposure.target,
            f"{who} {_told(verbs, exposure, proof.replayed)} in {exposure.target}",
            *shown,
            severity=severity,
            proof=proof.kind,
        )

    def _in_tenant(self, exposure: Exposure, attempts: list[Attempt]) -> Finding:
        """Rows of one's own that name the tenant of another: a gap where a key makes it a tenant."""
        shown = evidence(attempts)
        keys = exposure.table.foreign_keys if exposure.table else ()
        linked = {column for key in keys for column in key.columns}
        if not linked & set(exposure.ownership.tenant_columns):
            message = "Users add rows of their own alone"
            return self.satisfied(exposure.target, message, *shown, proof=Proof.PROVEN)
        message = (
            f"A fresh user added rows to {exposure.target} that belong to another's organisation"
        )
        return self.gap(exposure.target, message, *shown, severity=Severity.LOW, proof=Proof.PROVEN)


# How the attack tells a row of the caller that names another's tenant.
_IN_TENANT = "a row of one's own, in the tenant of another"


def _told(verbs: list[str], exposure: Exposure, done_so: bool) -> str:
    """ "changed and deleted rows of others and added rows in the name of others"."""
    words, added = (_DONE, "added") if done_so else (_DO, "add")
    done = " and ".join(words[verb] for verb in verbs if verb in words)
    parts = [f"{done} rows of others"] if done else []
    if Verb.INSERT.value in verbs:
        named = exposure.ownership.user_columns
        parts.append(f"{added} rows" + " in the name of others" * bool(named))
    return " and ".join(parts)


_DONE = {"update": "changed", "delete": "deleted"}
_DO = {"update": "change", "delete": "delete"}
