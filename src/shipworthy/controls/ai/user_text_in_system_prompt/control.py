"""What users write, put where the model expects the words of its owner."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.handlers.handler import Check, EffectKind
from shipworthy.prototype.models.calls import ModelCall
from shipworthy.prototype.models.safety_nets import run_by_hand
from shipworthy.prototype.models.said import Said, last_name
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.roles import is_trial
from shipworthy.regex import regex

# Names of what people write at length; a name, a language or a date says little.
_WORDS = regex(
    r"(message|prompt|query|question|text|content|input|transcript|description|descricao|notes?|context|instructions?"
    r"|comment|feedback|resume|essay|document|history|topic|goal|details|answers?|requirements|story|html|bio|persona"
    r"|knowledge|pergunta|mensagem|texto|brief|idea|system)s?$",
    re.IGNORECASE,
)
_NO_WORDS = regex(
    r"(^|_)(id|type|count|length|lang(uage)?)$|(Id|Type|Count|Length|Language)$", re.IGNORECASE
)


class UserTextInSystemPrompt(
    Control,
    id="user-text-in-system-prompt",
    title="Users write into the system prompt",
    consequence="Whoever uses the app can tell the model to forget your rules and do something else.",
    severity=Severity.MEDIUM,
    satisfies=("I17", "I39", "llm:LLM01", "llm:LLM07"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[ModelCall]] = {}
        for call in prototype.model_calls:
            judged = call.said and not is_trial(call.location.path)
            if judged and sides(prototype).get(call.location.path) is not Side.BROWSER:
                subjects.setdefault(f"{call.location.path}#{call.function}", []).append(call)
        for subject, calls in subjects.items():
            yield self._judge(prototype, subject, calls)
        if not subjects:
            yield self.not_applicable("no server code here puts a message for a model together")

    def _judge(self, prototype: Prototype, subject: str, calls: list[ModelCall]) -> Finding:
        lines = [prototype.evidence("code", c.location) for c in calls[:3]]
        if all(run_by_hand(prototype, c) for c in calls):
            return self.not_applicable("Started by hand: its user is its owner", subject)
        sent = [s for c in calls for s in c.said if s.origin == "request" and _is_text(s)]
        system = [s for s in sent if s.role == "system"]
        shown = [prototype.evidence("code", s.location) for s in system[:3]]
        where = _spoken(calls[0])
        whole = next((s for s in system if s.whole), None)
        known = bool(system) and _knows_the_caller(prototype, calls[0])
        if whole is not None:
            message = f"{where} takes the system prompt itself ({whole.name}) from whoever calls it"
            severity = Severity.MEDIUM if known else Severity.HIGH
            return self.gap(subject, message, *shown, *lines, severity=severity)
        if system:
            message = f"{where} writes {system[0].name}, which comes with the request, into the system prompt"
            severity = Severity.LOW if known else self.severity
            return self.gap(
                subject,
                message,
                *shown,
                *lines,
                severity=severity,
                confidence=Confidence.MEDIUM,
            )
        mixed = [s for s in sent if s.role == "prompt" and not s.whole]
        if mixed:
            message = (
                f"{where} puts {mixed[0].name} from the request and its own instructions into one text:"
                " what happens when somebody writes other instructions?"
            )
            shown = [prototype.evidence("code", mixed[0].location)]
            return self.gap(
                subject,
                message,
                *shown,
                *lines,
                severity=Severity.LOW,
                confidence=Confidence.LOW,
            )
        return self.satisfied(subject, "No text of a request was seen in the system prompt", *lines)


def _spoken(call: ModelCall) -> str:
    # The method of a stream says nothing; its route does.
    return spoken(call.location.path, "POST" if call.function == "start" else call.function)


def _is_text(said: Said) -> bool:
    name = last_name(said.name)
    return bool(_WORDS.search(name)) and not _NO_WORDS.search(name)


def _knows_the_caller(prototype: Prototype, call: ModelCall) -> bool:
    """True where the entry points that come to this call make sure who asks."""
    found = [
        effect.has(Check.SESSION, Check.API_KEY, Check.SECRET)
        for handler in prototype.handlers
        for effect in handler.effects_of(EffectKind.MODEL)
        if effect.path == call.location.path
    ]
    return bool(found) and all(found)
