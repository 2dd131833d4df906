"""What the staff keeps of the people whom it serves, and one of these is shown of all the others."""

from __future__ import annotations

import re

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.about import PII
from shipworthy.prototype.handlers.breaches.breach import SETTLING, Breach, Judged
from shipworthy.prototype.handlers.breaches.power import of_staff
from shipworthy.prototype.handlers.columns import named_columns, snake
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Guard, Handler, Origin
from shipworthy.prototype.handlers.ownership import Ownership, plain
from shipworthy.prototype.handlers.standing import Caller, Tie, is_bypassing, is_of_caller, tie
from shipworthy.prototype.handlers.weight import Harm, is_counted
from shipworthy.regex import regex


def of_outsiders(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """A list of people that every account is shown, a patient's too, where a role is asked for before the
    same rows are read or changed elsewhere; None where that is not wrong."""
    if kind is not Harm.READ or effect.kind is not EffectKind.QUERY or not ownership.outsiders:
        return None
    if not _ABOUT_THEM.search(snake(effect.target)) or _is_offered(effect):
        return None
    own = {e.target for e in handler.effects_of(EffectKind.QUERY) if _is_of_himself(e, ownership)}
    if of_staff(effect) or not is_bypassing(effect) or _is_settled(effect, own):
        return None
    if tie(handler, effect) is Tie.UNCLEAR:
        return None
    if not _tells_about_persons(_answered(handler, effect, own), effect, ownership):
        return None
    sister = ownership.asked_for_a_role(effect.target, "change", "delete", "add", "read")
    if not sister:
        return None
    severity = Severity.HIGH if PII.search(effect.target) else Severity.MEDIUM
    return Judged(Breach.BESIDE, effect, kind, who, severity, Confidence.MEDIUM, sister)


def _is_of_himself(effect: Effect, ownership: Ownership) -> bool:
    """True for rows that are found by who the caller is, not by his organisation or his department."""
    return any(
        not {snake(name), column} & ownership.groups
        and not (_OF_MANY.search(snake(name)) or _OF_MANY.search(column))
        for name, origins in effect.of("filter:")
        for o in origins
        if is_of_caller(o) and not any(by.is_input for by in o.by)
        for column in (snake(o.key.rpartition(".")[2]),)
    )


_OF_MANY = regex(
    r"(tenant|org|organi[sz]ation|company|workspace|team|school|clinic|church|agency|business|practice|hospital|department|branch"
    r"|faculty|division|region|city|country|location|site)(_?id)?$"
)


def _is_settled(effect: Effect, own: set[str]) -> bool:
    """True where more was asked than whether the caller is in the organisation of the rows."""
    return effect.has(*SETTLING) or any(
        g.check is Check.OWNER and not _is_of_colleague(g, own) for g in effect.guards
    )


def _is_of_colleague(guard: Guard, own: set[str]) -> bool:
    """True where a row was found that is in the caller's organisation, and not by who he is."""
    table = _ROW.match(guard.how)
    return table is not None and table[1] not in own


_ROW = regex(r"a row of (\w+) of the caller$")


def _answered(handler: Handler, effect: Effect, own: set[str]) -> frozenset[Origin]:
    """What of the rows is answered to whoever is signed in."""
    return frozenset(
        origin
        for answer in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML)
        if not _is_settled(answer, own) and not answer.after_failure
        for origins in answer.inputs.values()
        for origin in origins
        if origin.kind == "row" and origin.name == effect.target and not is_counted(origin)
        # Where the caller's own row is read beside the others, the one that he is found by may be meant.
        if effect.target not in own or not any(by.kind == "principal" for by in origin.by)
    )


def _tells_about_persons(shown: frozenset[Origin], effect: Effect, ownership: Ownership) -> bool:
    """True where it is told how to reach them, what they have paid or what ails them; what they are called,
    people may know of each other."""
    keys = frozenset(o.key.rpartition(".")[2] for o in shown)
    if not keys:
        return False
    if "" in keys:
        keys = named_columns(effect.literals.get("columns", "")) or keys
    if "" in keys or "*" in keys:
        told = plain(effect.target) in ownership.personal
        return told or _OF_PERSON.search(snake(effect.target)) is not None
    reached = any(map(_OF_PERSONS.search, keys))
    return reached or (len(keys) > 1 and any(map(_PAID.search, keys)))  # one alone is a sum


_OF_PERSONS = regex(
    r"e_?mail|phone|mobile|address$|street|birth|(^|_)dob|passport|iban|(^|_)ssn|salary|diagnos|medical|notes?$",
    re.IGNORECASE,
)
_PAID = regex(r"balance|amount|total", re.IGNORECASE)
_OF_PERSON = regex(
    r"(^|_)(appointments?|prescriptions?|encounters?|medical_\w+|\w+_claims?|complaints?)$"
)
_ABOUT_THEM = regex(
    r"(^|_)(users?|profiles?|accounts?|customers?|clients?|patients?|students?|pupils?|guests?|residents?|parents?|leads?"
    r"|applicants?|candidates?|passengers?|invoices?|payments?|transactions?|appointments?|bookings?|reservations?|orders?"
    r"|prescriptions?|encounters?|medical_\w+|\w+_claims?|fees?|enrol+ments?|complaints?|tickets?)$"
)


def _is_offered(effect: Effect) -> bool:
    """True for those of the rows that are there to be chosen, or shown to all: `where role = 'doctor'`."""
    return any(
        name.startswith("filter:") and _KIND.search(snake(name[7:])) for name in effect.literals
    )


_KIND = regex(r"(^|_)(role|type|kind|visibility)$|public|published")
