"""Keys that fall back to a word in the code where the setting is missing."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.weight import harm
from shipworthy.prototype.program.fallbacks import Fallback
from shipworthy.prototype.secrets.kept_sessions import signs_kept_sessions
from shipworthy.prototype.secrets.literals import is_signing_secret
from shipworthy.prototype.secrets.one_time_codes import OneTimeCode
from shipworthy.prototype.secrets.required_settings import is_built_ahead, without_fallbacks
from shipworthy.prototype.secrets.signing import guards_something, is_of_unloaded_class
from shipworthy.prototype.secrets.unused_keys import is_never_used
from shipworthy.remedy import Remedy, Review, Write


class DefaultSecret(
    Control,
    id="default-secret",
    title="Secret with a default in the code",
    consequence="Where the setting is missing, whoever has read your code signs in as anybody.",
    severity=Severity.HIGH,
    satisfies=("H13", "A27", "owasp:A04", "cwe:798"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[Fallback]] = {}
        for path, fallbacks in prototype.default_secrets.items():
            for found in fallbacks:
                subjects.setdefault(f"{path}#{found.name}", []).append(found)
        for subject, found_ones in subjects.items():
            yield self._judge(prototype, subject, found_ones)
        codes: dict[str, OneTimeCode] = {}
        for code in prototype.one_time_codes:
            codes.setdefault(f"{code.location.path}#{code.function or 'code'}", code)
        for subject, code in codes.items():
            yield self._judge_code(prototype, subject, code)
        if not subjects and not codes:
            yield self.not_applicable("no secret of the server has a default in the code")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """No default: the server refuses to start without the setting."""
        path, _, name = finding.subject.rpartition("#")
        file = prototype.files.get(path)
        built = is_built_ahead(prototype)
        text = without_fallbacks(file, name, built=built) if file is not None else None
        if file is None or text is None or text == file.text:
            return None
        said = f"Take the default of {name} out of the code; set it to a long random value first"
        return Remedy(said, Review.CAREFUL, (Write(path, text),))

    def _judge_code(self, prototype: Prototype, subject: str, code: OneTimeCode) -> Finding:
        """A code that is sent to somebody to prove who that is, and the same for everybody."""
        line = prototype.evidence("code", code.location)
        names = " and ".join(code.settings[:2])
        if code.kept_off is not None:
            kept = prototype.evidence("settings", code.kept_off)
            said = f"The code that stands in the code is kept off by {names}"
            return self.satisfied(subject, said, line, kept)
        return self.gap(
            subject,
            f"The one-time code is the same for every account where {names} is not set,"
            " so anybody who knows an address or a number takes that account over",
            line,
            severity=Severity.CRITICAL,
        )

    def _judge(self, prototype: Prototype, subject: str, found: list[Fallback]) -> Finding:
        open_ones = [f for f in found if not f.guarded]
        path = subject.rpartition("#")[0]
        lines = [prototype.evidence("code", Location(path, f.line)) for f in open_ones or found]
        if not open_ones:
            return self.satisfied(subject, "The server refuses to start without it", *lines[:5])
        falls_back = f"{open_ones[0].name} falls back to a word in the code where it is not set"
        if is_signing_secret(open_ones[0].name) and not guards_something(prototype, path):
            message = f"{falls_back}; so far nothing here signs or seals with it"
            return self.gap(subject, message, *lines[:5], severity=Severity.LOW)
        if all(is_of_unloaded_class(prototype, path, f.line) for f in open_ones):
            message = f"{falls_back}; so far nothing here loads the class that it stands in"
            return self.gap(subject, message, *lines[:5], severity=Severity.LOW)
        if all(is_never_used(prototype, path, f.line) for f in open_ones):
            message = f"{falls_back}; so far nothing in this file uses it"
            return self.gap(subject, message, *lines[:5], severity=Severity.LOW)
        if signs_kept_sessions(prototype, path, open_ones[0].name):
            kept = "it signs the numbers of sessions that the server keeps, which nobody guesses"
            message = f"{falls_back}; {kept}"
            return self.gap(subject, message, *lines[:5], severity=Severity.LOW)
        cost = "so whoever has read the code gets past what it protects"
        little = not is_signing_secret(open_ones[0].name) and _protects_little(prototype, path)
        severity = Severity.MEDIUM if little else Severity.HIGH
        return self.gap(subject, f"{falls_back}, {cost}", *lines[:5], severity=severity)


def _protects_little(prototype: Prototype, path: str) -> bool:
    """True where all that follows the check in this file changes nothing and shows nothing of anybody: a
    search engine is told of a new page."""
    behind = [
        effect
        for handler in prototype.handlers
        for effect in handler.effects
        if any(g.check is Check.SECRET and g.path == path for g in effect.guards)
    ]
    return bool(behind) and all(harm(effect) is None for effect in behind)
