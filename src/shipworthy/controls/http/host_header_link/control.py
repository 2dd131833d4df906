"""Links in mails, and redirects, that lead wherever a header of the request says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.behind import is_behind
from shipworthy.prototype.edge.evidence import Edge
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Origin
from shipworthy.prototype.handlers.reaching import Subject, is_live, is_trusted, reached
from shipworthy.prototype.handlers.ways import way
from shipworthy.regex import regex

_HEADERS = regex(r"^(host|origin|x-forwarded-host|referer)$", re.IGNORECASE)
_MAIL = (
    "html",
    "text",
    "content",
    "htmlContent",
    "textContent",
    "personalizations",
    "body",
    "link",
)


class HostHeaderLink(
    Control,
    id="host-header-link",
    title="Link built from a header of the request",
    consequence="A mail from you, such as a password reset, carries a link to an attacker's site.",
    severity=Severity.MEDIUM,
    satisfies=("A46", "owasp:A05", "cwe:644"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.EMAIL, EffectKind.REDIRECT):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point sends links or redirects")

    def closed_by_proxy(self, prototype: Prototype, finding: Finding, edge: Edge) -> str:
        """It refuses foreign names in Host and takes X-Forwarded-Host away; Origin and Referer it cannot."""
        if not edge.held("hosts", "identity"):
            return ""
        for subject in reached(prototype.handlers, EffectKind.EMAIL, EffectKind.REDIRECT):
            if subject.name != finding.subject:
                continue
            steered = [r for r in subject.effects if is_live(r[1]) and not is_trusted(r[1])]
            names = {o.key.lower() for _, effect in steered for o in _headers(effect)}
            behind = all(is_behind(prototype, h.location.path) for h, _ in steered)
            if steered and behind and names and names <= {"host", "x-forwarded-host"}:
                return (
                    "requests with a foreign Host were refused, and X-Forwarded-Host never arrived"
                )
        return ""

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        steered = [r for r in subject.effects if is_live(r[1]) and _headers(r[1])]
        steered = [r for r in steered if not is_trusted(r[1])]
        handler, effect = (steered or subject.effects)[0]
        if not steered:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(subject.name, "Links lead to a configured address", line)
        mail = effect.kind is EffectKind.EMAIL
        header = _headers(effect)[0].key.title()
        what = "a mail with a link" if mail else "visitors"
        then = "the reader's link" if mail else "the visitor"
        # To readers of what is his own a user may write whatever he likes without a header.
        own = effect.has(Check.SESSION) and effect.has(Check.OWNER)
        return self.gap(
            subject.name,
            f"{handler.name} sends {what} to the address in the header {header},"
            f" so an attacker who sets it leads {then} to a site of his own",
            *way(prototype, handler, effect),
            severity=Severity.MEDIUM if mail else Severity.LOW,
            confidence=Confidence.LOW if own else Confidence.HIGH,
        )


def _headers(effect: Effect) -> tuple[Origin, ...]:
    """The headers that decide where a link leads. Of a redirect only what proxies pass on: a visitor
    cannot be made to send another host."""
    parts = _MAIL if effect.kind is EffectKind.EMAIL else ("start",)
    found = {
        origin
        for part in parts
        for origin in effect.sent.get(part, frozenset())
        if origin.kind == "header" and _HEADERS.match(origin.key)
    }
    if effect.kind is EffectKind.REDIRECT:
        found = {o for o in found if o.key.lower() == "x-forwarded-host"}
    return tuple(sorted(found, key=lambda o: o[:3]))
