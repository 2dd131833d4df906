"""Apps whose pages come without the headers that hold a browser back."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.cors.logins import logins_stay_out_of_frames
from shipworthy.prototype.edge.evidence import Edge
from shipworthy.prototype.inventory.header_edits import with_headers
from shipworthy.prototype.inventory.security_headers import PageHeaders, Pages, read_page_headers
from shipworthy.prototype.routes.sign_in_gates import sent_to_sign_in
from shipworthy.remedy import Remedy, Review, Write


class MissingSecurityHeaders(
    Control,
    id="missing-security-headers",
    title="No security headers",
    consequence="Any site can show yours in a hidden frame, and injected code may do what it likes.",
    severity=Severity.MEDIUM,
    satisfies=("H25", "owasp:A02", "cwe:693", "cwe:1021"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for found in read_page_headers(prototype):
            if found.pages is not Pages.NONE:
                nothing = False
                yield self._judge(prototype, found)
        if nothing:
            yield self.not_applicable("nothing here answers with pages")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """No frames on other sites, no guessed types, short referrers; what a page may load is left."""
        for found in read_page_headers(prototype):
            if (found.part.folder or "prototype") == finding.subject:
                written = with_headers(prototype, found)
                if written is not None:
                    path, text = written
                    said = f"Keep other sites from framing the pages, in {path}"
                    return Remedy(said, Review.CAREFUL, (Write(path, text),))
        return None

    def closed_by_proxy(self, prototype: Prototype, finding: Finding, edge: Edge) -> str:
        """The proxy sets them on every answer; where several parts have pages, it may be before another."""
        del finding
        parts = [p for p in read_page_headers(prototype) if p.pages is not Pages.NONE]
        if len(parts) > 1 or not edge.held("headers", "framing"):
            return ""
        return "pages, errors and refusals carry the security headers, and no other site may frame them"

    def _judge(self, prototype: Prototype, found: PageHeaders) -> Finding:
        subject = found.part.folder or "prototype"
        if found.headers is not None:
            line = prototype.evidence("code", found.headers)
            return self.satisfied(subject, "Security headers are set for the pages", line)
        if found.pages is Pages.ELSEWHERE:
            reason = (
                "no settings of what sends the pages, a host of static files or another, stand here:"
                " look for Content-Security-Policy in its answers"
            )
            return self.unknown(subject, reason)
        message = (
            f"The pages that {found.by} sends carry neither Content-Security-Policy nor"
            " X-Frame-Options: any site can put them into a frame"
        )
        # Where nobody is signed in, a frame around a page wins no click that matters.
        weighs = found.pages is Pages.SERVER and _is_signed_in(prototype, found.part.folder)
        if weighs and logins_stay_out_of_frames(prototype):
            message += ", though the login stays out of it (SameSite)"
            weighs = False
        severity = Severity.MEDIUM if weighs else Severity.LOW
        return self.gap(subject, message, _line(prototype, found), severity=severity)


# What asks for a login that something else has to have made.
_ASKS = ("getUser", "getSession", "onAuthStateChange")


def _is_signed_in(prototype: Prototype, folder: str) -> bool:
    if any(q.operation == "auth" and q.method not in _ASKS for q in prototype.queries):
        return True
    known = any(handler.principal is not None for handler in prototype.handlers)
    return known or sent_to_sign_in(prototype, folder)


def _line(prototype: Prototype, found: PageHeaders) -> Evidence:
    return prototype.evidence("code", found.served or Location("package.json"))
