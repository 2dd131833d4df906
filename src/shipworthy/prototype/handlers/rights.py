"""One answer per entry point, for the controls that ask who may do what: the worst breach, or why none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches import Breach, Judged, breaches
from shipworthy.prototype.handlers.breaches.about import LOG, PII, names_a_user
from shipworthy.prototype.handlers.entering.page import layouts_around
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.handlers.named_guards import passes_named_guard
from shipworthy.prototype.handlers.ownership import Ownership, read_ownership
from shipworthy.prototype.handlers.purpose import meant_for_anyone
from shipworthy.prototype.handlers.sent import NAMED
from shipworthy.prototype.handlers.standing import Caller, caller
from shipworthy.prototype.handlers.strangers import (
    first_word,
    pages_sign_up,
    realm_of_strangers,
    strangers_sign_up,
)
from shipworthy.prototype.handlers.weight import Harm, harm
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Answer(Struct, frozen=True):
    """An entry point with what its callers can do without a right to it.

    `alarm` is the one breach that is reported, whichever control it belongs to: so that one defect is
    one alarm. `weighty` are the effects that are not meant for whoever comes. `declared` says that
    shipworthy.toml means it to be open to anybody.
    """

    handler: Handler
    alarm: Judged | None
    others: tuple[Judged, ...]
    weighty: tuple[Effect, ...]
    declared: bool = False

    def of(self, *kinds: Breach) -> Judged | None:
        """The alarm, where it is of one of these kinds."""
        return self.alarm if self.alarm is not None and self.alarm.breach in kinds else None

    def callers(self) -> frozenset[Caller]:
        """Who may have come as far as the effects that matter."""
        return frozenset(caller(self.handler, effect) for effect in self.weighty)


_KNOWN: WeakKeyDictionary[Prototype, tuple[Answer, ...]] = WeakKeyDictionary()


def answers(prototype: Prototype) -> tuple[Answer, ...]:
    """An answer for each entry point that has effects which matter; subjects are not repeated: of a function
    that stands behind several addresses the worst is told.

    Kept as long as the prototype: several controls ask.
    """
    known = _KNOWN.get(prototype)
    if known is None:
        worst: dict[str, Answer] = {}
        for answer in _answers(prototype):
            before = worst.setdefault(answer.handler.subject, answer)
            if _gravity(answer) > _gravity(before):
                worst[answer.handler.subject] = answer
        known = _KNOWN[prototype] = tuple(worst.values())
    return known


def _gravity(answer: Answer) -> tuple[bool, bool, int]:
    alarm = answer.alarm
    if alarm is None:
        return False, False, 0
    return True, not is_question(alarm), alarm.severity.value


def _answers(prototype: Prototype) -> Iterator[Answer]:
    ownership = read_ownership(prototype)
    public = prototype.settings.intent.public_endpoints
    strangers = strangers_sign_up(prototype)
    realm = realm_of_strangers(prototype) if strangers else frozenset()
    joins = pages_sign_up(prototype)
    seen: set[tuple[str, str]] = set()
    noted: set[tuple[str, int]] = set()
    for handler in prototype.handlers:
        if (handler.subject, handler.name) in seen:
            continue  # the same path again: never reached
        seen.add((handler.subject, handler.name))
        weighty = tuple(
            effect
            for effect in handler.effects
            if harm(effect) is not None and not meant_for_anyone(handler, effect)
        )
        found = breaches(handler, ownership)
        if not strangers or (realm and first_word(handler) not in realm):
            found = [_among_staff(judged, ownership) for judged in found]
        found = [_behind_guard(prototype, handler, judged) for judged in found]
        if joins:
            found = [_beside_sign_up(judged) for judged in found]
            found.sort(key=lambda judged: (is_question(judged), -judged.severity.value))
        found = [j for j in found if not (_is_noted(j) and _place(j) in noted)]
        found.sort(key=_is_noted)
        noted |= {_place(judged) for judged in found if _is_noted(judged)}
        declared = bool({handler.name, handler.subject} & public)
        if declared:
            found = [judged for judged in found if judged.breach is not Breach.OPEN]
        if not weighty and not found:
            continue
        alarm = found[0] if found else None
        effects = weighty or (found[0].effect,)
        yield Answer(handler, alarm, tuple(found[1:]), effects, declared)


def foreign_pages(prototype: Prototype) -> Iterator[tuple[Handler, Judged]]:
    """Each page that a server draws for whoever is signed in, of the row that its address names, whosever it
    is; each query once."""
    if not prototype.page_handlers or not strangers_sign_up(prototype):
        return
    ownership, seen = read_ownership(prototype), set[tuple[str, int]]()
    realm = realm_of_strangers(prototype)
    for handler in prototype.page_handlers:
        if realm and first_word(handler) not in realm:
            continue
        for judged in breaches(handler, ownership):
            judged = _behind_guard(prototype, handler, judged)
            named = _named_by_address(prototype, handler, judged.effect)
            sure = judged.breach is Breach.FOREIGN and named and not is_question(judged)
            if sure and _place(judged) not in seen:
                seen.add(_place(judged))
                yield handler, judged
                break


def _named_by_address(prototype: Prototype, handler: Handler, effect: Effect) -> bool:
    """True for a row that a part of the page's own address names, which no layout around it looks at."""
    asked = [o for name, found in effect.of("filter:") for o in found]
    parts = {o.key for o in asked if o.kind in ("path", "query") and o.key}
    if effect.operation != "select" or not parts or any(o.kind == "row" for o in asked):
        return False
    layouts = (prototype.files.get(path) for path in layouts_around(handler.location.path))
    texts = [file.text or "" for file in layouts if file is not None]
    return not any(re.search(rf"\b{re.escape(part)}\b", text) for part in parts for text in texts)


