"""Cookies that open an account and that scripts or eavesdroppers can read."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.cookies.cookie import Cookie, Flag
from shipworthy.prototype.cookies.edits import with_flags
from shipworthy.prototype.source import Role
from shipworthy.remedy import Remedy, Review, Write


class InsecureCookie(
    Control,
    id="insecure-cookie",
    title="Session cookie without protection",
    consequence="Who gets a script into a page, or listens on the way, takes over the visitor's account.",
    severity=Severity.MEDIUM,
    satisfies=("H15", "H13", "owasp:A07", "cwe:1004", "cwe:614"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[Cookie]] = {}
        for cookie in prototype.cookies:
            if cookie.location.path not in prototype.by_hand:
                subjects.setdefault(f"{cookie.location.path}#{cookie.name}", []).append(cookie)
        if not subjects:
            yield self.not_applicable("the code sets no cookie that signs somebody in")
        for subject, cookies in subjects.items():
            yield self._judge(prototype, subject, cookies)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The flags where the cookie is set, unless scripts of the product read it."""
        path, _, name = finding.subject.partition("#")
        cookies = [c for c in prototype.cookies if c.location.path == path and c.name == name]
        if any(c.script for c in cookies) or _is_read_by_scripts(prototype, name):
            return None
        file = prototype.files[path]
        text = with_flags(file, {c.location for c in cookies})
        if text is None or text == file.text:
            return None
        said = f"Hide the cookie {name} from scripts, and send it over encrypted connections only"
        return Remedy(said, Review.CAREFUL, (Write(path, text),))

    def _judge(self, prototype: Prototype, subject: str, cookies: list[Cookie]) -> Finding:
        readable = [c for c in cookies if c.http_only is Flag.OFF]
        plain = [c for c in cookies if c.secure is Flag.OFF]
        shown = [prototype.evidence("code", c.location) for c in (readable or plain or cookies)[:5]]
        first = (readable or plain or cookies)[0]
        where = spoken(first.location.path, first.function)
        if readable:
            how = "in the page's own script" if first.script else "without httpOnly"
            message = (
                f"{where} sets the cookie {first.name} {how}: any script in the page can read it"
            )
            return self.gap(subject, message, *shown)
        if plain:
            message = (
                f"{where} sets the cookie {first.name} without secure: it also travels over"
                " connections that are not encrypted"
            )
            return self.gap(subject, message, *shown, severity=Severity.LOW)
        if any(Flag.UNKNOWN in (c.http_only, c.secure) for c in cookies):
            return self.unknown(subject, "The flags of the cookie come from elsewhere", *shown)
        return self.satisfied(subject, "The cookie is httpOnly and secure", *shown)


_READERS = ("document.cookie", "Cookies.get(", "getCookie(")


def _is_read_by_scripts(prototype: Prototype, name: str) -> bool:
    product = (file.text or "" for file in prototype.of_role(Role.PRODUCT) if file.language)
    return any(name in text and any(r in text for r in _READERS) for text in product)
