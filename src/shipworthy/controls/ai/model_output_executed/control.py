"""Words of a model that are run as code, SQL or a command, or put into a page as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.executions.authorship import written_by_model
from shipworthy.prototype.executions.execution import Execution, Sink
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind
from shipworthy.regex import regex

_SHOWN = 5


class ModelOutputExecuted(
    Control,
    id="model-output-executed",
    title="Model output is executed",
    consequence="Whoever can write to the model, or to data it reads, decides what your app runs.",
    severity=Severity.CRITICAL,
    satisfies=(
        "I17",
        "I18",
        "H21",
        "H22",
        "llm:LLM01",
        "llm:LLM05",
        "owasp:A05",
        "cwe:94",
        "cwe:79",
    ),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[Execution]] = {}
        for found in prototype.executions:
            if found.sink is Sink.DESERIALISED or found.location.path in prototype.by_hand:
                continue
            if written_by_model(prototype, found):
                subjects.setdefault(_subject(found), []).append(found)
        told = {e.location for executions in subjects.values() for e in executions}
        run = _run_by_handlers(prototype, {(at.path, at.line) for at in told})
        for subject, (effect, sink) in run.items():
            line = prototype.evidence("code", effect.location)
            if effect.has(Check.ALLOWED) or _is_read_only(prototype, effect):
                yield self.unknown(subject, f"{_MESSAGES[sink]}, {_CHECKED}", line)
            else:
                yield self.gap(subject, _MESSAGES[sink], line, severity=Severity.CRITICAL)
        if not subjects and not run and prototype.model_calls:
            message = "No answer of a model was seen to reach code, SQL, a command or markup"
            calls = prototype.model_calls[:_SHOWN]
            lines = [prototype.evidence("code", call.location) for call in calls]
            yield self.satisfied("prototype", message, *lines)
        elif not subjects and not run:
            yield self.not_applicable("the code asks no model")
        for subject, executions in subjects.items():
            yield self._judge(prototype, subject, executions)

    def _judge(self, prototype: Prototype, subject: str, executions: list[Execution]) -> Finding:
        bare = [e for e in executions if not e.sanitised]
        shown = _steps(prototype, (bare or executions)[0])
        sink = executions[0].sink
        if bare:
            severity = _severity(prototype, bare[0])
            told = _DROPPED if _is_of_streamlit(prototype, bare[0]) else _MESSAGES[sink]
            return self.gap(subject, told, *shown, severity=severity)
        if sink is Sink.HTML:
            return self.satisfied(
                subject, "What the model wrote is cleaned before it is shown", *shown
            )
        return self.unknown(subject, f"{_MESSAGES[sink]}, {_CHECKED}", *shown)


_CHECKED = "after a check: whether that is strict enough a person must judge"
_MESSAGES = {
    Sink.SQL: "SQL written by the model is run on the database",
    Sink.CODE: "Code written by the model is run by the app",
    Sink.SHELL: "A command written by the model is run on the server",
    Sink.HTML: "Text of the model is put into the page as HTML, scripts in it included",
}


_SINKS = {
    EffectKind.SQL: Sink.SQL,
    EffectKind.CODE: Sink.CODE,
    EffectKind.COMMAND: Sink.SHELL,
}


def _run_by_handlers(
    prototype: Prototype, told: set[tuple[str, int]]
) -> dict[str, tuple[Effect, Sink]]:
    """What entry points run of a model's words, by way of other functions and files."""
    found: dict[str, tuple[Effect, Sink]] = {}
    for handler in prototype.handlers:
        for effect in handler.effects_of(*_SINKS):
            at = effect.location
            words = effect.sent.get("text", frozenset())
            if (at.path, at.line) not in told and any(o.kind == "model" for o in words):
                subject = (
                    f"{at.path}#{handler.subject.rpartition('#')[2]} → {effect.target or 'SQL'}"
                )
                found.setdefault(subject, (effect, _SINKS[effect.kind]))
    return found


_READ_ONLY = regex(r"read[ _-]?only|readonly|mode=ro\b|_ro\b", re.IGNORECASE)
_ABOVE = 30  # lines


def _is_read_only(prototype: Prototype, effect: Effect) -> bool:
    """True where the lines above speak of a connection that can only read."""
    file, line = prototype.files[effect.location.path], effect.location.line
    above = (file.line(n) for n in range(max(1, line - _ABOVE), line + 1))
    return effect.kind is EffectKind.SQL and _READ_ONLY.search("\n".join(above)) is not None


def _subject(found: Execution) -> str:
    return f"{found.location.path}#{found.function} → {found.callee}"


def _severity(prototype: Prototype, found: Execution) -> Severity:
    if found.sink is not Sink.HTML:
        return Severity.CRITICAL
    # A component of Streamlit stands in a frame of its own.
    framed = found.callee.startswith(("st.", "streamlit."))
    return Severity.MEDIUM if framed or _is_of_streamlit(prototype, found) else Severity.HIGH


# Streamlit drops scripts from such markup, but not forms and links.
_DROPPED = "Text of the model is put into the page as HTML, forms and links in it included"


def _is_of_streamlit(prototype: Prototype, found: Execution) -> bool:
    if found.sink is not Sink.HTML or "components" in found.callee:
        return False
    return "streamlit" in prototype.modules.packages.get(found.location.path, frozenset())


def _steps(prototype: Prototype, found: Execution) -> list[Evidence]:
    """The way of the text, the place where it is run first."""
    way = [step for step in found.steps if step != found.location]
    kept = [*way[:1], *way[-(_SHOWN - 2) :]] if len(way) > _SHOWN - 1 else way
    return [prototype.evidence("code", step) for step in (found.location, *dict.fromkeys(kept))]
