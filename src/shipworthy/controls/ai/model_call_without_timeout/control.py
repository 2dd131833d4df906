"""Model calls that a user waits for without end, or whose failure the user gets to feel."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.models.bounding import seconds_for, with_client_limits
from shipworthy.prototype.models.calls import ModelCall, Timeout
from shipworthy.prototype.models.safety_nets import (
    caught_elsewhere,
    faces_users,
    run_by_hand,
)
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.modules.unused import is_exported_to_nobody, is_unused
from shipworthy.prototype.outbound.bounding import with_time_limits
from shipworthy.prototype.roles import is_trial
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write


class ModelCallWithoutTimeout(
    Control,
    id="model-call-without-timeout",
    title="Model call without time limit or fallback",
    consequence="On a day when the model is slow or down, users wait for minutes or see an error.",
    severity=Severity.MEDIUM,
    satisfies=("I12", "A37", "H43", "L09", "llm:LLM10", "owasp:A10", "cwe:1088"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[ModelCall]] = {}
        for call in prototype.model_calls:
            if not is_trial(call.location.path):
                subjects.setdefault(_subject(call), []).append(call)
        if not subjects:
            yield self.not_applicable("the code asks no model")
        for subject, calls in subjects.items():
            yield self._judge(prototype, subject, calls)

    def _judge(self, prototype: Prototype, subject: str, calls: list[ModelCall]) -> Finding:
        if all(run_by_hand(prototype, c) for c in calls):
            reason = "A script that somebody starts by hand: no user waits for it"
            return self.not_applicable(reason, subject)
        if all(_is_idle(prototype, c) for c in calls):
            shown = _lines(prototype, calls)
            return self.satisfied(subject, "Nothing calls this function", *shown)
        endless = [c for c in calls if c.timeout is Timeout.NONE and _counts(prototype, c)]
        bare = [c for c in calls if not caught_elsewhere(prototype, c)]
        both = [c for c in endless if c in bare]
        little = all(_keeps_one_waiting(prototype, c) for c in calls)
        if both:
            spare = all(_is_fallback(prototype, c) for c in both)
            message = f"{_named(both[0])} has no useful time limit" + f", and {_NO_NET}" * (
                not spare
            )
            severity = Severity.LOW if little else self.severity
            return self.gap(subject, message, *_lines(prototype, both), severity=severity)
        if endless:
            message = f"{_named(endless[0])} has no useful time limit{_default(endless[0])}"
            severity = Severity.LOW if little else self.severity
            return self.gap(subject, message, *_lines(prototype, endless), severity=severity)
        if bare and faces_users(prototype, bare[0]):
            message = f"{_named(bare[0])} has no fallback: when it fails, so does the request"
            return self.gap(subject, message, *_lines(prototype, bare))
        if bare:
            reason = "No fallback in this file: the code that uses it may have one"
            return self.unknown(subject, reason, *_lines(prototype, bare))
        unseen = [c for c in calls if c.timeout is Timeout.UNKNOWN]
        if unseen:
            reason = "The client is made elsewhere: we cannot see its time limit"
            return self.unknown(subject, reason, *_lines(prototype, unseen))
        return self.satisfied(subject, "Has a time limit and a fallback", *_lines(prototype, calls))

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A limit for all clients and plain HTTP calls of the file, where only that is missing here: one
        change then closes all gaps of the file."""
        file = prototype.files.get(finding.location.path) if finding.location else None
        if file is None or file.text is None or _NO_NET in finding.message:
            return None
        places = {c.location for c in prototype.model_calls if c.location.path == file.path}
        text = with_client_limits(file, places)
        if text == file.text:
            text = with_time_limits(file, places, seconds_for)
        if text == file.text:
            return None
        summary = f"Give the model calls of {file.path} a time limit"
        return Remedy(summary, Review.CAREFUL, (Write(file.path, text),))


_NO_NET = "no fallback was seen"


