"""Which effects the caller of an entry point may have without a right to them."""

from __future__ import annotations

import re

from msgspec.structs import replace

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.about import clears_up, is_just_put, looks_up
from shipworthy.prototype.handlers.breaches.beside import of_beside
from shipworthy.prototype.handlers.breaches.breach import SETTLING, Breach, Judged
from shipworthy.prototype.handlers.breaches.everything import of_everything
from shipworthy.prototype.handlers.breaches.foreign import TENANT, of_child, of_foreign, of_shelf
from shipworthy.prototype.handlers.breaches.holders import of_holders
from shipworthy.prototype.handlers.breaches.hung import of_hung
from shipworthy.prototype.handlers.breaches.item import of_item
from shipworthy.prototype.handlers.breaches.opened import of_opened
from shipworthy.prototype.handlers.breaches.outsiders import of_outsiders
from shipworthy.prototype.handlers.breaches.paid import of_paid
from shipworthy.prototype.handlers.breaches.people import of_people
from shipworthy.prototype.handlers.breaches.power import (
    POWER,
    governs,
    is_admin,
    makes_administrator,
    of_admin,
    of_government,
)
from shipworthy.prototype.handlers.breaches.second import of_second
from shipworthy.prototype.handlers.breaches.tenants import of_tenants
from shipworthy.prototype.handlers.comparing import OF_EVERYBODY, SELF_MADE, WHOSE_OF_SOME
from shipworthy.prototype.handlers.evaluation import UNAWAITED
from shipworthy.prototype.handlers.for_the_asking import has_lost_role, without_roles
from shipworthy.prototype.handlers.half_refusals import HALF
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    SHARED,
    VECTORS,
    Check,
    Effect,
    EffectKind,
    Guard,
    Handler,
)
from shipworthy.prototype.handlers.knowledge.postgrest import SEEN
from shipworthy.prototype.handlers.ownership import Ownership, plain
from shipworthy.prototype.handlers.passing import passing_roles
from shipworthy.prototype.handlers.purpose import Purpose, meant_for_anyone
from shipworthy.prototype.handlers.standing import (
    Caller,
    Tie,
    caller,
    in_database,
    is_bypassing,
    steering,
    tie,
    without_wishes,
)
from shipworthy.prototype.handlers.weight import (
    Harm,
    harm,
)
from shipworthy.prototype.tables.policies import Reach
from shipworthy.regex import regex


def breaches(handler: Handler, ownership: Ownership) -> list[Judged]:
    """The effects of an entry point that its caller may have without a right to them, worst first."""
    told = replace(handler, effects=tuple(_as_rows_tell(e, ownership) for e in handler.effects))
    found = [
        _of_given(handler, replace(judged, effect=effect), asked, ownership)
        for effect, asked in zip(handler.effects, told.effects, strict=True)
        if (judged := _judged(told, asked, ownership)) is not None
        and not _is_transfer(told, judged)
        and (judged.breach in _OF_OTHERS or not has_lost_role(effect, asked))
    ]
    return sorted(found, key=lambda j: (_RANK[j.confidence], -j.severity.value, -_WEIGHT[j.harm]))


def _of_given(handler: Handler, judged: Judged, asked: Effect, ownership: Ownership) -> Judged:
    """The breach, told of those who have the role that was asked for: with their account, or in a tenant of
    their own."""
    if judged.why or judged.hung or not has_lost_role(judged.effect, asked):
        return judged
    passing = {role.lower() for role in passing_roles(judged.effect)}
    if given := passing & ownership.for_the_asking:
        return replace(judged, given=" or ".join(sorted(given)))
    roles = " or ".join(sorted(passing & ownership.founders))
    named = " ".join(sorted(steering(judged.effect, handler))) if roles else ""
    return replace(judged, roles=roles, why=named)


_OF_OTHERS = (Breach.FOREIGN, Breach.EVERYTHING)
"""For what a role that anybody has does not answer: the rows of others."""


_RANK = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}


_WEIGHT = {kind: number for number, kind in enumerate(Harm)}


