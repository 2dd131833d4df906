"""Services that let any website read answers with the visitor's own login."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.cors.edits import with_listed_origins
from shipworthy.prototype.cors.logins import cookies_stay_on_their_site, knows_logins_sent_along
from shipworthy.prototype.cors.rule import AllowedOrigin, Announced, CorsRule
from shipworthy.prototype.edge.behind import is_behind
from shipworthy.prototype.edge.evidence import Edge
from shipworthy.remedy import Remedy, Review, Write


class CorsAnyOriginCredentials(
    Control,
    id="cors-any-origin-credentials",
    title="Any website may call with the visitor's login",
    consequence="A page that a signed-in user merely opens can read and change that user's data.",
    severity=Severity.HIGH,
    satisfies=("H24", "owasp:A02", "cwe:942"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[CorsRule]] = {}
        for rule in prototype.cors_rules:
            subjects.setdefault(_subject(rule), []).append(rule)
        if not subjects:
            yield self.not_applicable(
                "the code sets no cross-origin rule: browsers keep other sites out"
            )
        for subject, rules in subjects.items():
            yield self._judge(prototype, subject, rules)

    def _judge(self, prototype: Prototype, subject: str, rules: list[CorsRule]) -> Finding:
        open_to_all = [r for r in rules if r.reflects and r.credentials]
        unclear = [r for r in rules if r.credentials and r.origin is AllowedOrigin.UNKNOWN]
        shown = (open_to_all or unclear or rules)[:5]
        lines = [prototype.evidence("code", rule.location) for rule in shown]
        if open_to_all:
            message = _message(open_to_all[0])
            path = open_to_all[0].location.path
            if cookies_stay_on_their_site(prototype, path):
                message += (
                    ". Its cookies are SameSite: other ports and subdomains of the host profit"
                )
                return self.gap(subject, message, *lines, severity=Severity.MEDIUM)
            if knows_logins_sent_along(prototype, path):
                return self.gap(subject, message, *lines)
            message += ". Nothing here logs in by cookie yet: it is open as soon as something does"
            return self.gap(subject, message, *lines, severity=Severity.LOW)
        if unclear:
            reason = "Logins are sent along, and the list of allowed sites comes from elsewhere"
            return self.unknown(subject, reason, *lines)
        return self.satisfied(subject, _why_right(rules), *lines)

    def closed_by_proxy(self, prototype: Prototype, finding: Finding, edge: Edge) -> str:
        """It takes away what the code says and allows the sites of its own list."""
        path = finding.subject.partition("#")[0]
        if not is_behind(prototype, path) or not edge.held("cors"):
            return ""
        return "foreign sites, null and lookalikes are allowed nothing, whatever the code says"

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Take the sites from the environment, where a FastAPI or Flask file says "*"."""
        file = prototype.files.get(finding.location.path) if finding.location else None
        if file is None or file.text is None:
            return None
        text = with_listed_origins(file)
        if text == file.text:
            return None
        summary = f"Let {file.path} allow the sites named in ALLOWED_ORIGINS instead of every site"
        return Remedy(summary, Review.CAREFUL, (Write(file.path, text),))


def _subject(rule: CorsRule) -> str:
    path = rule.location.path
    return path if rule.function == "module" else f"{path}#{rule.function}"


def _message(rule: CorsRule) -> str:
    if rule.origin is AllowedOrigin.ANY:
        return (
            'Every site is allowed ("*"), and logins with it: the middleware lets in whoever asks'
        )
    if rule.origin is AllowedOrigin.LOOSE:
        return (
            "A site is allowed where its address merely contains or ends in a listed name, which"
            " anybody can register, together with the visitor's login"
        )
    return "The site that asks is allowed unchecked, together with the visitor's login"


def _why_right(rules: list[CorsRule]) -> str:
    if any(r.credentials and r.origin is AllowedOrigin.ANY for r in rules):
        return (
            'Logins for every site ("*") are refused by browsers: no exposure, but it cannot work'
        )
    if any(r.origin is not AllowedOrigin.LISTED for r in rules):
        by = "code" if rules[0].announced is Announced.BY_HAND else "middleware"
        return f"Any site may call, but the {by} does not let browsers send logins along"
    return "Only listed sites may call"
