"""Columns that give power and that users can set on their own row, proven by setting them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Attempt, Verb
from shipworthy.database.exposure import Exposure, evidence, exposures, refused, succeeded
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.closing import close_columns
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.seed.sign_up import USERS
from shipworthy.database.stated.approvals import FOR_ALL_OF_US
from shipworthy.database.stated.bans import bars
from shipworthy.database.stated.circling import when
from shipworthy.database.stated.colleagues import OF_COLLEAGUES
from shipworthy.database.stated.of_the_system import MEANT
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.tables.powerless_roles import (
    READ_BY_NOBODY,
    UNREAD,
    is_powerless,
    is_read_by_nobody,
)
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
            idle = "" if proof.replayed else _idle(prototype, exposure, proof)
            yield self.gap(
                exposure.target,
                _told(exposure, proof.replayed, idle),
                *evidence(exposure.attempts),
                severity=_severity(prototype, exposure, proof, idle),
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


def _told(exposure: Exposure, tried: bool, idle: str) -> str:
    columns = ", ".join(exposure.columns)
    if tried:
        return f"A user who had just signed up set {columns} on their own row of {exposure.target}"
    if exposure.target == USERS:
        return f"Rules of row security trust {columns}, which every user writes himself"
    if idle:
        return f"Every user can set {columns} on his own row of {exposure.target}; {idle}"
    if not columns and all(attempt.reason == MEANT for attempt in exposure.attempts):
        return f"Every user can write rows about himself in {exposure.target}, by a rule {MEANT}"
    if not columns:
        sold = ", ".join(table for attempt in exposure.attempts for table in attempt.tables)
        return f"Every user can add a row to {exposure.target} as if he had paid for it ({sold})"
    if all(attempt.reason.endswith(OF_COLLEAGUES) for attempt in exposure.attempts):
        return f"Every member of an organisation can set {columns} on its rows in {exposure.target}"
    of_all = all(attempt.reason.endswith(FOR_ALL_OF_US) for attempt in exposure.attempts)
    whose = "the row of his own organisation" if of_all else "a row about himself"
    told = f"Every user can set {columns} on {whose} in {exposure.target}"
    return f"{told}{when(exposure.attempts)}"


def _severity(
    prototype: Prototype, exposure: Exposure, proof: DatabaseProof, idle: str
) -> Severity:
    """To rule over others is worse than to get for nothing what others pay for; a ban that neither a rule nor
    the server asks for shuts out nobody."""
    if proof.replayed:
        return Severity.CRITICAL
    if when(exposure.attempts):
        return Severity.HIGH
    columns = exposure.columns
    if idle:
        return Severity.LOW if idle == UNREAD else Severity.MEDIUM
    if not columns and exposure.target.endswith("transactions"):
        return Severity.MEDIUM  # the amounts stand elsewhere, too
    powers = {power_of(column.rpartition(".")[2]) for column in columns}
    if Power.ROLE in powers or any("admin" in column for column in columns):
        return Severity.CRITICAL
    bans_alone = columns and all(
        bars(exposure.table, column) and not _is_asked(prototype, exposure.target, column, proof)
        for column in columns
    )
    if columns and powers == {Power.PLAN} and not _is_sold(prototype, exposure, proof):
        return Severity.MEDIUM
    return Severity.MEDIUM if bans_alone else Severity.HIGH


def _is_sold(prototype: Prototype, exposure: Exposure, proof: DatabaseProof) -> bool:
    """True where the server may ask for the plan, or gives it to somebody who has paid."""
    names = [column.rpartition(".")[2] for column in exposure.columns]
    if not _SELLERS.isdisjoint(prototype.stack.services):
        return True
    if any(_is_asked(prototype, exposure.target, name, proof) for name in names):
        return True
    written = {name for h in prototype.handlers for e in h.effects for name in e.inputs}
    return any(f"value:{name}" in written for name in names) or "value:*" in written


_SELLERS = frozenset(
    "stripe paddle paypal lemonsqueezy razorpay mercadopago polar revenuecat".split()
)


def _idle(prototype: Prototype, exposure: Exposure, proof: DatabaseProof) -> str:
    """Why roles decide nothing; "" where they may."""
    table, columns, schema = exposure.table, exposure.columns, proof.schema
    if table is None or not columns:
        return ""
    if all(is_powerless(prototype, schema, table, column) for column in columns):
        return UNREAD
    unread = all(is_read_by_nobody(prototype, schema, table, column) for column in columns)
    return READ_BY_NOBODY if unread else ""


def _is_asked(prototype: Prototype, table: str, column: str, proof: DatabaseProof) -> bool:
    """True where a rule, a function or code of the server may look at a column of this table."""
    name = table.rpartition(".")[2]
    named = re.compile(rf"\b{re.escape(column)}\b")
    whose = re.compile(rf"(?<!auth\.)\b{re.escape(name)}\b")
    tables = proof.schema.tables.values()
    rules = ((t, text) for t in tables for policy in t.policies for text in expressions(policy))
    if any(named.search(x) and (t.qualified == table or whose.search(x)) for t, x in rules):
        return True
    bodies = (f.body for f in proof.schema.functions.values())
    if any(named.search(text) and whose.search(text) for text in bodies):
        return True
    reads = (e for h in prototype.handlers for e in h.effects if e.operation == "select")
    asked = {e.literals.get("columns", "*") for e in reads if e.target.rpartition(".")[2] == name}
    return any("*" in text or named.search(text) for text in asked)


def _columns(attempts: Iterable[Attempt]) -> list[str]:
    return [column for attempt in attempts for column in attempt.columns]
