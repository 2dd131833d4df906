"""Variables of the server that hold what one user said, for all users."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.handlers.knowledge.kept_rows import OF_FILE
from shipworthy.prototype.handlers.reaching import Subject, is_live, reached
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.writes import KEPT_LIST
from shipworthy.regex import regex

_PRIVATE = regex(
    r"history|conversation|messages?|chat|memory|current_?user|logged_?in|session|cart|uploaded|last_(query|result|answer|user)|context|transcript"
    r"|answers|chain|user_?(data|id|info)",
    re.IGNORECASE,
)
"""Variables that hold what is one user's."""
_FOR_ALL = regex(r"cache|limit|count|config|pool|client|registry|lock|metrics|stats", re.IGNORECASE)


class SharedMutableState(
    Control,
    id="shared-mutable-state",
    title="One user's data in a variable for all",
    consequence="What one customer says or is shown turns up for the next one.",
    severity=Severity.HIGH,
    satisfies=("A05", "owasp:A06", "cwe:488"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.STATE):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point changes variables that outlive the request")

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        shared = [r for r in subject.effects if is_live(r[1]) and _is_private(*r)]
        handler, effect = (shared or subject.effects)[0]
        if not shared:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(
                subject.name, "What is kept is kept by its owner, or is nobody's", line
            )
        return self.gap(
            subject.name,
            f"{handler.name} keeps what the caller sends in {effect.target}, which all users share,"
            " so one user gets to see what another one said",
            *way(prototype, handler, effect),
        )


def _is_private(handler: Handler, effect: Effect) -> bool:
    """True for what a caller has sent, or a model answered, put where no key tells users apart."""
    if effect.literals.get("keyed") or not _PRIVATE.search(effect.target):
        return False
    if _FOR_ALL.search(effect.target):
        return False
    lists = {e.target for e in handler.effects if e.literals.get("store") == KEPT_LIST}
    return any(
        o.is_input
        or (o.kind in ("principal", "model", "row") and o.by != OF_FILE and o.name not in lists)
        for origins in effect.inputs.values()
        for o in origins
    )
