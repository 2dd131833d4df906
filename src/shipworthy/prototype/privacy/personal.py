"""Which personal data the prototype keeps or asks for: columns of tables and fields of forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.privacy.categories import SPECIAL, Category, category_of
from shipworthy.prototype.roles import is_archived
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class PersonalDatum(Struct, frozen=True):
    """One column or form field that holds personal data, as its name tells.

    `kind` is "table" or "form"; `holder` the table, or the component of the form.
    """

    category: Category
    field: str
    kind: str
    holder: str
    location: Location

    @property
    def special(self) -> bool:
        """True for the special categories of GDPR Art. 9(1)."""
        return self.category in SPECIAL


def read_personal_data(prototype: Prototype) -> tuple[PersonalDatum, ...]:
    """Every column and form field, each once."""
    found: dict[tuple[str, str, str], PersonalDatum] = {}
    for datum in (*_columns(prototype), *_fields(prototype)):
        found.setdefault((datum.kind, datum.holder, datum.field), datum)
    return tuple(found.values())


def _columns(prototype: Prototype) -> Iterator[PersonalDatum]:
    # What defines a table says more than the types that were generated from it.
    for table in sorted(prototype.tables, key=lambda t: t.source == "types"):
        if is_archived(table.location.path):
            continue
        for column in table.columns:
            category = category_of(column, table.name)
            if category is not None:
                yield PersonalDatum(category, column, "table", table.name, table.location)


_SEARCHES = regex(r"(search|filter|find|sort|buscar|pesquisar|suche)", re.IGNORECASE)
_TYPES = {"email": Category.EMAIL, "tel": Category.PHONE}


def _fields(prototype: Prototype) -> Iterator[PersonalDatum]:
    for field in prototype.form_fields:
        name = re.sub(r"[*:(].*", "", field.name).strip()
        if _SEARCHES.match(name):
            continue
        name = field.kind if "@" in name else name
        # A form asks whoever fills it in, so a bare "Name" is a person's when it asks for a way back.
        category = _TYPES.get(field.kind) or category_of(name)
        if category is not None:
            yield PersonalDatum(category, name, "form", field.form, field.location)