def _is_idle(prototype: Prototype, call: ModelCall) -> bool:
    path, function = call.location.path, call.function
    return is_unused(prototype, path, function) or is_exported_to_nobody(prototype, path, function)


def _is_fallback(prototype: Prototype, call: ModelCall) -> bool:
    """True for a call that takes the place of another one that failed, as its words say."""
    line = prototype.files[call.location.path].line(call.location.line).lower()
    return "fallback" in line or "retry" in line


def _subject(call: ModelCall) -> str:
    return f"{call.location.path}#{call.function} → {call.provider}"


def _keeps_one_waiting(prototype: Prototype, call: ModelCall) -> bool:
    """True where a page asks, whose visitor can give up, where somebody tries out the model, and where the
    platform ends the call by a limit that the route itself sets (https://nextjs.org/docs/app/api-reference/file-conventions/route-segment-config).
    """
    path = call.location.path
    if _CUT_OFF.search(path) or _TRIES.match(call.function):
        return True
    if sides(prototype).get(path, Side.UNKNOWN) is Side.BROWSER:
        return True
    found = _LONGEST.search(prototype.files[path].text or "")
    return found is not None and int(found[1]) <= _PATIENCE


# Netlify ends a function that answers within a minute (https://docs.netlify.com/build/functions/overview/).
_CUT_OFF = regex(r"(^|/)netlify/functions/(?!.*-background[./])")
_TRIES = regex(r"(run_?)?(self_?)?(test|ping)(_|[A-Z])(?!\w*(answer|case|question|quiz))")
_LONGEST = regex(r"^export\s+const\s+maxDuration\s*=\s*(\d+)", re.MULTILINE)
_PATIENCE = 60  # seconds


def _counts(prototype: Prototype, call: ModelCall) -> bool:
    """A streamed answer shows that it is alive; with a fallback it needs no limit in all."""
    if call.provider == "google" and _gives_up_by_itself(prototype, call):
        return False
    return not (call.streamed and caught_elsewhere(prototype, call))


def _gives_up_by_itself(prototype: Prototype, call: ModelCall) -> bool:
    """True for google-generativeai before 0.5.3, whose client gives up after a minute, as its later ones
    still do for embeddings (`default_timeout` in google-ai-generativelanguage 0.4.0, 0.6.2 and 0.6.6)."""
    if not call.location.path.endswith(".py"):
        return False
    pinned = [p.version for p in prototype.dependencies.packages if p.name == _GOOGLE and p.version]
    return bool(pinned) and ("embed" in call.callee or all(map(_EARLY.match, pinned)))


_GOOGLE = "google-generativeai"
_EARLY = regex(r"0\.([0-4]\.\d+|5\.[0-2])$")


def _named(call: ModelCall) -> str:
    where = "" if call.function == "module" else f" in {spoken(call.location.path, call.function)}"
    name = _NAMES.get(call.provider, call.provider.capitalize())
    return f"The call to {name}{where}"


_NAMES = {
    "openai": "OpenAI",
    "compatible": "the model",
    "ai-sdk": "the model",
    "langchain": "the model",
    "xai": "xAI",
    "lovable": "the Lovable AI gateway",
    "openrouter": "OpenRouter",
    "huggingface": "Hugging Face",
    "deepseek": "DeepSeek",
    "elevenlabs": "ElevenLabs",
    "azure": "Azure OpenAI",
    "litellm": "the model",
    "vercel": "the Vercel AI gateway",
}


def _default(call: ModelCall) -> str:
    """OpenAI's and Anthropic's clients wait ten minutes and try three times (their READMEs)."""
    waits = call.provider in ("openai", "anthropic", "azure") and call.library == call.provider
    return " (its client waits ten minutes)" if waits else ""


def _lines(prototype: Prototype, calls: list[ModelCall]) -> list[Evidence]:
    return [prototype.evidence("code", call.location) for call in calls[:5]]