def _judged(handler: Handler, effect: Effect, ownership: Ownership) -> Judged | None:
    foreign = _of_payer(handler, effect) or of_item(handler, effect) or of_paid(handler, effect)
    if foreign is not None:
        return foreign
    if effect.literals.get("store") == VECTORS and not _is_weighty(handler, effect, ownership):
        return None
    if _completes(handler, effect, ownership):
        return None
    kind = harm(effect) or _passed_on(effect, ownership)
    if _is_for_whoever_comes(handler, effect):
        sure = Confidence.HIGH if ownership.has_roles else Confidence.LOW
        who = caller(handler, effect)
        return Judged(Breach.OPEN, effect, Harm.ADD, who, Severity.CRITICAL, sure)
    if kind is None or _is_hidden(handler, effect):
        return None
    if meant := meant_for_anyone(handler, effect):
        return of_people(handler, effect, ownership) if meant == Purpose.CATALOGUE else None
    if effect.after_failure and not any(
        o.is_input for _, found in effect.of("value:") for o in found
    ):
        return None  # it is noted that something went wrong
    if effect.has(Check.FIRST) and not effect.has(*AUTHENTICATES):
        return None  # who sets up what is empty: told by `first-user-becomes-admin`
    if _is_refused_to_all(effect, ownership):
        return None
    if effect.kind is EffectKind.STORAGE and kind is Harm.READ and is_just_put(handler, effect):
        return None
    if clears_up(handler, effect):
        return None
    who = caller(handler, effect)
    if in_database(effect):
        return _past_policies(handler, effect, kind, who, ownership)
    match who:
        case Caller.ANYBODY | Caller.ANON_KEY:
            return of_opened(handler, effect, kind, who, ownership)
        case Caller.KNOWN:
            return _unawaited(_beyond(handler, effect, kind, who, ownership))
    return None


def _completes(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True for what is written into a row that the entry point itself has added before: as the caller's
    own, or so that it is told already that anybody may add it."""
    if effect.kind is not EffectKind.QUERY or effect.operation != "update":
        return False
    found = [origin for _, origins in effect.of("filter:") for origin in origins]
    if not found or any(o.kind != "row" or o.name != effect.target for o in found):
        return False
    before = handler.effects[: handler.effects.index(effect)]
    done = [e for e in before if e.target == effect.target]
    if not done or done[0].operation != "insert" or {e.operation for e in done} - _ADDING:
        return False
    own = all(any(by.kind == "principal" for by in o.by) for o in found)
    return own or _judged(handler, done[0], ownership) is not None


_ADDING = {"insert", "update"}


def _is_for_whoever_comes(handler: Handler, effect: Effect) -> bool:
    """True for an account with all rights that any stranger makes for himself."""
    unknown = caller(handler, effect) is Caller.ANYBODY and not in_database(effect)
    return unknown and not effect.has(Check.FIRST) and makes_administrator(handler, effect)


def _is_weighty(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True for what is deleted from a vector store and not filled in anew, and for texts in it that say whose
    they are: of the others a bot answers to whoever asks, and forms add to them."""
    if effect.operation == "delete":
        return not any(
            other.operation == "insert" and other.target == effect.target
            for other in handler.effects_of(EffectKind.QUERY)
        )
    return effect.operation == "select" and ownership.fences(effect.target)


def _as_rows_tell(effect: Effect, ownership: Ownership) -> Effect:
    """The effect without the proof that its caller was shown a row, where row security shows it to all or to
    whoever is signed in, and without a role that whoever signs up has."""
    shown = {g: _shown_to(g, effect, ownership) for g in effect.guards if g.how.endswith(SEEN)}
    kept = effect.guards.difference(g for g, reach in shown.items() if reach in _EVERYBODY)
    kept |= {
        g._replace(check=Check.SESSION, about=frozenset())
        for g, reach in shown.items()
        if reach is Reach.USERS
    }
    kept -= {g for g in kept if _leaves_tenants_out(g, effect, ownership)}
    told = effect._replace(guards=kept) if kept != effect.guards else effect
    return without_roles(told, ownership.given_roles(told), tenants=bool(ownership.tenants))


def _leaves_tenants_out(guard: Guard, effect: Effect, ownership: Ownership) -> bool:
    """True where callers of one role are asked whether rows of tenants are theirs: those of the other roles
    have the rows of all tenants."""
    if not guard.how.startswith(WHOSE_OF_SOME):
        return False
    shown = {o.name for origins in effect.inputs.values() for o in origins if o.kind == "row"}
    answers = effect.kind in (EffectKind.RESPONSE, EffectKind.HTML)
    return any(map(ownership.keeps_apart, shown if answers else {effect.target}))


_EVERYBODY = (Reach.ANYBODY, Reach.USERS)


def _shown_to(guard: Guard, effect: Effect, ownership: Ownership) -> Reach:
    """Who sees the row that a caller was asked for. What every user may do himself by the rules of the
    database is told there, not of the code that does it for him."""
    if guard.check is not Check.OWNER:
        return Reach.UNCLEAR
    reach = ownership.policies.reach(guard.how.removesuffix(SEEN), "select")
    done = ownership.policies.reach(effect.target, effect.operation)
    return Reach.UNCLEAR if reach is Reach.USERS and done in _EVERYBODY else reach


def _is_refused_to_all(effect: Effect, ownership: Ownership) -> bool:
    """True for a write that row security keeps for those who sign in at the platform, where nobody does."""
    reach = ownership.policies.reach(effect.target, effect.operation)
    return effect.client == SHARED and reach in (Reach.USERS, Reach.OWNERS)


def _is_hidden(handler: Handler, effect: Effect) -> bool:
    """True for accounts that are looked up and of which no more than an id is told."""
    return looks_up(effect) and not any(
        origin.name == effect.target and origin.key.rpartition(".")[2] != "id"
        for answer in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML)
        for origins in answer.inputs.values()
        for origin in origins
        if origin.kind == "row"
    )