def unasked(prototype: Prototype) -> Iterator[tuple[Handler, Judged]]:
    """The actions that move money for whoever calls them, and have no address as long as no page asks
    for them: one import away from an alarm, so a question."""
    if not prototype.unasked_handlers:
        return
    ownership = read_ownership(prototype)
    for handler in prototype.unasked_handlers:
        for judged in breaches(handler, ownership):
            if judged.breach is Breach.OPEN and judged.harm is Harm.SPEND:
                yield handler, replace(judged, confidence=Confidence.LOW)
                break


def _is_noted(judged: Judged) -> bool:
    """True for the question whether anybody may leave traces: what notes all visits is asked about once."""
    opened = judged.breach is Breach.OPEN and is_question(judged)
    return opened and judged.harm is Harm.ADD and LOG.search(judged.effect.target) is not None


def _place(judged: Judged) -> tuple[str, int]:
    return judged.effect.path, judged.effect.line


def _among_staff(judged: Judged, ownership: Ownership) -> Judged:
    """What one of the staff may do to rows of another is a matter of the business: a question."""
    # Whoever has an account writes his own rights; or the staff itself is told apart elsewhere.
    own_word = judged.breach in (Breach.HOLLOW, Breach.BESIDE)
    known = judged.caller is Caller.KNOWN and not (own_word or _is_of_one(judged, ownership))
    return replace(judged, confidence=Confidence.LOW) if known else judged


def _is_of_one(judged: Judged, ownership: Ownership) -> bool:
    """True for what is kept of one account and shown or changed for another: each is meant to see his own
    (`body.user_id or user.id`), or some who sign in are told from the staff by a role."""
    effect = judged.effect
    if judged.breach is not Breach.FOREIGN:
        return False
    if any(name.endswith(NAMED) for name in effect.literals):
        return True
    told = ownership.has_roles and PII.search(effect.target) is not None
    return told and names_a_user(effect, judged.harm)


def _beside_sign_up(judged: Judged) -> Judged:
    """A step less for accounts that anybody makes, where whoever comes signs up anyway: what is gained
    are addresses that nobody confirmed. Not where the caller says what the account may do."""
    effect = judged.effect
    made = judged.breach is Breach.OPEN and effect.kind is EffectKind.ACCOUNT
    if not made or judged.severity is not Severity.CRITICAL or not _MAKES.search(effect.operation):
        return judged
    rights = any(
        o.is_input and (not o.key or _RIGHTS.search(o.key))
        for origins in effect.inputs.values()
        for o in origins
    )
    return judged if rights else replace(judged, severity=Severity.HIGH)


_MAKES = regex(r"(create_?User|sign_?Up)$", re.IGNORECASE)
_RIGHTS = regex(r"role|admin|app_?metadata|claims|permission|tenant|organi[sz]ation", re.I)


def _behind_guard(prototype: Prototype, handler: Handler, judged: Judged) -> Judged:
    """What a known caller may do past a guard that looks at roles, and was not understood: a question."""
    understood = judged.breach is Breach.HOLLOW or judged.roles or judged.holder or judged.given
    doubted = judged.caller is Caller.KNOWN and not understood
    if (
        doubted
        and not is_question(judged)
        and passes_named_guard(prototype, handler, judged.effect)
    ):
        return replace(judged, confidence=Confidence.LOW, gated=True)
    return judged


def is_question(judged: Judged) -> bool:
    """True for what a person has to say: no alarm."""
    return judged.confidence is Confidence.LOW
