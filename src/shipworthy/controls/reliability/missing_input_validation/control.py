"""Numbers and choices of the request with which something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.columns import is_held, is_stock
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.input_edits import (
    with_choice,
    with_positive,
    with_positive_argument,
)
from shipworthy.prototype.handlers.sent import COMPARISONS
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.writes import (
    bounded,
    by_trusted,
    compared,
    for_administrators,
    inputs,
    is_same,
    left_free,
    reread,
    writes,
)
from shipworthy.remedy import Remedy, Review, Write


class MissingInputValidation(
    Control,
    id="missing-input-validation",
    title="Impossible values pass",
    consequence="A negative amount or an expensive choice in the request costs you money.",
    severity=Severity.HIGH,
    satisfies=("H20", "owasp:A06", "cwe:20"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, Finding] = {}
        for handler in prototype.handlers:
            for finding in (*self._amounts(prototype, handler), *self._models(prototype, handler)):
                known = found.get(finding.subject)
                if known is None or known.outcome.value != "gap":
                    found[finding.subject] = finding
        if not found:
            yield self.not_applicable("no number or choice of a request decides about money")
        yield from found.values()

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A refusal behind the line that reads the input: of numbers not above zero, of unknown models."""
        subject, _, sent = finding.subject.partition(" → ")
        kind, _, key = sent.partition(".")
        handler = next((h for h in prototype.handlers if h.subject == subject), None)
        if handler is None or kind not in ("body", "argument") or not key or "." in key:
            return None
        if kind == "argument":
            text = with_positive_argument(prototype, handler, key)
            said = f"Let {handler.name} refuse {key} that is not above zero"
        elif any(str(o) == sent for e in handler.effects_of(EffectKind.MODEL) for o in _asked(e)):
            known = _named(prototype)
            text = with_choice(prototype, handler, key, known) if known else None
            said = f"Let {handler.name} ask only the models that the code names: {', '.join(known)}"
        else:
            text = with_positive(prototype, handler, key)
            said = f"Let {handler.name} refuse {key} that is not above zero"
        if text is None:
            return None
        return Remedy(said, Review.CAREFUL, (Write(handler.location.path, text),))

    def _amounts(self, prototype: Prototype, handler: Handler) -> Iterator[Finding]:
        for effect in writes(handler):
            for column in reread(effect, handler):
                if not (is_held(column) or is_stock(column)) or by_trusted(effect):
                    continue
                if for_administrators(handler, effect):
                    continue  # who may give may take
                sent = inputs(effect.inputs[f"value:{column}"])
                if sent:
                    yield self._amount(prototype, handler, effect, column, sent)

    def _amount(
        self,
        prototype: Prototype,
        handler: Handler,
        effect: Effect,
        column: str,
        sent: list[Origin],
    ) -> Finding:
        subject, shown = f"{handler.subject} → {sent[0]}", way(prototype, handler, effect)
        free = [o for o in sent if not _is_held(effect, o)]
        if not free:
            return self.satisfied(subject, f"{sent[0]} is kept within limits", *shown)
        if effect.has(Check.UNCLEAR) or not any(left_free(effect, o) for o in free):
            reason = f"{free[0]} changes {column}, after a check that could not be read"
            return self.unknown(subject, reason, *shown)
        message = (
            f"{handler.name} changes {column} of {effect.target} by {free[0]} without refusing a negative"
            " number: the caller turns a payment round and gains instead of paying"
        )
        severity = Severity.CRITICAL if is_held(column) else Severity.HIGH
        # What a number stands for, only its author knows: stock, a record of one's own. Where it is
        # compared with what there is, it is spent.
        spent = is_held(column) and any(_is_spent(effect, o) for o in free)
        sure = Confidence.HIGH if spent else Confidence.LOW
        return self.gap(subject, message, *shown, severity=severity, confidence=sure)

    def _models(self, prototype: Prototype, handler: Handler) -> Iterator[Finding]:
        for effect in handler.effects_of(EffectKind.MODEL):
            sent = inputs(effect.inputs.get("model", ()))
            if not sent:
                continue
            subject, shown = f"{handler.subject} → {sent[0]}", way(prototype, handler, effect)
            if by_trusted(effect) or any(bounded(effect, o) for o in sent):
                yield self.satisfied(subject, "Only known models are asked", *shown)
            elif any(o.name == "parsed" for o in sent):
                yield self.unknown(
                    subject, "The model passes a schema that could not be read", *shown
                )
            else:
                message = (
                    f"{handler.name} asks whichever model the caller names, without a list of allowed ones:"
                    " he chooses the most expensive one on your bill"
                )
                yield self.gap(
                    subject,
                    message,
                    *shown,
                    severity=Severity.MEDIUM,
                    confidence=Confidence.LOW,
                )


def _is_held(effect: Effect, origin: Origin) -> bool:
    """True for a number that has to be above something, or to be one that is stored."""
    return bounded(effect, origin) or is_same(effect, origin) or _adds_up_bounded(effect, origin)


def _adds_up_bounded(effect: Effect, origin: Origin) -> bool:
    """True for a list whose elements were each compared with a number."""
    return any(
        guard.how.startswith("within limits")
        and any(
            name.startswith(f"{origin}.") and not name.endswith((".length", ".size"))
            for name in guard.about
        )
        for guard in effect.guards
    )


def _is_spent(effect: Effect, origin: Origin) -> bool:
    """True where an input, or each element of a list that is added up, was compared with what there is."""
    return compared(effect, origin) or any(
        guard.check is Check.VALID
        and guard.how in COMPARISONS
        and any(name.startswith(f"{origin}.") for name in guard.about)
        for guard in effect.guards
    )


_MOST_MODELS = 12


def _asked(effect: Effect) -> list[Origin]:
    return inputs(effect.inputs.get("model", ()))


def _named(prototype: Prototype) -> list[str]:
    """The models that the prototype's own code names; none where it names a whole catalogue."""
    found = {model.model for model in prototype.named_models}
    found |= {call.model for call in prototype.model_calls if call.model}
    return sorted(found) if len(found) <= _MOST_MODELS else []