_PAYERS = ("customer", "payment_method", "default_payment_method", "source")


_DRAWS = regex(r"(subscriptions|paymentIntents|charges|invoices)\.create$")


def _of_payer(handler: Handler, effect: Effect) -> Judged | None:
    """Money that is drawn from a stored customer or card, whichever the caller names."""
    if effect.kind is not EffectKind.PAYMENT or not _DRAWS.search(effect.operation):
        return None
    named = [effect.inputs[name] for name in _PAYERS if effect.inputs.get(name)]
    if not named or not all(o.is_input for origins in named for o in origins):
        return None
    if effect.has(Check.ROLE, Check.OWNER, Check.SECRET, Check.SIGNATURE, Check.UNCLEAR):
        return None
    who = caller(handler, effect)
    if who is not Caller.KNOWN or "customer" not in effect.inputs:
        return None
    return Judged(Breach.FOREIGN, effect, Harm.SPEND, who, Severity.HIGH, Confidence.HIGH)


def _passed_on(effect: Effect, ownership: Ownership) -> Harm | None:
    """Another system is told to work on the rows of everybody, one after the other."""
    if effect.kind is not EffectKind.FETCH or effect.operation != "post" or not effect.looped:
        return None
    sent = effect.inputs.get("body", frozenset())
    every = any(o.kind == "row" and not o.by and ownership.of(o.name) for o in sent)
    return Harm.FORWARD if every else None


def _is_transfer(handler: Handler, judged: Judged) -> bool:
    """True where the caller gives something of theirs to somebody: both sides change alike."""
    effect = judged.effect
    return judged.breach is Breach.FOREIGN and any(
        other.kind is effect.kind
        and other.operation == effect.operation == "update"
        and _MONEY.search(effect.target)
        and other.target == effect.target
        and tie(handler, other) is Tie.OWN
        for other in handler.effects
    )


_MONEY = regex(r"wallet|balance|credit|point|coin", re.IGNORECASE)


