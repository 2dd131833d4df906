"""Values of a column that give more than the present one: a role, a plan, an amount, an approval."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipworthy.database.attack.target import Target
from shipworthy.database.schema import Schema
from shipworthy.database.seed.catalogue import Catalogue
from shipworthy.database.seed.keys import allowed
from shipworthy.database.seed.power import Power, power_of, rank
from shipworthy.regex import regex

_RIGHT = regex(r"permiss|privileg|right")  # the name of one right, not a rank
_WORTH = 50  # rank from which a word is worth having
_DEFAULTS = {Power.ROLE: "admin", Power.PLAN: "enterprise", Power.APPROVAL: "approved"}
_WORDS = 3  # tried for one column


class Better:
    """Knows the words that enums, CHECKs, policies and functions name."""

    def __init__(self, schema: Schema, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._texts = _texts(schema)

    def than(self, target: Target, column: str, current: str | None) -> list[str]:
        """Values that give more than the current one, the best first."""
        power = power_of(column)
        field = self._catalogue.column(target.table.qualified, column)
        type_ = self._catalogue.plain(field.type) if field else None
        if power is None or type_ is None:
            return []
        if type_.category == "B":
            return ["true"] if current != "true" and power is not Power.AMOUNT else []
        if type_.category == "N":
            return [_more(current)] if power in (Power.AMOUNT, Power.ROLE, Power.PLAN) else []
        if type_.category == "A":
            return ["{admin}"] if power is Power.ROLE else []
        if type_.name in ("json", "jsonb"):
            return ['{"admin": true}'] if power is Power.ROLE else []
        words = allowed(self._catalogue, target.table.qualified, column)
        if not words and power in _DEFAULTS and not _RIGHT.search(column):
            words = (*_compared_with(self._texts, column), _DEFAULTS[power])
        now = rank(current) if current is not None else 0
        if power is Power.APPROVAL and now >= _WORTH:
            return []
        better = sorted({w for w in words if rank(w) > now and rank(w) >= _WORTH}, key=rank)
        return better[::-1][:_WORDS]


def same(kept: str | None, value: str) -> bool:
    if kept is None:
        return False
    if kept == value or kept.lower() == value.lower():
        return True
    try:
        return float(kept) == float(value)
    except ValueError:
        return "admin" in kept and "admin" in value


def _more(current: str | None) -> str:
    """A number that is plainly more, and fits a short one too."""
    try:
        return f"{float(current or 0) + 999:.0f}"
    except ValueError:
        return "999"


def _texts(schema: Schema) -> tuple[str, ...]:
    """What policies and functions say: they name the words that a free text column may hold."""
    policies = (p for t in schema.tables.values() for p in t.policies)
    said = [text for p in policies for text in (p.using, p.check) if text]
    return (*said, *(f.body for f in schema.functions.values()))


def _compared_with(texts: Iterable[str], column: str) -> tuple[str, ...]:
    pattern = re.compile(
        rf"\b{re.escape(column)}\b\)?(?:::\w+)?\s*(?:=|in\s*\(|=\s*any\s*\(\(?array\[)\s*((?:'\w+'(?:::\w+)?,?\s*)+)",
        re.IGNORECASE,
    )
    found = (
        w for text in texts for hit in pattern.findall(text) for w in re.findall(r"'(\w+)'", hit)
    )
    return tuple(dict.fromkeys(found))
