"""Rows that whoever comes is shown, and that are not for him although no column of theirs says so."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.breaches.about import names_a_user
from shipworthy.prototype.handlers.breaches.meant import is_setting
from shipworthy.prototype.handlers.breaches.power import is_admin
from shipworthy.prototype.handlers.columns import named_columns
from shipworthy.prototype.handlers.handler import Effect, Handler
from shipworthy.prototype.handlers.ownership import Ownership
from shipworthy.prototype.handlers.standing import is_bypassing
from shipworthy.prototype.handlers.weight import Harm, is_catalogue, revealed
from shipworthy.regex import regex


def is_of_somebody(handler: Handler, effect: Effect) -> bool:
    """True for the rows about a person whom the caller names, past row security, whatever they say."""
    filters = dict(effect.of("filter:"))
    named = [f for f, found in filters.items() if found and all(o.is_input for o in found)]
    asked = effect.operation == "select" and effect.client == "service" and len(filters) == 1
    return asked and any(map(_PERSON.search, named)) and bool(revealed(handler, effect))


_PERSON = regex(
    r"(^|_)(contact|lead|patient|client|student|employee|customer)_?id$|(contact|lead|patient|client|student|employee"
    r"|customer)Id$"
)


def is_kept_of_one(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True for rows that are kept apart by account, and shown of whichever account the caller names; what
    people show of themselves to others is none."""
    if effect.operation != "select" or not names_a_user(effect, Harm.READ):
        return False
    if not ownership.has_logins or not ownership.of(effect.target):
        return False
    if is_catalogue(effect) or _SHOWN_OF_ONESELF.search(effect.target):
        return False
    told = {origin.key.rpartition(".")[2] for origin in revealed(handler, effect)}
    keys = told and (named_columns(effect.literals.get("columns", "")) or told)
    return bool(keys) and not all(map(_ID.search, keys))


_ID = regex(r"(^|_)ids?$|Ids?$")  # what others are chosen by


_SHOWN_OF_ONESELF = regex(
    r"profile|avatar|badge|achievement|follow|like|comment|review|rating|post|stor(y|ies)|photo|image|gallery|video|track"
    r"|song|playlist|recipe|listing|product|item|project|portfolio|skill|experience|education|leaderboard|score|rank"
    r"|availab|slot|schedule|service|event|bio|link|page|site|public|vote|poll",
    re.IGNORECASE,
)
"""Words of tables whose rows tell others about somebody because he wants it."""


def is_for_administrators(handler: Handler, effect: Effect, ownership: Ownership) -> bool:
    """True for rows that an address shows whose name says that it is for administrators, where other entry
    points know who calls; settings and goods are shown in other places as well."""
    return (
        ownership.has_logins
        and handler.route.method in ("GET", "")
        and effect.operation == "select"
        and is_admin(handler)
        and is_bypassing(effect)
        and not is_setting(effect)
        and not (is_catalogue(effect) or _GOODS.search(effect.target))
        and not _ADDED_UP.search(effect.literals.get("columns", ""))
        and bool(revealed(handler, effect))
    )


_ADDED_UP = regex(r"\b(count|sum|avg|min|max)\b", re.IGNORECASE)
_GOODS = regex(r"pric(e|ing)|plan|tariff|categor|type|tag|product|service|variant|brand|slot", re.I)
