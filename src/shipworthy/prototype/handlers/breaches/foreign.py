"""Rows of others, which the caller names."""

from __future__ import annotations

import re

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches.about import (
    GUESTS,
    LOG,
    NOTES,
    PII,
    is_asked_file,
    is_his,
    looks_up,
)
from shipworthy.prototype.handlers.breaches.breach import Breach, Judged
from shipworthy.prototype.handlers.breaches.power import of_staff, writes_power
from shipworthy.prototype.handlers.columns import is_held, is_money, is_state, snake
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.knowledge.object_stores import OBJECTS
from shipworthy.prototype.handlers.ownership import Ownership, parents, plain
from shipworthy.prototype.handlers.standing import (
    Caller,
    is_of_caller,
    is_one_for_all,
    owner_columns,
    steering,
)
from shipworthy.prototype.handlers.weight import (
    Harm,
    hands_out_files,
    is_sensitive,
    retold,
    revealed,
)
from shipworthy.prototype.handlers.writes import is_counter, is_told, reread
from shipworthy.regex import regex


def of_child(effect: Effect, kind: Harm, who: Caller, ownership: Ownership) -> Judged | None:
    """A row that is hung on somebody's row, which the caller names and nobody compares with him."""
    values = dict(effect.of("value:"))
    if effect.kind is not EffectKind.QUERY or effect.has(Check.OWNER):
        return None
    if any(is_his(origin) for origins in values.values() for origin in origins):
        return None  # it says who wrote it: a comment, an order, a message
    sent = [column for column, origins in values.items() if any(o.is_input for o in origins)]
    moved = any(snake(column) in ownership.groups for column in sent)
    hung = parents(sent) & ownership.owned
    left = GUESTS.search(effect.target) or NOTES.search(effect.target)
    if not (hung or (moved and not left)) or not ownership.of(effect.target):
        return None
    severity = Severity.HIGH if _is_grave(effect, kind) else Severity.MEDIUM
    apart = moved or any(map(ownership.keeps_apart, hung - ownership.accounts))
    sure = Confidence.LOW if is_one_for_all(effect) and not apart else Confidence.HIGH
    return Judged(Breach.FOREIGN, effect, kind, who, severity, sure)


TENANT = regex(r"(tenant|org|organi[sz]ation|company|workspace|church|school|clinic)_?id$", re.I)


def of_foreign(
    handler: Handler, effect: Effect, kind: Harm, who: Caller, ownership: Ownership
) -> Judged | None:
    """Rows of others, which the caller names; None where that is not wrong."""
    if kind in (Harm.SEND, Harm.ASK, Harm.FORWARD, Harm.RUN, Harm.SPEND):
        return None  # what is sent and asked is no row of anybody; other controls look at it
    if kind is Harm.ACCOUNT:
        looked = looks_up(effect) or (
            effect.operation == "generateLink" and not _shows_account(handler)
        )
        severity = Severity.MEDIUM if looked else Severity.CRITICAL
        sure = Confidence.LOW if _refuses_before(handler, effect) else Confidence.HIGH
        return Judged(Breach.ADMIN, effect, kind, who, severity, sure)
    confidence = Confidence.HIGH
    unkept = _is_unkept(effect, ownership)
    if effect.kind is EffectKind.QUERY:
        belongs = _belongs(effect, ownership)
        if ownership.is_tenant(effect.target) and kind in (Harm.CHANGE, Harm.DELETE):
            belongs = True
        shared = is_one_for_all(effect) and not (
            _is_fenced(effect, ownership) or _is_of_strangers(effect, kind, ownership)
        )
        if (
            (belongs is not True or shared)
            and not unkept
            and not _names_account(effect, kind, ownership)
        ):
            confidence = (
                Confidence.LOW
            )  # what whoever is signed in may do is for the business to say
        if not _by_identity(handler, effect) or (kind is Harm.READ and _is_repeat(effect)):
            return None
        shown = revealed(handler, effect)
        if not shown and confidence is Confidence.HIGH:
            shown = retold(handler, effect)
        if kind is Harm.READ and not any(is_sensitive(o, effect) for o in shown):
            return None
    if kind is Harm.ADD and effect.kind is EffectKind.STORAGE:
        return None
    if kind is Harm.READ and _OFFERED.search(effect.target):
        confidence = Confidence.LOW  # when somebody can be booked is there to be seen
    if hands_out_files(effect):
        confidence = Confidence.LOW  # whose a file is may be in its name
    if effect.operation in ("insert", "upsert") and not _moves_into(effect, ownership):
        confidence = Confidence.LOW
    if _is_transfer(handler, effect):
        return None
    if _acts_himself(handler, effect):
        if not _settles(handler, effect, ownership):
            return None
        confidence = Confidence.LOW  # he may take the ride that his own act is kept beside
    if kind is Harm.CHANGE and (is_counter(effect) or _adds_his_word(effect)):
        return None
    if unkept and kind is Harm.CHANGE and _is_taken(handler, effect):
        return None
    if any(g.check is Check.REFUSES and g.about & steering(effect, handler) for g in effect.guards):
        confidence = Confidence.LOW  # who acts on what is not his is asked for more
    if of_staff(effect) or (kind is Harm.READ and is_asked_file(effect)):
        confidence = Confidence.LOW
    whose = plain(effect.target) in ownership.accounts or ownership.is_tenant(effect.target)
    told = whose and kind is not Harm.ADD
    grave = (told or _is_grave(effect, kind)) and not _is_by_address(handler, effect)
    severity = Severity.HIGH if grave else Severity.MEDIUM
    if writes_power(effect, ownership) and not of_staff(effect):
        severity = Severity.CRITICAL
        # Who may do what is nobody's to say who merely has an account, unless some are turned away.
        confidence = Confidence.LOW if effect.has(Check.REFUSES) else Confidence.HIGH
    breach = Breach.ADMIN if unkept else Breach.FOREIGN
    return Judged(breach, effect, kind, who, severity, confidence)


