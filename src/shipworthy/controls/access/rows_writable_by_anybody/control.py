"""Tables whose rows anybody can change, delete or forge with the public key, proven by doing it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.exposure import Exposure, evidence, exposures, not_judged, refused
from shipworthy.database.private import is_counted_by_visitors, is_log, is_soon_made_again
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.closing import closing
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.stated.choosing import chosen
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.tables.idle import weighed_by_use
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

# What the server notes to do its work: counts of calls, answers that it can find again.
_AT_WORK = regex(r"(^|[._])((rate|request|auth_rate)_?limits?|rate_?limiting|cache|cached_\w+)$")
_ACTORS = (Actor.ANYBODY,)
_VERBS = (Verb.UPDATE, Verb.DELETE, Verb.INSERT)


class RowsWritableByAnybody(
    Control,
    id="rows-writable-by-anybody",
    title="Data that anybody can change",
    consequence="Anyone on the internet can change, delete or forge this data without signing in.",
    severity=Severity.CRITICAL,
    satisfies=("A08", "owasp:A01", "cwe:284", "cwe:862"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        for exposure in exposures(proof, _ACTORS, *_VERBS):
            judged = self._judged(exposure, prototype, proof)
            yield weighed_by_use(judged, prototype, proof.schema)
        for target in refused(proof, _ACTORS, *_VERBS):
            yield self.satisfied(target, "Nobody writes without signing in", proof=Proof.PROVEN)
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

    def _judged(self, exposure: Exposure, prototype: Prototype, proof: DatabaseProof) -> Finding:
        verbs = [v.value for v in _VERBS if v in {a.verb for a in exposure.attempts}]
        shown = evidence(exposure.attempts)
        founded = verbs == [Verb.INSERT.value] and exposure.is_founded
        account = verbs == [Verb.INSERT.value] and _is_account(exposure)
        free = chosen(proof.schema, exposure.table, Actor.ANYBODY)
        if verbs == [Verb.INSERT.value] and (founded or not exposure.ownership.user_columns):
            counted = is_counted_by_visitors(exposure.target)
            if counted or (_is_form(exposure.target, prototype) and not free.columns):
                message = "Visitors may add rows, as its form or counter needs; they change none"
                return self.satisfied(exposure.target, message, *shown, proof=proof.kind)
            severity = Severity.LOW if founded else Severity.MEDIUM
            severity = Severity.HIGH if free.paid else severity
        elif verbs == [Verb.INSERT.value]:
            lesser = account or is_log(exposure.target)
            severity = Severity.MEDIUM if lesser else Severity.HIGH
        else:
            soon = is_soon_made_again(exposure.target) or is_log(exposure.target)
            soon = soon or bool(_AT_WORK.search(exposure.target))
            severity = Severity.HIGH if soon else Severity.CRITICAL
        done = " and ".join(_DONE[verb] for verb in verbs)
        if "insert" in verbs and exposure.ownership.user_columns and not (founded or account):
            done += " in the name of others"
        elif verbs == [Verb.INSERT.value] and free.columns:
            done += f" that choose their own {', '.join(free.columns)}"
        were = "were" if proof.replayed else "can be"
        message = f"Without signing in, rows of {exposure.target} {were} {done}"
        return self.gap(exposure.target, message, *shown, severity=severity, proof=proof.kind)


def _is_account(exposure: Exposure) -> bool:
    """True for accounts of the prototype's own that whoever comes makes; administrators are none."""
    return exposure.is_own_account and not _ADMINISTRATORS.search(exposure.target)


_ADMINISTRATORS = regex(r"admin|staff|role|permission", re.IGNORECASE)


def _is_form(target: str, prototype: Prototype) -> bool:
    """True where the prototype's own code sends rows to this table: a contact form, a waiting list."""
    name = target.partition(".")[2]
    return any(
        q.table == name
        and q.operation in ("insert", "upsert")
        and q.library == "supabase"
        and not _has_all_rights(prototype, q.location.path)
        for q in prototype.queries
    )


def _has_all_rights(prototype: Prototype, path: str) -> bool:
    """True for code of the server that no rule holds back: it needs none that lets visitors add rows."""
    source = prototype.files.get(path)
    return source is not None and _MASTER_KEY.search(source.text or "") is not None


_MASTER_KEY = regex(r"SERVICE_ROLE|SUPABASE_SERVICE_KEY|SUPABASE_SECRET_KEY")


_DONE = {"update": "changed", "delete": "deleted", "insert": "added"}
