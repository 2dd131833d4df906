"""Calls to other services that can keep a request of the server waiting for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.inventory.servers import runs_for_each_request
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.prototype.outbound.bounding import with_time_limits
from shipworthy.prototype.outbound.calls import OutboundCall, Timeout, Waiting
from shipworthy.prototype.outbound.judged import judged_calls
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write


class OutboundCallWithoutTimeout(
    Control,
    id="outbound-call-without-timeout",
    title="Outbound call without a time limit",
    consequence="When the other service hangs, your requests hang with it, until nothing answers.",
    severity=Severity.MEDIUM,
    satisfies=("A37", "H43", "owasp:A10", "cwe:1088"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[OutboundCall]] = {}
        for call in judged_calls(prototype):
            subjects.setdefault(_subject(call), []).append(call)
        if not subjects:
            yield self.not_applicable("the code calls no other service over HTTP")
            return
        where = sides(prototype)
        for subject, calls in subjects.items():
            side = where.get(calls[0].location.path, Side.UNKNOWN)
            yield self._judge(prototype, subject, calls, side)

    def _judge(
        self, prototype: Prototype, subject: str, calls: list[OutboundCall], side: Side
    ) -> Finding:
        first = calls[0]
        if is_unused(prototype, first.location.path, first.function):
            shown = _lines(prototype, calls)
            return self.satisfied(subject, "Nothing calls this function", *shown)
        open_ended = [c for c in calls if c.timeout is Timeout.NONE]
        shown = _lines(prototype, open_ended or calls)
        if side is Side.BROWSER or all(c.from_page for c in calls):
            return self.satisfied(subject, "Runs in the visitor's browser, who can give up", *shown)
        if open_ended and all(c.target in _SIDECARS for c in open_ended):
            return self.satisfied(subject, "Asks the platform's process beside the app", *shown)
        waited_for = [c for c in open_ended if c.waiting is Waiting.CALLER]
        if not open_ended:
            unseen = [c for c in calls if c.timeout is Timeout.UNKNOWN]
            if unseen:
                reason = "The options of the call come from elsewhere: a time limit may be in them"
                return self.unknown(subject, reason, *_lines(prototype, unseen))
            return self.satisfied(subject, "The call has a time limit", *shown)
        if not waited_for:
            return self.satisfied(
                subject, "Started and left alone: no request waits for it", *shown
            )
        if side is Side.UNKNOWN:
            reason = "The call has no time limit, and nothing shows whether it runs on the server"
            return self.unknown(subject, reason, *_lines(prototype, waited_for))
        little = _weighs_little(waited_for) or runs_for_each_request(prototype)
        severity = Severity.LOW if little else self.severity
        lines = _lines(prototype, waited_for)
        return self.gap(subject, _message(waited_for), *lines, severity=severity)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A limit for each such call of the file whose options are written out there."""
        file = prototype.files.get(finding.location.path) if finding.location else None
        if file is None or file.text is None:
            return None
        models = {call.location for call in prototype.model_calls}
        places = {c.location for c in prototype.outbound_calls} - models
        text = with_time_limits(file, places)
        if text == file.text:
            return None
        summary = f"Give the outbound calls of {file.path} a time limit"
        return Remedy(summary, Review.CAREFUL, (Write(file.path, text),))


# The platform ends each call of these after some minutes, and starts as many as it needs beside it.
_CUT_OFF = regex(r"(^|/)(supabase/functions|netlify/(edge-)?functions|lambdas?)/")
# What runs beside the requests of users: the schedule comes back, and one run hangs alone.
_BESIDE = regex(
    r"(^|[/_.#-])(crons?|jobs?|workers?|queues?|schedul\w*|ingest\w*|sync\w*|pipelines?|rotat\w*|poll\w*"
    r"|watch\w*|monitor\w*|alerts?|notif\w*|backfill\w*)",
    re.IGNORECASE,
)
# The project's own database, which its other queries wait for in the same way.
_OWN_DATABASE = regex(r"(^|[/.])supabase\.(co|in)\b|/rest/v1(/|$)")
# A server of the project's own: it stands beside, and hangs for the same reasons.
_HERE = regex(r"(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\])(:|/|$)")
_SIDECARS = ("127.0.0.1:1106",)  # signs addresses of Replit's object storage, in the same container


def _subject(call: OutboundCall) -> str:
    base = f"{call.location.path}#{call.function}"
    return f"{base} → {call.target}" if call.target else base


def _weighs_little(calls: list[OutboundCall]) -> bool:
    """True where a hanging call keeps little else waiting, or where nothing names whom it waits for."""
    return all(
        _CUT_OFF.search(call.location.path)
        or _BESIDE.search(f"{call.location.path}#{call.function}")
        or _OWN_DATABASE.search(call.target or "")
        or "." not in (call.target or "").partition("/")[0]
        or _HERE.match(call.target or "")
        for call in calls
    )


def _message(calls: list[OutboundCall]) -> str:
    first = calls[0]
    target = (first.target or "an address from elsewhere").replace("{}", "…")
    times = f", in {len(calls)} places" if len(calls) > 1 else ""
    where = spoken(first.location.path, first.function)
    if _HERE.match(target):
        target = f"a server of yours ({target})"  # most often the default of a setting
    return f"{where} waits for {target} without a time limit{times}"


def _lines(prototype: Prototype, calls: list[OutboundCall]) -> list[Evidence]:
    return [prototype.evidence("code", call.client or call.location) for call in calls[:5]]
