"""Rows that belong to single holders of a role, as the entry points for that role show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.passing import passing_roles
from shipworthy.prototype.handlers.standing import in_database, is_of_caller
from shipworthy.regex import regex


class Held(Struct, frozen=True):
    """The entry point that looks only for rows of its caller, and the column by which it does; `singly`
    where it takes an id as well."""

    column: str
    name: str
    singly: bool


def read_holders(handlers: Iterable[Handler]) -> Mapping[tuple[str, str], Held]:
    """By table and role, where a role that many have sees only what its holder has."""
    found: dict[tuple[str, str], Held] = {}
    for handler in handlers:
        for effect in handler.effects_of(EffectKind.QUERY):
            role = one_of_many(effect)
            if not role or effect.operation not in _DEEDS or in_database(effect):
                continue
            for held in _held(handler, effect, role):
                key = effect.target, role
                if held.singly or key not in found:
                    found[key] = held
    return found


_DEEDS = ("select", "update", "delete")


def one_of_many(effect: Effect) -> str:
    """The one role that passes, in small letters, where many have it and none of them governs the others;
    "" for any other."""
    roles = passing_roles(effect) if effect.has(Check.ROLE) else []
    role = snake(roles[0]).removeprefix("role_") if len(roles) == 1 else ""
    return role if _OF_MANY.search(role) and not _GOVERNS.search(role) else ""


def _held(handler: Handler, effect: Effect, role: str) -> Iterator[Held]:
    asked = list(effect.of("filter:"))
    singly = any(by_id(name, origins) for name, origins in asked)
    for name, origins in asked:
        column = snake(name)
        if origins and all(map(is_of_caller, origins)) and is_holder(column, role):
            yield Held(column, handler.name, singly)


def by_id(name: str, origins: Iterable[Origin]) -> bool:
    """True for the id of a row, as whoever calls sends it."""
    return snake(name) in _IDS and any(o.is_input for o in origins)


_IDS = ("id", "_id", "uuid", "pk")


def is_holder(column: str, role: str) -> bool:
    """True for a column that says which holder of a role a row is for: `driver_id`, `assigned_to`."""
    return bool(_HOLDER.match(column)) or bool(
        re.match(rf"{re.escape(role)}(_?(user_?)?id)?$", column)
    )


_HOLDER = regex(
    r"((assigned|allocated)_?(to|user|technician|driver|agent|doctor|staff|employee|rep)|assignee|(created|posted|uploaded)_?by"
    r"|owner|author|creator|seller|vendor|lecturer|teacher|instructor|tutor|mentor|coach|driver|technician|doctor|agent"
    r"|landlord|host|organi[sz]er|freelancer|broker|sales_?(person|rep))(_?(user_?)?id)?$"
)
_OF_MANY = regex(
    r"^(lecturer|teacher|instructor|professor|tutor|mentor|coach|trainer|faculty|driver|rider|courier|delivery_?\w*|technician"
    r"|mechanic|engineer|doctor|physician|therapist|dentist|counsel+or|nutritionist|veterinarian|vet|seller|vendor|merchant"
    r"|supplier|(field_?|sales_?|real_?estate_?|estate_?)?agent|broker|realtor|sales_?(man|person|rep|representative)?|landlord"
    r"|host|freelancer|contractor|worker|organi[sz]er|photographer|stylist|barber|artist|lawyer|consultant|advisor"
    r"|(service_?)?provider|specialist|cleaner|caregiver|recruiter|employer|author|writer|creator|inspector|collector"
    r"|docente|profesor|professora?|maestro|medico|motorista|corretor|entregador|vendedor|conductor|abogado|advogado)s?$"
)
_GOVERNS = regex(r"admin|owner|manager|staff|super|head|lead|chief")
