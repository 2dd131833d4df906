"""E-mail addresses, profiles and other personal data that are written to a log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.logs.edits import Instead, without_values
from shipworthy.prototype.logs.log_calls import LogCall, LoggedValue
from shipworthy.prototype.logs.logged_persons import (
    is_actor,
    is_mild,
    is_record,
    is_unseen,
    personal_in,
)
from shipworthy.prototype.logs.redactions import hides
from shipworthy.prototype.logs.written import is_never_written
from shipworthy.prototype.models.safety_nets import is_script
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.prototype.source import Language
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_TRIAL = regex(r"(^|/)(test|debug|demo|example)[-_][^/]*(/|$)")
_REASONS = {
    Side.BROWSER: "Only the console of the visitor's own browser: nothing was seen that records it",
    Side.UNKNOWN: "Nothing shows whether this runs on the server or in the visitor's own browser",
}
# What sends along, by default, what was written to the browser's console (their documentation).
_RECORDERS = frozenset(
    """@sentry/react @sentry/browser @sentry/nextjs @sentry/vue @bugsnag/js @bugsnag/react rollbar
    logrocket @datadog/browser-logs @datadog/browser-rum @fullstory/browser @openreplay/tracker
    highlight.run @highlight-run/next @highlight-run/react""".split()
)
# Said in place of sending, where the service is not set up.
_PRETENDS = regex(
    r"not (yet )?configured|would (have )?(been |be )?(sen[dt]|e-?mail)|\bmock|simulat|\bdry.?run",
    re.IGNORECASE,
)
_Hit = tuple[LogCall, str]  # and what it shows
_PLACES = {
    Side.SERVER: "the server's log",
    Side.BROWSER: "the browser console",
    Side.UNKNOWN: "the log",
}
# A server keeps its logs and shows them to many; the console of a browser is the visitor's own.
_SEVERITIES = {
    Side.SERVER: Severity.MEDIUM,
    Side.BROWSER: Severity.LOW,
    Side.UNKNOWN: Severity.MEDIUM,
}
# What identity thieves ask for; who reads it in a log has the person at his mercy.
_GRAVE = regex(r"bank account|card number|social security|tax number|passport|birth date|salary")


class PersonalDataInLogs(
    Control,
    id="personal-data-in-logs",
    title="Personal data in a log",
    consequence="Customer data ends up in logs that nobody deletes and that too many people read.",
    severity=Severity.MEDIUM,
    satisfies=("A43", "A21", "O09", "owasp:A09", "cwe:532", "cwe:359"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        if not prototype.logs:
            yield self.not_applicable("the code writes no logs")
            return
        subjects: dict[str, list[_Hit]] = {}
        acting: set[str] = set()
        others: set[str] = set()
        for call in prototype.logs:
            path = call.location.path
            if call.guarded or _TRIAL.search(path) or path in prototype.by_hand:
                continue
            if _pretends(prototype, call) or is_script(
                prototype, path, call.function, call.location.line
            ):
                continue
            is_python = prototype.files[call.location.path].language is Language.PYTHON
            for value in call.values:
                what = personal_in(value, call, is_python)
                if what and not hides(prototype.redacted, value, call):
                    subject = f"{call.location.path}#{call.function}"
                    subjects.setdefault(subject, []).append((call, what))
                    (acting if is_actor(value, call) else others).add(subject)
        if not subjects:
            count = len(prototype.logs)
            yield self.satisfied("logs", f"None of {count} log calls writes personal data as it is")
            return
        where = sides(prototype)
        recorded = any(map(_RECORDERS.intersection, prototype.modules.packages.values()))
        for subject, hits in subjects.items():
            path, function = hits[0][0].location.path, hits[0][0].function
            side = where.get(path, Side.UNKNOWN)
            lines = dict.fromkeys(call.location for call, _ in hits)
            shown = [prototype.evidence("code", location) for location in list(lines)[:5]]
            if is_unused(prototype, path, function):
                yield self.satisfied(subject, "Nothing calls this function", *shown)
                continue
            if side is not Side.SERVER and not recorded:
                yield self.unknown(subject, _REASONS[side], *shown)
                continue
            severity = _SEVERITIES[side]
            if side is Side.SERVER and any(_GRAVE.search(what) for _, what in hits):
                severity = Severity.HIGH
            if subject in acting - others:
                severity = Severity.LOW  # who did it, kept on purpose
            if is_mild(what for _, what in hits) or _is_of_staff(prototype, path, function):
                severity = Severity.LOW
            unwritten = all(is_never_written(prototype, call) for call, _ in hits)
            if unwritten:
                severity = Severity.LOW
            sure = Confidence.LOW if all(is_unseen(what) for _, what in hits) else Confidence.HIGH
            message = _message(hits, side)
            if unwritten:
                message += ", as soon as somebody sets logging up"
            yield self.gap(subject, message, *shown, severity=severity, confidence=sure)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The rest of each line without the data; whom it is about by id, where the file knows it."""
        path, _, function = finding.subject.partition("#")
        file = prototype.files.get(path)
        if file is None:
            return None
        is_python = file.language is Language.PYTHON

        def personal(call: LogCall, value: LoggedValue) -> Instead | None:
            if call.function != function or call.guarded or _pretends(prototype, call):
                return None
            what = personal_in(value, call, is_python)
            if what is None or hides(prototype.redacted, value, call):
                return None
            return Instead.ID if is_record(what) else Instead.NOTHING

        text = without_values(file, personal)
        if text is None or text == file.text:
            return None
        said = f"Keep personal data out of what {spoken(path, function)} logs"
        return Remedy(said, Review.SAFE, (Write(path, text),))


def _is_of_staff(prototype: Prototype, path: str, function: str) -> bool:
    """True where the function looks for people among the few who run the app alone."""
    asked = {
        (q.table or "").rpartition(".")[2]
        for q in prototype.queries
        if q.location.path == path and q.function == function
    }
    return bool(asked) and all(_STAFF.match(table) for table in asked)


_STAFF = regex(r"(admin|administrator|operator|moderator)(s|_?(users?|accounts?))?$", re.I)


def _pretends(prototype: Prototype, call: LogCall) -> bool:
    """True for what a log shows in place of sending it, and for the lines of such a log that follow
    the one that says so."""
    file, number = prototype.files[call.location.path], call.location.line
    before = [file.line(n) for n in range(max(1, number - 2), number)]
    said = [line for line in before if "console." in line or "log" in line or "print" in line]
    return any(map(_PRETENDS.search, [call.text, *said]))


def _message(hits: list[_Hit], side: Side) -> str:
    call = hits[0][0]
    where = spoken(call.location.path, call.function)
    things = list(dict.fromkeys(what for _, what in hits))
    listed = ", ".join(things[:3]) + (", …" if len(things) > 3 else "")
    return f"{where} writes {listed} to {_PLACES[side]}"
