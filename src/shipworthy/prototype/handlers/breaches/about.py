"""What one effect is about: persons, files, guests, records."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipworthy.prototype.handlers.columns import named_columns, snake
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.knowledge.object_stores import OBJECTS
from shipworthy.prototype.handlers.knowledge.services import ADDS, COUNTS
from shipworthy.prototype.handlers.ownership import BORN, REACHED, Ownership, exports, plain
from shipworthy.prototype.handlers.weight import (
    Harm,
    is_catalogue,
    is_personal,
    is_sensitive,
    revealed,
    says_whose,
)
from shipworthy.regex import regex


def looks_up(effect: Effect) -> bool:
    """True for accounts that are only looked up."""
    return effect.kind is EffectKind.ACCOUNT and effect.operation.lower().startswith(
        ("get", "list")
    )


def writes_out(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True for an export of rows that all other entry points show only to whoever is signed in."""
    withheld = plain(effect.target) in ownership.withheld and effect.operation == "select"
    return withheld and exports(handler) and bool(revealed(handler, effect))


def reports_finances(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True for a report of what somebody, or an organisation, whom the caller names has paid or owns, added
    up: no column of a single row is shown, and it is nobody else's business all the same."""
    columns = effect.literals.get("columns", "")
    return (
        effect.kind is EffectKind.QUERY
        and effect.operation == "select"
        and _MONEY_ADDED_UP.search(columns) is not None
        and _REPORTS.search(handler.name) is not None
        and bool(ownership.has_logins and ownership.of(effect.target))
        and any(
            _OF_WHOM.search(snake(name)) and found and all(o.is_input for o in found)
            for name, found in effect.of("filter:")
        )
        and bool(revealed(handler, effect))
    )


_MONEY_ADDED_UP = regex(
    r"\bsum\b.*(amount|balance|principal|salary|paid|cost|value|price|funds?)", re.I
)
_REPORTS = regex(
    r"[/_-](reports?|statements?|ledgers?|financ\w*|accounting|net-?worth|profit\w*|cash-?flow|payrolls?|earnings"
    r"|revenues?)([/_-]|$)",
    re.IGNORECASE,
)
_OF_WHOM = regex(r"_id$")


def is_asked_file(effect: Effect) -> bool:
    """True for a file of a store of objects that the caller names: pages show pictures in this way, and
    whether any file of the bucket is more than that does not stand in the code."""
    path = effect.inputs.get("path", frozenset())
    return effect.literals.get("store") == OBJECTS and all(o.kind != "row" for o in path)


def is_just_put(handler: Handler, effect: Effect) -> bool:
    """True for a link to the file that the entry point itself has put there before."""
    path = effect.inputs.get("path")
    before = handler.effects[: handler.effects.index(effect)]
    return bool(path) and any(
        e.kind is EffectKind.STORAGE
        and e.operation == "upload"
        and (e.target, e.inputs.get("path")) == (effect.target, path)
        for e in before
    )


def clears_up(handler: Handler, effect: Effect) -> bool:
    """True for a file of a store that is taken away in passing, as one that is too large or there already:
    the entry point is none for deleting, by its method or its name."""
    if effect.kind is not EffectKind.STORAGE or effect.operation != "remove":
        return False
    return effect.literals.get("store") == OBJECTS and not is_for_deleting(handler)


def is_for_deleting(handler: Handler) -> bool:
    """True for an entry point that says by its method or its name that it deletes."""
    words = snake(f"{handler.route.path} {handler.subject.rpartition('#')[2]}")
    return handler.route.method == "DELETE" or _DELETES.search(words) is not None


_DELETES = regex(r"(^|[^a-z])(delete|del|remove|erase|purge|destroy|clear|drop)([^a-z]|$)")


def leaves_a_record(effect: Effect) -> bool:
    """True for a record of one kind that is added, as a form does, and for a count that goes up."""
    deed = effect.literals.get("deed")
    return deed == COUNTS or (deed == ADDS and "kind" in effect.literals)


GUESTS = regex(
    r"(^|_)(guest_?)?(orders?|bookings?|reservations?|appointments?|carts?|cart_?items?|order_?items?|purchases?|checkouts?|registrations?|enrol?lments?|rsvps?)$",
    re.IGNORECASE,
)
"""What guests leave without an account."""


_ITS_NAME = regex(r"^(first|last|full|user|display|nick)?_?name$", re.IGNORECASE)


def shows_persons(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True where what is shown says who somebody is, how to reach him, or what he has written or paid."""
    if effect.kind is not EffectKind.QUERY:
        return True
    shown = frozenset(origin.key.rpartition(".")[2] for origin in revealed(handler, effect))
    keys = named_columns(effect.literals.get("columns", "")) or shown
    if keys and "" not in keys:
        named = (
            _ACCOUNTS.search(effect.target) is not None
        )  # what users are called, they tell others
        return any(_OF_PERSONS.search(key) and not (named and _ITS_NAME.match(key)) for key in keys)
    name = plain(effect.target)
    if name in ownership.known and not INTIMATE.search(effect.target):
        return name in ownership.personal
    return PII.search(effect.target) is not None


_ACCOUNTS = regex(r"^(users?|(user_?)?profiles?|authors?|players?|creators?)$", re.IGNORECASE)


INTIMATE = regex(
    r"message|conversation|ticket|notification|audit|medical|health|payment|transaction|salary|bank|invoice|credential|secret|(api|portal|access)_?key",
    re.IGNORECASE,
)


_OF_PERSONS = regex(
    r"^e?mail|_email|phone|mobile|address|street|birth|(^|_)dob|passport|iban|(^|_)ssn|salary|balance|password|secret|token"
    r"|(first|last|full|user|customer|client|patient|contact)_?name|diagnos|medical|message|content|amount|total|notes?$",
    re.IGNORECASE,
)


PII = regex(
    r"user|profile|customer|client|member|patient|employee|contact|lead|applicant|candidate|order|purchase|invoice|payment"
    r"|transaction|message|conversation|chat|ticket|email|(?<!ip_)(?<!ip)address|medical|health|salary|bank|card|session|token|secret"
    r"|credential|(api|portal|access)_?key|auth_?account|password|audit|document|booking|appointment|wallet|notification|famil",
    re.IGNORECASE,
)


def is_his(origin: Origin) -> bool:
    """True for what the caller is, or was found by it."""
    return origin.kind == "principal" or any(by.kind == "principal" for by in origin.by)


LOG = regex(
    r"(?i:(^|_)(logs?|events?|errors?|history|activit(y|ies)|views?|visits?|analytics|telemetry)$)"
    r"|(Log|Activity|View|Visit)$|(?i:notification_?logs?$)"
)


NOTES = regex(
    r"(?i:(^|_)(logs?|audits?|histor(y|ies)|trails?|activit(y|ies)|timelines?)(_|$))"
    r"|(Log|Audit|History|Trail|Activity|Activities|Timeline)s?(?![a-z])"
)
"""Where it is noted who has done what."""


def is_private(effect: Effect, shown: Iterable[Origin], ownership: Ownership) -> bool:
    """True where the caller is shown rows that are not for everybody."""
    if effect.kind is EffectKind.STORAGE:
        return effect.operation in ("download", "sign")
    asked = _asked_by(effect)
    news = (origin for origin in shown if origin.key.rpartition(".")[2] not in asked)
    if not any(is_sensitive(origin, effect) for origin in news) or is_catalogue(effect):
        return False
    personal = is_personal(effect) and not _OF_SITE.match(snake(effect.target))
    if personal or bool(ownership.of(effect.target)) or says_whose(effect):
        return True
    return says_who_is_born_when(effect, ownership) or _is_left_by_guests(effect, ownership)


_OF_SITE = regex(
    r"^((company|business|site|store|shop|office)_)?contact_?(info|information|details|page|settings)$"
)
"""Where an app keeps how to reach those who run it."""


def _asked_by(effect: Effect) -> frozenset[str]:
    """The columns of which the caller has said himself what they hold: he learns no address by sending it."""
    if effect.operation != "select":
        return frozenset()
    asked = ((n, found) for n, found in effect.of("filter:") if n and found)
    return frozenset(n for n, found in asked if all(o.is_input for o in found))


def names_a_user(effect: Effect, kind: Harm) -> bool:
    """True for what is kept of one user and found by his id, which whoever calls may put in: users are told
    apart there, though nobody signs in."""
    return kind in (Harm.READ, Harm.CHANGE, Harm.DELETE) and any(
        _USER.match(snake(name)) and origins and all(o.is_input for o in origins)
        for name, origins in effect.of("filter:")
    )


_USER = regex(r"^(user|owner|account)_(id|uuid|email)$")


def says_who_is_born_when(effect: Effect, ownership: Ownership) -> bool:
    """True where the columns that are read are those of a person, whatever their table is called."""
    asked = effect.literals.get("columns", "*")
    if asked in ("", "*"):
        return effect.operation == "select" and plain(effect.target) in ownership.born
    columns = re.split(r"[\s,]+", asked)
    return any(map(BORN.search, columns)) and any(map(REACHED.search, columns))


def _is_left_by_guests(effect: Effect, ownership: Ownership) -> bool:
    """True for rows in which strangers have left how to reach them, and all of whose columns are read."""
    name = plain(effect.target)
    whole = effect.operation == "select" and effect.literals.get("columns", "*") in ("", "*")
    return (
        whole
        and bool(GUESTS.search(effect.target))
        and name in ownership.of_guests
        and name in ownership.reached
    )


def named(target: str) -> str:
    """A table's name as a person would say it."""
    return snake(target.rpartition(".")[2]).replace("_", " ") or "rows"
