"""Where the caller of an entry point stands when an effect happens: known or not, entitled or not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.comparing import is_session_token
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    LEFT_OUT,
    SHARED,
    Check,
    Effect,
    EffectKind,
    Handler,
    Origin,
)
from shipworthy.prototype.handlers.purpose import by_credential
from shipworthy.prototype.handlers.sent import NAMED
from shipworthy.prototype.handlers.weight import (
    changes,
)
from shipworthy.regex import regex


class Caller(StrEnum):
    """Who may have come as far as an effect."""

    KNOWN = "known"  # a session, key, secret or signature was checked before
    ANON_KEY = "anon-key"  # whoever has the key that every browser gets
    ANYBODY = "anybody"
    UNCLEAR = "unclear"  # something is checked that could not be followed


class Tie(StrEnum):
    """What binds an effect to its caller."""

    OWN = "own"  # the rows are the caller's, or the caller's tenant's
    ROLE = "role"  # a role or right of the caller was checked
    MACHINE = "machine"  # another system proved itself with a secret, key or signature
    DATABASE = "database"  # row security decides, with the rights of the caller
    UNSTEERED = "unsteered"  # nothing that the caller sends decides which rows
    UNCLEAR = "unclear"
    NONE = "none"  # whatever the caller names is taken


def caller(handler: Handler, effect: Effect) -> Caller:
    """Who may have come as far as this effect of the entry point."""
    del handler
    if effect.has(*AUTHENTICATES, Check.ROLE, Check.OWNER):
        return Caller.KNOWN
    if effect.has(Check.REFUSES) and not effect.has(Check.DECODED):
        return Caller.UNCLEAR
    # Where there is a gateway, it has verified the token that the code only decodes.
    by_gateway = effect.has(Check.PLATFORM)
    if by_gateway and (effect.has(Check.DECODED) or _is_bound_by_claims(effect)):
        return Caller.KNOWN
    if effect.has(Check.UNCLEAR):
        return Caller.UNCLEAR
    return Caller.ANON_KEY if by_gateway else Caller.ANYBODY


def _is_bound_by_claims(effect: Effect) -> bool:
    """True where what a token says of its holder decides the rows; the public key says nothing of any."""
    return any(
        origin.kind == "principal"
        or (origin.kind == "claims" and origin.name != "cookie")
        or origin.key.startswith("authorization.")
        for _, origins in _selecting(effect)
        for origin in origins
    )


def tie(handler: Handler, effect: Effect, *, by_rows: bool = True) -> Tie:
    """What binds an effect to its caller; without `by_rows` as if no row security were there."""
    if effect.has(Check.ROLE):
        return Tie.ROLE
    if effect.has(Check.SECRET, Check.SIGNATURE):
        return Tie.MACHINE
    if by_rows and in_database(effect):
        return Tie.DATABASE
    selecting = _selecting(effect)
    if any(
        is_of_caller(o) for name, found in selecting for o in found if not _either(effect, name)
    ):
        return Tie.OWN
    alone = not any(_either(effect, name) for name, _ in selecting)
    if effect.has(Check.PLATFORM) and alone and _is_bound_by_claims(effect):
        return Tie.OWN  # the gateway has verified the token that they were read from
    steered = steering(effect, handler)
    owned = frozenset().union(
        *(g.about for g in effect.guards if g.check in (Check.OWNER, Check.API_KEY))
    )
    if steered and owned & steered:
        return Tie.OWN
    if effect.operation == "insert" and owned & _named(effect) and not _moves_in(effect, owned):
        return Tie.OWN  # hung on what is the caller's: an invitation to his own campaign
    if effect.has(Check.API_KEY) and not steered:
        return Tie.MACHINE
    if (
        effect.has(Check.UNCLEAR)
        or _is_bound_unseen(effect)
        or any(g.check is Check.OWNER and not g.about for g in effect.guards)
    ):
        return Tie.UNCLEAR
    if not steered:
        return Tie.UNSTEERED
    return Tie.NONE


def _either(effect: Effect, name: str) -> bool:
    """True for an id that is the caller's own only where the caller names no other: `body.id || user.id`."""
    if effect.has(Check.REFUSES, Check.UNCLEAR):
        return False
    if f"filter:{name}{NAMED}" not in effect.literals:
        return False
    return name == "id" or bool(owner_columns((name,))) or _is_kept_of_caller(effect, name)


def _is_kept_of_caller(effect: Effect, column: str) -> bool:
    """True for a column that an account has as well: what it says of the caller says whose the row is."""
    key = snake(column)
    return key.endswith("_id") and any(
        is_of_caller(origin) and snake(origin.key.rpartition(".")[2]) == key
        for origin in effect.inputs.get(f"filter:{column}", ())
    )


def _named(effect: Effect) -> frozenset[str]:
    """The inputs that are written into a new row as they are: the ids of what it hangs on."""
    return frozenset(
        str(o) for name, found in effect.of("value:") if name.endswith("id") for o in found
    )


_CONTAINERS = regex(
    r"^(tenant|org|organi[sz]ation|company|workspace|church|school|clinic|agency)(_?id)?$", re.I
)


def _moves_in(effect: Effect, owned: frozenset[str]) -> bool:
    """True for a row that the caller puts into a tenant which nobody has compared with him."""
    return any(
        _CONTAINERS.match(snake(name)) and any(o.is_input and str(o) not in owned for o in found)
        for name, found in effect.of("value:")
    )


