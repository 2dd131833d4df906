"""Requests of the server to addresses that a caller names."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Origin
from shipworthy.prototype.handlers.host_checks import ONLY_SCHEME
from shipworthy.prototype.handlers.reaching import (
    Subject,
    by_reach,
    is_live,
    is_trusted,
    reached,
    who,
)
from shipworthy.prototype.handlers.sent import HOLDS, free, spoken
from shipworthy.prototype.handlers.ways import way
from shipworthy.regex import regex


class ServerSideRequestForgery(
    Control,
    id="server-side-request-forgery",
    title="Server fetches any address a caller names",
    consequence="Whoever calls reaches internal services and the credentials of your cloud.",
    severity=Severity.HIGH,
    satisfies=("A46", "owasp:A01", "cwe:918"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.FETCH):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point asks other servers")

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        open_ones = [
            r for r in subject.effects if is_live(r[1]) and _named(r[1]) and not is_trusted(r[1])
        ]
        handler, effect = (open_ones or subject.effects)[0]
        if not open_ones:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(subject.name, "The host that is asked is fixed or checked", line)
        only = _little(effect)
        alone = _STANDS_ALONE.search(f"/{effect.path}") is not None
        gain = (
            "has your server call other sites, at your cost and in your name"
            if alone
            else "can reach internal services through your server"
        )
        worst = Severity.MEDIUM if alone else Severity.HIGH
        return self.gap(
            subject.name,
            f"{handler.name} fetches whatever address {spoken(_named(effect))} names{only},"
            f" so {who(handler, effect)} {gain}",
            *way(prototype, handler, effect),
            severity=by_reach(handler, effect, worst, Severity.MEDIUM, Severity.LOW),
        )


# Functions of a platform that have no network of the owner's beside them.
_STANDS_ALONE = regex(r"/supabase/functions/|/netlify/(edge-)?functions/")


def _little(effect: Effect) -> str:
    """What is checked of the address, where that leaves its host open."""
    if not free(effect, "url"):
        return ": only its protocol is checked"
    named = {str(o) for o in _named(effect)}
    holds = any(g.how == HOLDS and not g.about.isdisjoint(named) for g in effect.guards)
    return ": only that a known word stands in it is checked" if holds else ""


def _named(effect: Effect) -> tuple[Origin, ...]:
    """The inputs that decide which host is asked. A check of the protocol alone leaves every host."""
    return free(effect, "url", despite=ONLY_SCHEME)
