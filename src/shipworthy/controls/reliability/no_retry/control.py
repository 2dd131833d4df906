"""Servers that give up at the first failure of another service, though asking again is harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.prototype.outbound.calls import OutboundCall, Waiting
from shipworthy.prototype.outbound.judged import judged_calls
from shipworthy.prototype.outbound.python_retrying import with_python_retries
from shipworthy.prototype.outbound.retrying import with_retries
from shipworthy.prototype.source import Role
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

# Any word of it, even in a comment: whether it covers each call is more than reading can say.
_TRIES_AGAIN = regex(
    r"retr(y|ie[sd]|ying)|back[_-]?off(?![a-z])|max_?attempts|\battempts?\s*([<>=+]|:\s*\d)|tenacity|stamina",
    re.IGNORECASE,
)
_TRIES_AGAIN_WORDS = tuple("retr backoff back-off back_off attempt tenacity stamina".split())
# A code is taken for a token once only, whatever the method.
_TAKES_A_TOKEN = regex(r"oauth|token|callback|/auth/", re.IGNORECASE)
_SECOND_SOURCE = regex(r"fall_?-?back", re.IGNORECASE)
# Queues and workflows that run a failed job or step again. Source: the documentation of each.
_QUEUES = frozenset(
    """inngest @trigger.dev/sdk @temporalio/workflow @temporalio/activity bullmq bull bee-queue
    pg-boss graphile-worker @upstash/workflow @upstash/qstash celery dramatiq rq temporalio prefect
    airflow dagster arq huey""".split()
)
_BY_ITSELF = frozenset({"ky", "got", "ofetch"})  # they try again when nobody says otherwise
_ENOUGH = 3  # calls: fewer are no habit yet


class NoRetry(
    Control,
    id="no-retry",
    title="Failed requests are never tried again",
    consequence="A hiccup of another service that lasts a second becomes an error for your user.",
    severity=Severity.LOW,
    satisfies=("H39", "owasp:A10"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        calls = _asked_of_others(prototype)
        if len(calls) < _ENOUGH:
            yield self.not_applicable(
                f"fewer than {_ENOUGH} requests of the server only read from another service"
            )
            return
        again = _tries_again(prototype)
        if again is not None:
            yield self.satisfied("prototype", "Something here tries again", again)
            return
        shown = [prototype.evidence("code", call.location) for call in calls[:5]]
        yield self.gap("prototype", _message(calls), *shown)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """`fetch`, requests and httpx that ask again, where they only read; others have their own ways."""
        del finding
        calls = _asked_of_others(prototype)
        changed = with_retries(prototype, calls) | with_python_retries(prototype, calls)
        if not changed:
            return None
        said = (
            "Send requests that only read again after a failure, twice at most, with growing pauses"
        )
        writes = tuple(Write(path, text) for path, text in sorted(changed.items()))
        return Remedy(said, Review.CAREFUL, writes)


def _asked_of_others(prototype: Prototype) -> list[OutboundCall]:
    """What the server reads from a named service while somebody waits; models are asked by others."""
    where = sides(prototype)
    return [
        call
        for call in judged_calls(prototype)
        if call.reads
        and call.waiting is Waiting.CALLER
        and call.library not in _BY_ITSELF
        and not call.from_page
        and _is_elsewhere(call.target)
        and where.get(call.location.path) is Side.SERVER
        and _is_in_use(prototype, call)
    ]


def _is_elsewhere(target: str | None) -> bool:
    host = (target or "").partition(":")[0]
    return "." in host and not host.startswith(("/", "{", "127.", "0."))


def _is_in_use(prototype: Prototype, call: OutboundCall) -> bool:
    path = call.location.path
    return not (
        _TAKES_A_TOKEN.search(f"{path}#{call.function}")
        or _SECOND_SOURCE.search(prototype.files[path].text or "")
        or is_unused(prototype, path, call.function)
    )


def _tries_again(prototype: Prototype) -> Evidence | None:
    """The first place of the code that may run on the server where something is tried again."""
    where = sides(prototype)
    for path, file in sorted(prototype.files.items()):
        if file.role is not Role.PRODUCT or file.text is None or not file.language:
            continue
        if where.get(path) is Side.BROWSER:
            continue
        if prototype.modules.packages.get(path, frozenset()) & _QUEUES:
            return prototype.evidence("code", Location(path))
        lowered = file.text.lower()  # plain words first, for these are long texts
        named = any(word in lowered for word in _TRIES_AGAIN_WORDS)
        found = _TRIES_AGAIN.search(file.text) if named else None
        if found:
            return prototype.evidence("code", Location(path, file.line_at(found.start())))
    return None


def _message(calls: list[OutboundCall]) -> str:
    hosts = list(dict.fromkeys((call.target or "").replace("{}", "…") for call in calls))
    named = ", ".join(hosts[:3]) + (f" and {len(hosts) - 3} others" if len(hosts) > 3 else "")
    return (
        f"{len(calls)} requests that only read, from {named}, give up at the first failure:"
        " nothing on the server ever tries again"
    )