def _is_bound_unseen(effect: Effect) -> bool:
    """True where the owner of the rows is asked for by something that could not be followed."""
    return any(
        not origins and f"filter:{name}" not in effect.literals and owner_columns((name,))
        for name, origins in effect.of("filter:")
    )


def in_database(effect: Effect) -> bool:
    """True where row security decides: the client has no more rights than its caller."""
    return effect.client in ("user", "anon") and effect.kind in (
        EffectKind.QUERY,
        EffectKind.STORAGE,
        EffectKind.ACCOUNT,
    )


def is_bypassing(effect: Effect) -> bool:
    """True for an effect with more rights than its caller: row security does not hold it back, or has one
    answer for all callers, as nobody signs in at the platform."""
    return effect.client in ("service", "owner", SHARED)


def is_one_for_all(effect: Effect) -> bool:
    """True for a client with one set of rights for all callers, who are kept apart by code or not at all."""
    return effect.client in ("owner", SHARED)


def is_of_caller(origin: Origin) -> bool:
    """True for what the caller is, or what was found by who the caller is."""
    return (
        origin.kind == "principal"
        or is_session_token(origin)  # whether it is verified is another question
        or (origin.kind == "row" and any(by.kind == "principal" for by in origin.by))
    )


def steering(effect: Effect, handler: Handler | None = None) -> frozenset[str]:
    """The inputs that decide which rows, files or accounts an effect is about.

    With the handler, an input also counts by which a row was asked for before, by its id.
    """
    asked = _asked_by_id(handler) if handler is not None else frozenset()
    found: set[str] = set()
    for _, origins in _selecting(effect):
        for origin in origins:
            if origin.is_input:
                found.add(str(origin))
            found |= {
                str(o)
                for o in origin.by
                if o.is_input and (_names_row(o, origin.name) or (origin.name, str(o)) in asked)
            }
    return frozenset(found)


def without_wishes(effect: Effect) -> Effect:
    """A list without the columns by which it is narrowed only where the caller says so: `if (status) …`."""
    left_out = {
        f"filter:{name[len(LEFT_OUT) :]}" for name in effect.literals if name.startswith(LEFT_OUT)
    }
    if not left_out:
        return effect
    return effect._replace(inputs={k: v for k, v in effect.inputs.items() if k not in left_out})


_LAST: list[tuple[Handler, frozenset[tuple[str, str]]]] = []  # asked again for each of its effects


def _asked_by_id(handler: Handler) -> frozenset[tuple[str, str]]:
    if not _LAST or _LAST[0][0] is not handler:
        _LAST[:] = [(handler, _all_asked_by_id(handler))]
    return _LAST[0][1]


def _all_asked_by_id(handler: Handler) -> frozenset[tuple[str, str]]:
    return frozenset(
        (effect.target, str(origin))
        for effect in handler.effects_of(EffectKind.QUERY)
        for name, origins in effect.of("filter:")
        if name.rpartition(".")[2] in ("id", "uuid") or owner_columns((name,))
        for origin in origins
        if origin.is_input
    )


_GENERIC = regex(r"^(|id|ids|uuid|slug|key|path|email|username|data|name)$", re.IGNORECASE)


def _names_row(asked: Origin, table: str) -> bool:
    """True where an input names a row of a table or its owner: not a product that is ordered."""
    if table == "auth.users":
        return True  # an account is found by nothing else than who it is
    key = snake(asked.key.rpartition(".")[2])
    if _GENERIC.match(key) or owner_columns((key,)):
        return True
    word = re.sub(r"_?(ids?|uuid|slug)$", "", key)
    return bool(word) and word.replace("_", "") in table.replace("_", "").lower()


OWNERS = regex(
    r"^(user|owner|author|creator|created_by|customer|client|member|profile|account|tenant|org|organi[sz]ation|company|workspace"
    r"|team|church|school|clinic|agency|household|family|patient|student|employee|seller|buyer|sender|recipient|host|auth_user)"
    r"(_?(id|uuid))?$",
    re.IGNORECASE,
)
"""Columns that say whose a row is."""


def owner_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Of the columns of a table, those that say whose a row is."""
    plain = map(snake, columns)
    return tuple(column for column in plain if OWNERS.match(column))


def _selecting(effect: Effect) -> list[tuple[str, frozenset[Origin]]]:
    """The inputs that pick what an effect is about: filters, paths, ids; of an insert its owners."""
    if effect.kind is EffectKind.QUERY:
        parts = [*effect.of("filter:")]
        if effect.operation == "rpc":
            parts += effect.of("argument:")
        if effect.operation in ("insert", "upsert") and not _puts_over(effect):
            parts += [
                (k, v)
                for k, v in effect.of("value:")
                if owner_columns((k,)) or (k == "id" and any(is_of_caller(o) for o in v))
            ]
        return parts
    if effect.kind is EffectKind.STORAGE:
        return [("path", effect.inputs.get("path", frozenset()))]
    if effect.kind is EffectKind.ACCOUNT and "filter:id" in effect.inputs:
        return [("id", effect.inputs["filter:id"])]
    return list(effect.inputs.items())


def _puts_over(effect: Effect) -> bool:
    """True for `rows.set(sentId, { owner: me })`: whose the row under that id was, nobody has asked."""
    found = dict(effect.of("filter:")).get("id", frozenset())
    return effect.operation == "upsert" and bool(found) and all(o.is_input for o in found)


__all__ = [
    "Caller",
    "Tie",
    "by_credential",
    "caller",
    "changes",
    "in_database",
    "is_bypassing",
    "is_of_caller",
    "is_one_for_all",
    "owner_columns",
    "steering",
    "tie",
    "without_wishes",
]