def _is_taken(handler: Handler, effect: Effect) -> bool:
    """True for a seat, a slot or a room that is marked as taken, and kept in a new row of who takes it."""
    if any(o.is_input for _, found in effect.of("value:") for o in found):
        return False
    name = plain(effect.target)
    return any(
        other.operation == "insert"
        and any(
            o.kind == "row" and plain(o.name) == name
            for _, found in other.of("value:")
            for o in found
        )
        for other in handler.effects_of(EffectKind.QUERY)
    )


_OFFERED = regex(r"availabilit|(opening|working|office)_?hours?|time_?slots?", re.IGNORECASE)


def _adds_his_word(effect: Effect) -> bool:
    """True for a review or a like under the caller's own name, which a document holds in a list of its own;
    what is worked out beside it, as the mean of all, is nobody's to choose."""
    written = [(n, o) for n, o in effect.of("value:") if any(by.is_input for by in o)]
    said = [n for n, o in effect.of("value:") if any(map(is_of_caller, o)) and _WORD.search(n)]
    return bool(said) and all(name in said for name, _ in written)


_WORD = regex(
    r"^((user|customer|product|book)_?)?(ratings?|reviews?|comments?|likes?|liked_?by|dislikes?|(up|down)?_?votes?|voters?"
    r"|reactions?|feedbacks?|replies|answers|followers|views|viewed_?by|seen_?by|read_?by)$",
    re.IGNORECASE,
)


def _is_unkept(effect: Effect, ownership: Ownership) -> bool:
    """True where rows that are nobody's own are changed by whoever signed up by himself."""
    if effect.kind is not EffectKind.QUERY or not ownership.is_anybodys(effect.target):
        return False
    return effect.operation in ("update", "delete") and is_one_for_all(effect)


def of_shelf(effect: Effect, kind: Harm, who: Caller, ownership: Ownership) -> Judged | None:
    """A row that whoever signed up by himself puts beside the goods of a shop and their like."""
    values = dict(effect.of("value:"))
    if effect.operation != "insert" or not is_one_for_all(effect):
        return None
    if not ownership.is_anybodys(effect.target) or effect.after_failure:
        return None
    if any(is_his(o) for origins in values.values() for o in origins):
        return None
    if not any(o.is_input for origins in values.values() for o in origins):
        return None
    name = plain(effect.target)
    goods = name in ownership.shown and (
        name in ownership.kept_by_users or any(map(is_money, values))
    )
    asked = of_staff(effect) or effect.has(Check.REFUSES)
    sure = Confidence.HIGH if goods and not asked else Confidence.LOW
    return Judged(Breach.ADMIN, effect, kind, who, Severity.MEDIUM, sure)


def _is_of_strangers(effect: Effect, kind: Harm, ownership: Ownership) -> bool:
    """True where rows of people who signed up by themselves are changed, or private ones read: they are no
    team, and share no more than is shown."""
    if kind is Harm.READ:
        return ownership.joined and _is_grave(effect, kind)
    return ownership.joined and effect.operation in ("update", "delete")


def _names_account(effect: Effect, kind: Harm, ownership: Ownership) -> bool:
    """True where whoever comes gets an account, and the caller says whose account, or what of whom, is read
    or changed: those who signed up by themselves are no team."""
    if not ownership.joined or effect.operation in ("insert", "upsert"):
        return False
    name = plain(effect.target)
    for column, origins in effect.of("filter:"):
        if not any(o.is_input for o in origins):
            continue
        if name in ownership.accounts and _IS_WHO.match(snake(column)):
            return kind in (Harm.CHANGE, Harm.DELETE)
        if _whose(column) & ownership.accounts:
            return kind is not Harm.READ or _is_grave(effect, kind)
    return False


_IS_WHO = regex(r"id$|uuid$|e_?mail$|user_?name$|phone$")


def _whose(column: str) -> set[str]:
    """The table whose row a column names, by id or by address: `participant_email` names a participant."""
    return parents((re.sub(r"_e?mail$", "_id", snake(column)),))


def _shows_account(handler: Handler) -> bool:
    """True where something of an account, as the link that was made for it, is answered."""
    return any(
        origin.kind == "row" and origin.name == "auth.users"
        for answer in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML)
        for origins in answer.inputs.values()
        for origin in origins
    )


