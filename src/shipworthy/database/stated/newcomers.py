"""Which role a new account has: told by the trigger of the sign-up, or by the default of the column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.database.attempts import Verb
from shipworthy.database.schema import Column, Schema, Table
from shipworthy.database.seed.power import rank
from shipworthy.database.seed.sign_up import trigger_bodies
from shipworthy.database.stated.inserts import inserts, word_of
from shipworthy.database.stated.powers import RULES_OVER_OTHERS
from shipworthy.database.stated.promotions import unguarded
from shipworthy.database.stated.words import texts, without_comments
from shipworthy.regex import regex

# What was sent, or else a word: whoever sends nothing has that.
_OR_ELSE = regex(
    r"\s*\(?\s*coalesce\s*\(.*,\s*'(\w+)'(?:\s*::\s*[\w.]+)?\s*\)\s*\)?(?:\s*::\s*[\w.]+)?\s*",
    re.IGNORECASE | re.DOTALL,
)
_DECIDES = regex(r"\b(?:if|case)\b", re.IGNORECASE)


def role_of_new_accounts(
    schema: Schema, table: Table, column: Column, owned: tuple[str, ...]
) -> str:
    """The role of whoever has just signed up; "" where it is not told or may be one of several."""
    given = [word for body in trigger_bodies(schema) for word in _given(table, column, body)]
    if given:
        low = {word for word in given if rank(word) < RULES_OVER_OTHERS} or set(given)
        if len(low) > 1:  # somebody else is invited
            low &= {_default(column)}
        return "".join(low)
    if unguarded(schema, table, owned, column.name, Verb.INSERT):
        return _default(column)
    return ""


def _given(table: Table, column: Column, body: str) -> Iterator[str]:
    """The word that each INSERT of a sign-up writes; "" for what it reckons."""
    code = without_comments(body)
    for insert in inserts(code):
        if insert.table != table.qualified:
            continue
        if column.name not in insert.columns:
            yield _default(column)
            continue
        counted = len(insert.values) == len(insert.columns)
        value = insert.values[insert.columns.index(column.name)] if counted else ""
        other = _OR_ELSE.fullmatch(value)
        told = other[1] if other else word_of(value)
        # Who is made an administrator may be chosen by his address.
        chosen = rank(told) >= RULES_OVER_OTHERS and _DECIDES.search(code)
        if not chosen:
            yield told


def _default(column: Column) -> str:
    words = texts(column.default or "")
    return words[0] if words else ""
