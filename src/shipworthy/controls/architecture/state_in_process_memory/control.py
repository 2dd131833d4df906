"""Limits, sessions and jobs that a server keeps in the memory of one process."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.homes import home_of
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.state.held import Held, Use
from shipworthy.regex import regex

_FUNCTIONS = regex(r"(^|/)(supabase|netlify)/(edge-)?functions/")
_OWN_MACHINE = regex(r"(^|[/._-])(local|dev|mock|demo|fallback)", re.IGNORECASE)
_WHAT = {
    Use.LIMIT: "counts requests",
    Use.SESSION: "keeps who is signed in, or which codes were sent,",
    Use.JOB: "keeps work that is under way",
}
_SO = {
    Use.LIMIT: "each instance that the host starts counts from zero, so the limit is higher than it says",
    Use.SESSION: "the next request meets another instance, which knows nothing of it",
    Use.JOB: "the host ends the instance, and the work is lost",
}


class StateInProcessMemory(
    Control,
    id="state-in-process-memory",
    title="State in the memory of one process",
    consequence="What one instance of the server remembers, the others do not: limits and logins fail.",
    severity=Severity.MEDIUM,
    satisfies=("A05", "H17", "H10", "cwe:1058"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        where = sides(prototype)
        nothing = True
        for held in prototype.held:
            path = held.location.path
            if held.use is Use.OTHER or path in prototype.by_hand or path in prototype.abandoned:
                continue
            if where.get(path) is Side.SERVER and not _OWN_MACHINE.search(path):
                nothing = False
                yield self._judge(prototype, held)
        if nothing:
            yield self.not_applicable("no module keeps limits, sessions, jobs or copies in memory")

    def _judge(self, prototype: Prototype, held: Held) -> Finding:
        subject = f"{held.location.path}#{held.name}"
        shown = _lines(prototype, held)
        if held.use is Use.CACHE:
            return self.satisfied(subject, "A copy, or what belongs to this very process", *shown)
        if held.beside:
            reason = (
                f"{held.name} may only stand in where the store that all instances share is missing"
            )
            return self.unknown(subject, reason, *shown)
        if held.name == "express-session":
            message = (
                "express-session keeps its sessions in memory: every deployment signs everybody out,"
                " and its own manual says not to use that store in production"
            )
            return self.gap(subject, message, *shown)
        if _is_serverless(prototype, held.location.path):
            doubt = Confidence.LOW if held.use is Use.JOB else Confidence.HIGH
            message = f"{held.name} {_WHAT[held.use]} in memory: {_SO[held.use]}"
            return self.gap(subject, message, *shown, confidence=doubt)
        message = (
            f"{held.name} {_WHAT[held.use]} in memory: does the server only ever run as one process,"
            " and may it forget this when it is restarted?"
        )
        low = Confidence.LOW
        return self.gap(subject, message, *shown, severity=Severity.LOW, confidence=low)


def _is_serverless(prototype: Prototype, path: str) -> bool:
    """True for functions of a platform and for Next.js, unless a container runs it."""
    if _FUNCTIONS.search(path):
        return True
    part = home_of(prototype, path)
    return part is not None and "next" in part.frameworks and not prototype.delivery.containers


def _lines(prototype: Prototype, held: Held) -> list[Evidence]:
    places = dict.fromkeys((held.location, held.filled))
    return [prototype.evidence("code", place) for place in places]
