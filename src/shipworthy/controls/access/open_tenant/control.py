"""Tenants that outsiders can enter by themselves, proven by joining one and reading its rows."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.exposure import Exposure, evidence, exposures, refused
from shipworthy.database.stated.circling import CIRCLE, when
from shipworthy.database.stated.memberships import is_shared
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
            reasons = (a.reason for a in exposure.attempts)
            reason = next((r for r in reasons if r not in ("", CIRCLE)), "")
            held = bool(reason) and not proof.replayed
            later = when(exposure.attempts)
            yield self.gap(
                exposure.target,
                _across(exposure, reason) if held else _told(exposure, proof.replayed) + later,
                *evidence(exposure.attempts),
                severity=Severity.HIGH if held or later or _shared(exposure) else self.severity,
                proof=proof.kind,
            )
        for target in refused(proof, _ACTORS, Verb.JOIN):
            found = True
            yield self.satisfied(target, "Outsiders cannot add themselves", proof=Proof.PROVEN)
        if not proof.replayed:
            yield self.not_tried()
        elif not found:
            yield self.not_applicable("no table says who belongs to which organisation")


def _told(exposure: Exposure, tried: bool) -> str:
    columns = f" by setting {', '.join(exposure.columns)}" if exposure.columns else ""
    did = "A user who had just signed up joined" if tried else "Any user can join"
    what = exposure.columns[0].rpartition("_")[0] if _shared(exposure) else "organisation"
    return f"{did} somebody else's {what}{columns}"


def _shared(exposure: Exposure) -> bool:
    return bool(exposure.columns) and all(is_shared(column) for column in exposure.columns)


def _across(exposure: Exposure, reason: str) -> str:
    whose = f"the rows of all others in {exposure.target}"
    return f"Whoever has a role in one organisation reaches {whose}: {reason}"
