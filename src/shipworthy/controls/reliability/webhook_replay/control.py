"""Webhooks that count twice what is delivered twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.columns import is_held, is_stock, is_sum
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.writes import reread, writes
from shipworthy.regex import regex

_ADDS = regex(r"(increment|increase|add|credit|grant|award|top_?up|decrement|deduct)", re.I)
_LEDGER = regex(r"order|payment|transaction|purchase|credit|donation|invoice|payout|ledger", re.I)
_EVENT_ID = regex(
    r"(event|intent|session|charge|invoice|message|external|provider|transaction|payment|order|checkout|stripe|paypal)\w*"
    r"(id|sid|ref|reference|key)$|^(id|sid|reference|idempotency_?key)$",
    re.IGNORECASE,
)


class WebhookReplay(
    Control,
    id="webhook-replay",
    title="Webhook counts a repeat again",
    consequence="Providers deliver events more than once: credits, orders or totals are booked twice.",
    severity=Severity.MEDIUM,
    satisfies=("A28", "H39", "cwe:294", "cwe:837"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found = False
        seen: set[str] = set()
        for handler in prototype.handlers:
            acts = [e for e in writes(handler) if e.has(Check.SIGNATURE)]
            acts += [
                e
                for e in handler.effects
                if e.operation == "rpc" and e.has(Check.SIGNATURE) and not e.after_failure
            ]
            if acts and handler.subject not in seen:
                seen.add(handler.subject)
                found = True
                yield self._judged(prototype, handler, acts)
        if not found:
            yield self.not_applicable("no signed webhook writes anything")

    def _judged(self, prototype: Prototype, handler: Handler, acts: list[Effect]) -> Finding:
        kept = _kept(handler)
        for effect in acts:
            what = _repeats(handler, effect)
            if not what:
                continue
            shown = way(prototype, handler, effect)
            if kept is not None:
                said = f"Known events are recognised by a look at {kept.target}"
                return self.satisfied(handler.subject, said, *shown)
            if effect.atomic:
                return self.unknown(handler.subject, "A transaction may refuse a repeat", *shown)
            message = (
                f"{handler.name} {what} for each delivery and keeps no event id: a repeated delivery is"
                " booked again"
            )
            severity = Severity.HIGH if _is_spent(handler, effect) else self.severity
            return self.gap(handler.subject, message, *shown, severity=severity)
        stored = next((e for e in acts if e.operation == "insert" and _holds_id(e)), None)
        shown = way(prototype, handler, stored or acts[0])
        if stored is not None and kept is None:
            reason = (
                f"An id of the event is stored in {stored.target}: right if the column is unique"
            )
            return self.unknown(handler.subject, reason, *shown)
        return self.satisfied(handler.subject, "A repeat changes nothing more", *shown)


def _repeats(handler: Handler, effect: Effect) -> str:
    """What a second delivery does again; "" for what ends up the same."""
    if effect.operation == "rpc":
        return f"runs {effect.target}" if _ADDS.search(effect.target) else ""
    if effect.operation == "update":
        counted = [c for c in reread(effect, handler) if is_sum(c) or is_stock(c)]
        return f"adds to {' and '.join(counted)} of {effect.target}" if counted else ""
    if effect.operation == "insert" and _LEDGER.search(effect.target) and not _holds_id(effect):
        return f"adds a row to {effect.target}"
    return ""


def _is_spent(handler: Handler, effect: Effect) -> bool:
    return any(is_held(column) for column in reread(effect, handler)) or bool(
        effect.operation == "rpc" and is_held(effect.target)
    )


def _holds_id(effect: Effect) -> bool:
    return any(_EVENT_ID.search(c) and _is_sent(o) for c, o in effect.of("value:"))


def _is_sent(origins: frozenset[Origin]) -> bool:
    return any(o.is_input or o.kind == "answer" for o in origins)


def _kept(handler: Handler) -> Effect | None:
    """A look whether this event was here before, or a write that only the first delivery can make."""
    for effect in handler.effects_of(EffectKind.QUERY):
        filters = [(c, o) for c, o in effect.of("filter:") if _is_sent(o) and _EVENT_ID.search(c)]
        if filters and effect.operation == "select" and _is_about_events(effect, filters):
            return effect
        if effect.operation == "update" and any(
            name.startswith("filter:") and re.search(r"status|processed|credited|state|_at$", name)
            for name in (*effect.inputs, *effect.literals)
        ):
            return effect
        if effect.operation in ("insert", "upsert") and re.search(
            "event|webhook|processed", effect.target
        ):
            return effect
    return None


def _is_about_events(effect: Effect, filters: list[tuple[str, frozenset[Origin]]]) -> bool:
    """A subscription or customer is found by its id for each of its many events."""
    return any(_is_about(effect, column) for column, _ in filters)


def _is_about(effect: Effect, column: str) -> bool:
    if re.search("subscription|customer|account|user", column, re.IGNORECASE):
        return False
    if column == "id":
        return bool(_LEDGER.search(effect.target) or "event" in effect.target)
    return True