def _is_by_address(handler: Handler, effect: Effect) -> bool:
    """True for a stored file that the caller names by its whole address (`del(body.blobUrl)`), which
    holds a part that nobody guesses: it takes somebody who was shown it. So does a key of S3."""
    asked = steering(effect, handler)
    if effect.literals.get("store") == OBJECTS:
        return True
    return effect.kind is EffectKind.STORAGE and bool(asked) and all(map(_ADDRESS.search, asked))


_ADDRESS = regex(r"ur[li]s?$", re.IGNORECASE)


def _moves_into(effect: Effect, ownership: Ownership) -> bool:
    """True for a row that is put into somebody's organisation, or among his people, as the caller says."""
    if LOG.search(effect.target) or "notification" in effect.target.lower():
        return False
    return _is_grave(effect, Harm.ADD) or (
        _is_fenced(effect, ownership)
        and any(
            (TENANT.search(snake(name)) or snake(name) in ownership.groups)
            and any(o.is_input for o in origins)
            for name, origins in effect.of("value:")
        )
    )


def _acts_himself(handler: Handler, effect: Effect) -> bool:
    """True where the caller's own act on a thing that all share is kept beside: a vote, a like, a report.
    What is only noted of a deed entitles nobody to it."""
    asked = {o for _, origins in effect.of("filter:") for o in origins if o.is_input}
    return effect.operation == "update" and any(
        other.operation in ("insert", "upsert")
        and other.target != effect.target
        and not (NOTES.search(other.target) and is_told(effect))
        and not _AUDITS.search(other.target)
        and any(is_his(o) for _, origins in other.of("value:") for o in origins)
        and any(o in asked for _, origins in other.of("value:") for o in origins)
        for other in handler.effects_of(EffectKind.QUERY)
    )


_AUDITS = regex(r"audit", re.IGNORECASE)


def _settles(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True for the state of what is somebody's own, such as his order: that the caller's own act is kept
    beside it entitles him to none, unless many are asked for theirs or it was found by more than its id."""
    named = {name for name, _ in effect.of("value:")}
    asked = [*handler.effects_of(EffectKind.QUERY)]
    tied = any(
        e.operation == "select"
        and plain(e.target) == plain(effect.target)
        and len([*e.of("filter:")]) > 1
        for e in asked
    )
    counted = any(_BY_MANY.search(e.target) for e in asked)
    return (
        not counted
        and not tied
        and ownership.of(effect.target) is True
        and any(map(is_state, named))
    )


_BY_MANY = regex(
    r"vote|like(s|d)?$|report|flag|rating|review|suggest|reaction|poll|stats$", re.IGNORECASE
)


def _is_transfer(handler: Handler, effect: Effect) -> bool:
    """True for the credits of somebody who is paid by the caller out of his own."""
    held = {column for column in reread(effect, handler) if is_held(column)}
    return {column for column, _ in effect.of("value:")} == held != set() and any(
        other.target == effect.target
        and held & set(reread(other, handler))
        and any(is_his(o) for _, origins in other.of("filter:") for o in origins)
        for other in handler.effects_of(EffectKind.QUERY)
    )


def _is_fenced(effect: Effect, ownership: Ownership) -> bool:
    return effect.operation == "rpc" or ownership.fences(effect.target)


def _belongs(effect: Effect, ownership: Ownership) -> bool | None:
    """Whether rows are somebody's; what a function of the database reads, by what it is asked for."""
    if effect.operation == "rpc":
        asked = parents(name for name, origins in effect.of("argument:") if origins)
        return True if asked & ownership.owned else None
    return ownership.of(effect.target)


def _refuses_before(handler: Handler, effect: Effect) -> bool:
    """True where some who are known get a 403 first: a right was asked for, in a way of its own."""
    before = handler.effects[: handler.effects.index(effect)]
    return any(e.literals.get("status") == "403" for e in before)


_IDENTITY = regex(
    r"(^|_)(id|ids|uuid|slug|email|key|phone|user|tenant|org|owner|number|ref|path|code|username)$",
    re.I,
)


def _is_repeat(effect: Effect) -> bool:
    """True for what is found by the key of an earlier request, which nobody else knows."""
    return any("idempot" in name.lower() and origins for name, origins in effect.of("filter:"))


def _by_identity(handler: Handler, effect: Effect) -> bool:
    """True where the caller names a row or its owner, rather than a category or a state."""
    if effect.operation in ("insert", "upsert"):
        return True
    return any(
        bool(steering(effect, handler))
        and any(o.is_input or o.by for o in origins)
        and (_IDENTITY.search(snake(name)) is not None or owner_columns((name,)))
        for prefix in ("filter:", "argument:")
        for name, origins in effect.of(prefix)
    )


def _is_grave(effect: Effect, kind: Harm) -> bool:
    if kind is Harm.ADD:
        return bool(re.search(r"famil|member|user|role|invit", effect.target, re.I))
    if effect.kind is EffectKind.STORAGE:
        return True
    return bool(PII.search(effect.target) or _PUPILS.search(snake(effect.target)))


_PUPILS = regex(r"(^|_)(students?|pupils?)$")
