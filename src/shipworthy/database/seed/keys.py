"""Which value a column takes for a person, so that every row points to rows of the same person."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipworthy.database.attempts import Ownership
from shipworthy.database.powerful import lists_the_powerful
from shipworthy.database.schema import ForeignKey, Schema, Table
from shipworthy.database.seed.catalogue import Catalogue, Field
from shipworthy.database.seed.literals import words_for
from shipworthy.database.seed.people import KEEPER, OTHER, OWNER, Person, key, number
from shipworthy.database.seed.power import (
    Power,
    highest,
    lowest,
    power_of,
    rank,
)
from shipworthy.database.seed.values import is_ended, quoted, value
from shipworthy.regex import regex

_NAMED = regex(r"^(?:\w+_)?(\w+?)_(?:id|uuid)$")
_RULES = 90  # rank from which a role rules over others
_DEPTH = 8  # foreign keys that are followed


class Keys:
    """The values of rows; the same for a column and everything that references it."""

    def __init__(
        self,
        schema: Schema,
        catalogue: Catalogue,
        ownership: Mapping[str, Ownership],
        ordinary: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self._ordinary = ordinary or {}
        self._schema = schema
        self._catalogue = catalogue
        self._ownership = ownership
        self._referenced = {
            (f.target, column)
            for table in schema.tables.values()
            for f in table.foreign_keys
            for column in f.target_columns
        }

    def people(self, table: Table) -> tuple[Person, Person]:
        """The owners of a table's two rows. Rows that make an administrator are never B's."""
        of_tenants = bool(self._ownership.get(table.qualified, Ownership()).tenant_columns)
        is_power = lists_the_powerful(table.name, of_tenants=of_tenants) and self._users(table)
        return (OWNER, KEEPER if is_power else OTHER)

    def row(self, table: Table, person: Person) -> dict[str, str]:
        """A value for every column that has to have one, by column, as SQL."""
        row = {}
        for field in self._catalogue.columns.get(table.qualified, ()):
            if field.computed:
                continue
            made = self.of(table, field, person)
            if made != "DEFAULT":
                row[field.name] = made
        return row

    def of(self, table: Table, field: Field, person: Person, depth: int = 0) -> str:
        """The value of a column in the person's row."""
        reference = self._reference(table, field.name)
        if reference is not None and depth < _DEPTH:
            return self._referenced_value(table, field, reference, person, depth)
        if field.name in self._users(table):
            return self._person(field, person)
        if field.name in self._ownership.get(table.qualified, Ownership()).tenant_columns and (
            field.name not in table.primary_key
        ):
            return self._tenant(field, person)
        usual = self._ordinary.get((table.qualified, field.name))
        if usual is not None and person is not KEEPER:
            return quoted(usual)
        if field.preset is not None and not self.is_fixed(table, field.name):
            return self._ordinary_word(table, field) or "DEFAULT"
        if not field.required and is_ended(field.name):
            return "NULL"
        return self.plain(table, field, person)

    def plain(self, table: Table, field: Field, person: Person) -> str:
        """A value that follows no reference, only the column's type and rules."""
        return value(self._catalogue, field, table.qualified, person, self.words(table, field.name))

    def words(self, table: Table, column: str) -> tuple[str, ...]:
        """The values that CHECKs or the column's enum allow; the strongest alone without a user."""
        found = self.choices(table, column)
        if found and power_of(column) is Power.ROLE and not self._users(table):
            # A rule such as (role, permission) must not hand anything to ordinary users.
            return (highest(found),)
        return found

    def choices(self, table: Table, column: str) -> tuple[str, ...]:
        """All values that CHECKs or the column's enum allow; without a user the strongest first."""
        found = allowed(self._catalogue, table.qualified, column)
        if power_of(column) is Power.ROLE and not self._users(table):
            return tuple(sorted(found, key=rank, reverse=True))
        return found

    def _ordinary_word(self, table: Table, field: Field) -> str | None:
        """The least role of a table of users whose default would make everybody an administrator."""
        type_ = self._catalogue.plain(field.type)
        free = ("member",) if type_ is not None and type_.category == "S" else ()
        words = self.words(table, field.name) or free
        preset = re.match(r"'(\w+)'", field.preset or "")
        if not words or not preset or power_of(field.name) is not Power.ROLE:
            return None
        is_users = bool(self._users(table)) and rank(preset.group(1)) >= _RULES
        return quoted(lowest(words)) if is_users else None

    def is_fixed(self, table: Table, column: str) -> bool:
        """True for columns that keys, owners and references need to be what they are."""
        ownership = self._ownership.get(table.qualified, Ownership())
        return (
            column in table.primary_key
            or (table.qualified, column) in self._referenced
            or column in ownership.user_columns
            or column in ownership.tenant_columns
            or self._reference(table, column) is not None
        )

    def _users(self, table: Table) -> tuple[str, ...]:
        return self._ownership.get(table.qualified, Ownership()).user_columns

    def _reference(self, table: Table, column: str) -> tuple[str, str] | None:
        """The table and column that this one points to, by foreign key or by name."""
        for found in table.foreign_keys:
            if column in found.columns:
                return _end(found, column)
        if column in self._users(table):
            return None
        named = _NAMED.match(column.lower())
        if not named or column in table.primary_key:
            return None
        word = named.group(1)
        plural = word[:-1] + "ies" if word.endswith("y") else word + "s"
        for name in (plural, word, word + "es"):
            target = self._schema.tables.get(f"{table.schema}.{name}")
            if target and target.primary_key == ("id",) and self._same_type(table, column, target):
                return target.qualified, "id"
        return None

    def _same_type(self, table: Table, column: str, target: Table) -> bool:
        own, other = table.column(column), target.column("id")
        return own is not None and other is not None and own.type == other.type

    def _referenced_value(
        self, table: Table, field: Field, target: tuple[str, str], person: Person, depth: int
    ) -> str:
        name, column = target
        if name == table.qualified and column != field.name and not field.required:
            return "NULL"  # the top of a tree
        found = self._schema.tables.get(name)
        if name == "auth.users" or found is None:
            if name.startswith("auth."):
                return self._person(field, person)
            return self.plain(table, field, person)
        other = self._catalogue.column(name, column)
        if other is None or other.computed:
            return self.plain(table, field, person)
        made = self.of(found, other, person, depth + 1)
        return self.plain(found, other, person) if made in ("DEFAULT", "NULL") else made

    def _tenant(self, field: Field, person: Person) -> str:
        """The key of a tenant that no table of the prototype holds."""
        type_ = self._catalogue.plain(field.type)
        is_number = type_ is not None and type_.category == "N"
        return str(number(person)) if is_number else quoted(key("tenant", person.mark))

    def _person(self, field: Field, person: Person) -> str:
        type_ = self._catalogue.plain(field.type)
        if type_ is not None and type_.category == "N":
            return str(number(person))
        if type_ is not None and type_.category == "A":
            return f"ARRAY[{quoted(person.id)}]::{field.spelled}"
        if "email" in field.name.lower():
            return quoted(person.email)
        return quoted(person.id)


def allowed(catalogue: Catalogue, table: str, column: str) -> tuple[str, ...]:
    """The words that a column may hold, by its enum or a CHECK; none where it is free."""
    field = catalogue.column(table, column)
    type_ = catalogue.plain(field.type) if field else None
    if type_ is None or type_.kind == "e":
        return type_.labels if type_ else ()
    if type_.category != "S":
        return ()
    for constraint in catalogue.constraints.get(table, {}).values():
        if constraint.kind == "c" and constraint.columns == (column,):
            words = words_for(constraint.definition, column)
            if words:
                return words
    return ()


def _end(found: ForeignKey, column: str) -> tuple[str, str]:
    at = found.columns.index(column)
    return found.target, found.target_columns[at] if at < len(found.target_columns) else "id"
