"""Policies that ask their own table and so make PostgreSQL refuse every query, seen when tried."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Attempt
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.judged import shown
from shipworthy.database.rules.names import spoken
from shipworthy.database.schema import Policy, Table
from shipworthy.finding import Evidence, Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex

_RECURSION = "42P17"
_RELATION = regex(r'relation "?([^"]+)"?')


class PolicyRecursion(
    Control,
    id="policy-recursion",
    title="Policy that asks its own table",
    consequence="Every query of the table fails, for everybody: the app is broken, not merely closed.",
    severity=Severity.HIGH,
    satisfies=("A08", "A37", "owasp:A10", "cwe:703"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        broken: dict[str, list[Attempt]] = {}
        for attempt in proof.attempts:
            if attempt.error.startswith(_RECURSION):
                broken.setdefault(_cause(proof, attempt), []).append(attempt)
        for cause, attempts in sorted(broken.items()):
            yield self._gap(prototype, proof, cause, attempts)
        if not broken:
            yield self.satisfied("policies", "No policy runs in a circle")

    def _gap(
        self, prototype: Prototype, proof: DatabaseProof, cause: str, attempts: list[Attempt]
    ) -> Finding:
        table = proof.schema.tables.get(cause)
        lines = [
            shown(prototype.evidence, policy.source, f'policy "{policy.name}" on {cause}')
            for policy in (_circular(table) if table else ())
        ]
        first = attempts[0]
        tried = Evidence("attack", f"{first.actor.value}: {first.statement} → {first.error}")
        others = sorted({a.target for a in attempts} - {cause})
        also = f", and with it those of {spoken(others)}" if others else ""
        message = f"A policy of {cause} leads back to {cause}: every query of it fails{also}"
        return self.gap(cause, message, *lines[:4], tried, proof=Proof.PROVEN)


def _cause(proof: DatabaseProof, attempt: Attempt) -> str:
    """The table that the error names, in whose policies the circle closes."""
    named = _RELATION.search(attempt.error)
    if named is None:
        return attempt.target
    schema = attempt.target.partition(".")[0]
    name = named[1] if "." in named[1] else f"{schema}.{named[1]}"
    return name if name in proof.schema.tables else attempt.target


def _circular(table: Table) -> Iterator[Policy]:
    """Its policies that select from the table itself, or all that select from anything."""
    asking = [p for p in table.policies if "SELECT" in f"{p.using} {p.check}".upper()]
    own = re.compile(rf'\bFROM\s+\(*(?:"?\w+"?\.)?"?{re.escape(table.name)}\b', re.IGNORECASE)
    yield from [p for p in asking if own.search(f"{p.using} {p.check}")] or asking
