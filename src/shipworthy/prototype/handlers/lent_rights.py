"""Tables that list what each role may do, and the columns by which an account gets such a role."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Effect
from shipworthy.regex import regex

_RIGHTS = regex(
    r"^(permissions?|permiss[oõ]es|permisos?|privil[eé]g(e|io)s?|capabilities|abilities|access_?rights)$"
)
_HOLDERS = regex(r"(user|usuario|account|member|membership|employee|staff|admin|person)$")
_SOMEBODYS = regex(
    r"^(user|usuario|member|account|employee|staff|person)_?(uu)?id$|^e?mail|passw|(^|_)(key|token|secret)(_|$)"
)
"""Kept beside the permissions of one person, one key or one link: no role that others get."""
_ROLES = regex(
    r"role?$|profile$|perfi[ls]?$|papel|papei|cargo$|permission|rank$|(access|user)_?(level|type)$"
)
"""For memberships, whose other column may name a channel or a project with permissions of its own."""
_POINTS = regex(r"^(.+?)_?(uu)?id$")


def lent_rights(
    columns: Mapping[str, Collection[str]], accounts: Collection[str]
) -> frozenset[tuple[str, str]]:
    """Whatever says what an account may do, as table and column without lines below: the permissions of a
    table of roles, and the column of accounts that names one of its rows. Tables by `plain` names."""
    listed = {
        name: rights
        for name, found in columns.items()
        if (rights := {bare(c) for c in found if _RIGHTS.match(snake(c))})
        if name not in accounts and not any(_SOMEBODYS.search(snake(c)) for c in found)
    }
    if not listed:
        return frozenset()
    pointing = {
        (name, bare(column), table)
        for name, found in columns.items()
        if name in accounts or _HOLDERS.search(name)
        for column in found
        if (table := _pointed_at(column, listed)) and (name in accounts or _ROLES.search(table))
    }
    used = {table for _, _, table in pointing}
    lists = {(name, right) for name in used for right in listed[name]}
    return frozenset({(name, column) for name, column, _ in pointing} | lists)


def bare(column: str) -> str:
    """A column without how its words are kept apart: profile_id is profileId."""
    return column.replace("_", "").lower()


def _pointed_at(column: str, tables: Collection[str]) -> str:
    named = _POINTS.match(snake(column))
    if named is None:
        return ""
    word = bare(named[1])
    # `perfil` and `perfis`, `papel` and `papeis`, `rol` and `roles`.
    names = [word, f"{word}e", *([word[:-1], f"{word[:-1]}i"] if word.endswith("l") else [])]
    return next((name for name in names if name in tables), "")


def tells_rights(effect: Effect, table: str, lent: Collection[tuple[str, str]]) -> bool:
    """True where the caller says what a role may do."""
    held = {column for name, column in lent if name == table and _RIGHTS.match(column)}
    return bool(held) and any(
        (name == "*" or bare(name) in held) and any(o.is_input for o in origins)
        for name, origins in effect.of("value:")
    )
