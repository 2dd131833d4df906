"""Which regulated kinds of data a prototype keeps, asks for in forms and questions, or takes in requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.intent.answers import Regulated
from shipworthy.prototype.privacy.categories import Category, category_of, snake
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class RegulatedData(Struct, frozen=True):
    """One regulated kind of data: the different fields that name it, and where the first few stand."""

    kind: Regulated
    fields: tuple[str, ...]
    locations: tuple[Location, ...]


_KINDS: Mapping[Category, Regulated] = {
    Category.HEALTH: Regulated.HEALTH,
    Category.BODY: Regulated.IDENTITY,
    Category.IDENTITY: Regulated.IDENTITY,
    Category.FINANCE: Regulated.FINANCE,
    Category.CARD: Regulated.PAYMENT_CARDS,
    Category.BELIEF: Regulated.OTHER,
    Category.CRIMINAL: Regulated.OTHER,
}
_CHILD = regex(
    r"^(child|childs|children|kid|kids|minor|pupil|guardian|parental)_(.+_)?(name|age|dob|birth\w*|email|phone"
    r"|consent|school|grade|photo|gender|notes)$"
)
_TAKEN = frozenset({"body", "form", "argument"})  # of a request, by whoever calls
_SHOWN = 4

Sight = tuple[Regulated, str, Location]


def read_regulated(prototype: Prototype) -> tuple[RegulatedData, ...]:
    """Each regulated kind that the names of columns, fields, questions and parts of requests tell."""
    found: dict[Regulated, dict[str, Location]] = {}
    for kind, field, location in _sights(prototype):
        found.setdefault(kind, {}).setdefault(snake(field), location)
    return tuple(
        RegulatedData(kind, tuple(fields), tuple(fields.values())[:_SHOWN])
        for kind, fields in sorted(found.items())
    )


def _sights(prototype: Prototype) -> Iterator[Sight]:
    for datum in prototype.personal_data:
        yield from _named(datum.field, datum.location, datum.category)
    for asked in (*prototype.asked, *prototype.form_fields):
        yield from _named(asked.name, asked.location, category_of(asked.name, asked.form))
    for table in prototype.tables:
        for column in table.columns:
            yield from _named(column, table.location, None)
    for handler in prototype.handlers:
        for effect in handler.effects:
            for origin in {o for origins in effect.inputs.values() for o in origins}:
                if origin.kind in _TAKEN and origin.key:
                    name = origin.key.rpartition(".")[2]
                    yield from _named(name, handler.location, category_of(name))


def _named(field: str, location: Location, category: Category | None) -> Iterator[Sight]:
    if category is not None and category in _KINDS:
        yield _KINDS[category], field, location
    if _CHILD.match(snake(field)):
        yield Regulated.CHILDREN, field, location