def _past_policies(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """What the policies in the repository let pass with the rights of the caller, of strangers also the
    reading of what guests have left. Where they do not tell, the controls of the database try it."""
    if effect.kind is not EffectKind.QUERY or kind not in _OF_ROWS:
        return None
    if kind is Harm.READ and plain(effect.target) not in ownership.of_guests & ownership.reached:
        return None  # shown to all on purpose, as far as anybody can tell; the rows themselves are judged
    reach = ownership.policies.reach(effect.target, effect.operation)
    if who in (Caller.ANYBODY, Caller.ANON_KEY):
        return of_opened(handler, effect, kind, who, ownership) if reach is Reach.ANYBODY else None
    if (
        kind is Harm.READ
        or who is not Caller.KNOWN
        or reach is Reach.UNCLEAR
        or effect.has(*SETTLING)
    ):
        return None
    if is_admin(handler):
        return of_admin(handler, effect, kind, who, ownership)
    if reach is Reach.OWNERS:
        return None
    if governs(effect, ownership):
        return of_government(effect, kind, who, ownership)
    if tie(handler, effect, by_rows=False) is Tie.NONE:
        return of_foreign(handler, effect, kind, who, ownership)
    return None


_OF_ROWS = (Harm.READ, Harm.ADD, Harm.CHANGE, Harm.DELETE)


def _beyond(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    judged = _of_users(handler, effect, kind, who, ownership)
    if judged is None or judged.confidence is Confidence.LOW:
        return of_outsiders(handler, effect, kind, who, ownership) or judged
    return judged


def _of_users(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    written = _written_by_users(effect)
    if written:
        why = f"{written} is what users write themselves"
        return Judged(Breach.HOLLOW, effect, kind, who, Severity.CRITICAL, Confidence.HIGH, why)
    bond = tie(handler, effect)
    beside = None if bond in _SETTLED else of_beside(handler, effect, kind, who, ownership)
    if beside is not None and (bond is Tie.OWN or beside.confidence is Confidence.HIGH):
        return beside
    if bond is Tie.ROLE:
        return (
            of_tenants(handler, effect, kind, who, ownership)
            or of_second(handler, effect, kind, who, ownership)
            or of_holders(handler, effect, kind, who, ownership)
        )
    if bond is Tie.OWN:
        return of_hung(handler, effect, kind, who, ownership)
    if bond in (Tie.MACHINE, Tie.UNCLEAR):
        return None
    if effect.kind is EffectKind.ACCOUNT and effect.has(Check.API_KEY):
        return None  # whoever holds an invitation, or the token of a mail, has his account by it
    claimed = _right_of_his_own(effect)
    if claimed:
        judged = of_admin(handler, effect, kind, who, ownership)
        sure = Confidence.HIGH
        return judged and replace(judged, breach=Breach.HOLLOW, why=claimed, confidence=sure)
    if is_admin(handler) and not _asks_for_right(handler, effect):
        return of_admin(handler, effect, kind, who, ownership)
    if governs(effect, ownership) and not effect.has(Check.OWNER, Check.REFUSES, Check.API_KEY):
        return of_government(effect, kind, who, ownership)
    if bond is Tie.NONE:
        foreign = of_foreign(handler, effect, kind, who, ownership)
        if foreign is not None or kind is not Harm.READ:
            return foreign
        bond = tie(handler, without_wishes(effect))
    if bond is Tie.UNSTEERED and is_bypassing(effect):
        if kind is Harm.ADD:
            return (
                of_child(effect, kind, who, ownership)
                or of_hung(handler, effect, kind, who, ownership)
                or of_shelf(effect, kind, who, ownership)
            )
        if kind is Harm.READ and any(g.how == OF_EVERYBODY for g in effect.guards):
            return None  # a list made for one kind of people, as jobs for those who look for one
        return of_everything(handler, effect, kind, who, ownership)
    return None


def _unawaited(judged: Judged | None) -> Judged | None:
    """The breach, told by the check that its author believes in."""
    asked = judged is not None and any(g.how == UNAWAITED for g in judged.effect.guards)
    if judged is None or not asked or judged.breach is Breach.HOLLOW:
        return judged
    return replace(judged, breach=Breach.HOLLOW, why=UNAWAITED)


_SETTLED = (Tie.ROLE, Tie.MACHINE, Tie.UNCLEAR, Tie.DATABASE)


def _right_of_his_own(effect: Effect) -> str:
    """A role that was asked for, and that its user writes himself (`user_metadata`) or does not need; ""
    for none."""
    hollow = (g.how for g in effect.guards if g.check is Check.HOLLOW)
    return next((how for how in hollow if SELF_MADE in how or how == HALF), "")


def _written_by_users(effect: Effect) -> str:
    """A role or tenant taken from the part of an account that its user edits; "" for none."""
    if in_database(effect) or harm(effect) is Harm.READ:
        return ""
    for name, origins in effect.of("value:"):
        if POWER.search(name) or TENANT.search(name):
            for origin in origins:
                if origin.kind == "principal" and re.search(
                    "user_?metadata|unsafe_?metadata", origin.key, re.I
                ):
                    return origin.key
    return ""


def _asks_for_right(handler: Handler, effect: Effect) -> bool:
    """True where some row of the caller, or an unclear check, may say more than we can follow."""
    del handler
    return effect.has(Check.ROLE, Check.UNCLEAR, Check.OWNER)
