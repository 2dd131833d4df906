"""Passwords, tokens and keys that are written to a log, where more people read than may sign in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.logs.edits import Instead, without_values
from shipworthy.prototype.logs.log_calls import LogCall, LoggedValue
from shipworthy.prototype.logs.logged_secrets import SESSION_IDS, secret_in
from shipworthy.prototype.logs.redactions import hides
from shipworthy.prototype.models.safety_nets import is_script
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write


class SecretInLogs(
    Control,
    id="secret-in-logs",
    title="Secret in a log",
    consequence="Everybody who can read the logs can sign in as somebody else or use the key.",
    severity=Severity.HIGH,
    satisfies=("A43", "O09", "owasp:A09", "cwe:532"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        if not prototype.logs:
            yield self.not_applicable("the code writes no logs")
            return
        subjects: dict[str, list[tuple[LogCall, str]]] = {}
        for call in prototype.logs:
            path = call.location.path
            if path in prototype.by_hand or is_script(
                prototype, path, call.function, call.location.line
            ):
                continue
            if call.guarded:
                continue  # in development only
            for value in call.values:
                what = secret_in(value, call)
                if what and not hides(prototype.redacted, value, call):
                    subject = f"{call.location.path}#{call.function} → {value.name}"
                    subjects.setdefault(subject, []).append((call, what))
        if not subjects:
            count = len(prototype.logs)
            yield self.satisfied(
                "logs", f"None of {count} log calls writes a password, token or key"
            )
            return
        where = sides(prototype)
        for subject, hits in subjects.items():
            if _is_session_id(subject) and _logs_cookies(subject, subjects):
                continue  # the cookie holds the id
            call, what = hits[0]
            path = call.location.path
            side = where.get(path, Side.UNKNOWN)
            if is_unused(prototype, path, call.function):
                shown = [prototype.evidence("code", call.location)]
                yield self.satisfied(subject, "Nothing calls this function", *shown)
                continue
            if side is Side.BROWSER and _is_one_time(subject):
                yield self.satisfied(subject, _TYPED, prototype.evidence("code", call.location))
                continue
            severity = Severity.MEDIUM if side is Side.BROWSER else Severity.HIGH
            if severity is Severity.HIGH and _is_one_time(subject):
                severity = Severity.MEDIUM  # it works once, and for minutes
            own = side is Side.BROWSER and _OWN_LOGIN.search(subject) is not None
            confirms = _CONFIRMS.search(subject) is not None
            if own or confirms or _is_session_id(subject) or _stands_in(prototype, call):
                severity = Severity.LOW
            shown = [prototype.evidence("code", hit.location) for hit, _ in hits[:5]]
            sure = (
                Confidence.LOW
                if _is_question(f"{path} {call.function}", call.values, side)
                else Confidence.HIGH
            )
            message = _message(call, what, side)
            yield self.gap(subject, message, *shown, severity=severity, confidence=sure)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The rest of each line, without the secret."""
        place, _, name = finding.subject.partition(" → ")
        path, _, function = place.partition("#")
        file = prototype.files.get(path)
        if file is None:
            return None

        def secret(call: LogCall, value: LoggedValue) -> Instead | None:
            known = call.function == function and value.name == name
            return Instead.PRESENCE if known and secret_in(value, call) else None

        text = without_values(file, secret)
        if text is None or text == file.text:
            return None
        said = f"Keep {name} out of what {spoken(path, function)} logs"
        return Remedy(said, Review.SAFE, (Write(path, text),))


# Files that are there to try things out or to show them: `getTokenDemo.ts`.
_TRIAL = regex(r"([a-z](Demo|Test|Example)|(^|[-_/])(demo|test|example))(?=[-_.A-Z/])")


def _is_question(place: str, values: Iterable[LoggedValue], side: Side) -> bool:
    """True for the headers of what no visitor signs in to, and for a trial in the browser."""
    if side is Side.BROWSER:
        return _TRIAL.search(place.partition(" ")[0]) is not None
    return _NO_VISITOR.search(place) is not None and any(
        v.origin == "request headers" for v in values
    )


# What the page has stored in the browser of whom it belongs to, for some minutes or hours.
_OWN_LOGIN = regex(r"(access_?token|id_?token|jwt|session)$", re.IGNORECASE)
# Whoever calls there has no token yet, or is another system.
_NO_VISITOR = regex(
    r"hook|sign-?_?up|register|log-?_?in|sign-?_?in|contact|callback|incoming|inbound|receive|health|public"
    r"|slack|telegram|discord|twilio|zapier",
    re.IGNORECASE,
)


# Whoever knows it gets his own challenge back: messages are signed by another key.
_CONFIRMS = regex(r"hub[._]?verify_?token$", re.IGNORECASE)


def _is_session_id(subject: str) -> bool:
    """The id alone opens nothing while the secret that signs its cookie stays one."""
    return subject.rpartition(" ")[2] in SESSION_IDS


def _logs_cookies(subject: str, subjects: Iterable[str]) -> bool:
    head = subject.rpartition(" ")[0]
    return any(s.startswith(f"{head} ") and s.endswith("headers.cookie") for s in subjects)


def _stands_in(prototype: Prototype, call: LogCall) -> bool:
    """True below `if (!transporter)`: written where a service that would send it is not set up."""
    file, line = prototype.files[call.location.path], call.location.line
    return any(
        _NOT_SET_UP.search(file.line(n)) is not None for n in range(max(line - _NEAR, 1), line)
    )


_NEAR = 4  # lines
_NOT_SET_UP = regex(
    r"\bif\s*\(?\s*(!|not\s)\s*[\w.]*(transport|mailer|resend|sendgrid|twilio|smtp|mail|sms|client|configured|api_?key)",
    re.IGNORECASE,
)
_TYPED = "A code that works once, in the console of the visitor who typed it"


def _is_one_time(subject: str) -> bool:
    name = subject.rpartition(".")[2].rpartition(" ")[2].lower()
    return name in ("otp", "otpcode", "code", "verificationcode")


def _message(call: LogCall, what: str, side: Side) -> str:
    where = spoken(call.location.path, call.function)
    return (
        f"{where} writes {what} to {'the browser console' if side is Side.BROWSER else 'the log'}"
    )
