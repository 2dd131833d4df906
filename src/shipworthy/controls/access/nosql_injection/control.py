"""Filters of a query that a request can add its own conditions to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.reaching import Subject, is_live, is_trusted, reached
from shipworthy.prototype.handlers.sent import (
    A_NUMBER,
    NO_OBJECT,
    OF_FORM,
    ONLY_KIND,
    free,
    spoken,
)
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.weight import is_catalogue, revealed
from shipworthy.regex import regex

_RIGHT = "What is sent cannot add conditions, or row security decides"


class NosqlInjection(
    Control,
    id="nosql-injection",
    title="Conditions of a query taken from a request",
    consequence="Whoever calls adds conditions of his own and finds rows that he should not see.",
    severity=Severity.MEDIUM,
    satisfies=("H22", "owasp:A05", "cwe:943"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing, documents = True, _asks_documents(prototype)
        for subject in reached(prototype.handlers, EffectKind.QUERY):
            asked = [
                r
                for r in subject.effects
                if "filter:or" in r[1].inputs or (documents and any(r[1].of("filter:")))
            ]
            if asked:
                nothing = False
                yield self._judge(prototype, Subject(subject.name, tuple(asked)))
        if nothing:
            yield self.not_applicable(
                "no query of an entry point takes conditions as text or objects"
            )

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        open_ones = [r for r in subject.effects if is_live(r[1]) and _conditions(r[1])]
        open_ones = [r for r in open_ones if not is_trusted(r[1])]
        open_ones.sort(key=lambda r: not _is_restricted(r[1]))
        handler, effect = (open_ones or subject.effects)[0]
        if not open_ones:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(
                subject.name, "What is sent cannot add conditions, or row security decides", line
            )
        return self.gap(
            subject.name,
            f"{handler.name} puts {spoken(_conditions(effect))} raw into the filter of"
            f" {effect.target or 'a table'},"
            " so a caller can add conditions and find other rows than meant",
            *way(prototype, handler, effect),
            severity=Severity.LOW if _is_harmless(handler, effect) else self.severity,
            confidence=Confidence.HIGH if _is_restricted(effect) else Confidence.LOW,
        )


def _is_restricted(effect: Effect) -> bool:
    """False for a search: whoever searches for nothing finds all these rows anyway, for `.or(…)` of
    PostgREST only narrows what the other filters of the query leave."""
    text = effect.literals.get("filter:or~text", "")
    return "like." not in text or ".eq." in text


def _operators(effect: Effect) -> tuple[Origin, ...]:
    """The inputs that MongoDB may get as objects: `{"$ne": null}` finds any row."""
    listed = frozenset().union(
        *(
            g.about
            for g in effect.guards
            if g.check is Check.ALLOWED or g.how in (OF_FORM, NO_OBJECT, ONLY_KIND, A_NUMBER)
        )
    )
    found = {o for _, origins in effect.of("operator:") for o in origins}
    return tuple(sorted((o for o in found if str(o) not in listed), key=lambda o: o[:3]))


def _conditions(effect: Effect) -> tuple[Origin, ...]:
    """The inputs that arrive in a condition as text, or in MongoDB as objects."""
    return free(effect, "filter:or") if effect.client == "service" else _operators(effect)


def _is_harmless(handler: Handler, effect: Effect) -> bool:
    return is_catalogue(effect) or _is_list_of_all(effect) or _looks_for_a_twin(handler, effect)


def _looks_for_a_twin(handler: Handler, effect: Effect) -> bool:
    """True where it is only asked whether what is kept is there already: another row is a refusal more."""
    asked = {str(o) for o in _operators(effect)}
    kept = (e for e in handler.effects_of(EffectKind.QUERY) if e.operation in ("insert", "update"))
    return effect.operation == "select" and any(
        e.target == effect.target
        and asked <= {str(o) for _, origins in e.of("value:") for o in origins}
        and not revealed(handler, effect)
        for e in kept
    )


def _is_list_of_all(effect: Effect) -> bool:
    """True for a list whose filters are all the caller's to choose: he is shown every row of it anyway."""
    filters = (f for f in effect.of("filter:") if not f[0].startswith("$"))
    return effect.literals.get("rows") == "several" and all(
        any(o.is_input for o in origins) and not _PROVES.search(name) for name, origins in filters
    )


_PROVES = regex(r"token|code|otp|pin|secret|pass|mail|phone|id$", re.IGNORECASE)
"""Columns whose value is known to those alone who may find the row."""


def _asks_documents(prototype: Prototype) -> bool:
    """True for a prototype that keeps its data in MongoDB."""
    return any(
        path.rpartition("/")[2] == "package.json"
        and ('"mongoose"' in (file.text or "") or '"mongodb"' in (file.text or ""))
        for path, file in prototype.files.items()
    )
