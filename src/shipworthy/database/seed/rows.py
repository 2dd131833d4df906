"""Rows of two owners for one table after another; what the database objects to is tried otherwise."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from shipworthy.database.attempts import Ownership
from shipworthy.database.names import quoted_part
from shipworthy.database.schema import Schema, Table
from shipworthy.database.seed.alternatives import alternatives
from shipworthy.database.seed.catalogue import Catalogue, Constraint, Field
from shipworthy.database.seed.keys import Keys
from shipworthy.database.seed.people import OTHER, OWNER, Person
from shipworthy.database.seed.values import qualified, quoted

if TYPE_CHECKING:
    from psycopg import Connection, Error

_TRIES = 60  # objections to one row that are answered
_COMBINATIONS = 400  # of values that are tried for one CHECK
_TOO_LONG = "22001"
_VALUE_ERRORS = ("22", "42804", "42846", "42883", "42704")  # the value itself is wrong


class Filled(Struct):
    """What became of one table. `rows` holds each owner's row as text, by the owner's mark."""

    rows: dict[str, Mapping[str, str | None]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    error: str = ""


class Rows:
    """Fills tables over one connection, whose session fires no triggers and checks no foreign keys."""

    def __init__(
        self,
        connection: Connection[Any],
        schema: Schema,
        catalogue: Catalogue,
        ownership: Mapping[str, Ownership],
        ordinary: Mapping[tuple[str, str], str],
    ) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self.keys = Keys(schema, catalogue, ownership, ordinary)
        self._choices: dict[tuple[str, str, str], Iterator[dict[str, str]]] = {}

    def fill(self, table: Table, people: tuple[Person, ...]) -> Filled:
        """Insert one row for each person."""
        filled = Filled()
        for person in people:
            row = self.keys.row(table, person)
            error = self._insert(table, person, row, filled)
            if error:
                filled.error = error
        return filled

    def _insert(self, table: Table, person: Person, row: dict[str, str], filled: Filled) -> str:
        """Insert until the database is content; returns the last objection, "" for none."""
        objection = ""
        for _ in range(_TRIES + _COMBINATIONS):
            error = self._try(self._statement(table, row), table, person, filled)
            if error is None:
                return ""
            objection = f"{error.sqlstate}: {str(error).splitlines()[0]}"
            if not self._mend(table, person, row, error, filled):
                return objection
        return objection

    def _statement(self, table: Table, row: Mapping[str, str]) -> str:
        columns = ", ".join(quoted_part(name) for name in row)
        fields = self._catalogue.columns.get(table.qualified, ())
        back = ", ".join(f"{quoted_part(f.name)}::text" for f in fields)
        values = f"({columns}) overriding system value values ({', '.join(row.values())})"
        if not row:
            values = "default values"
        return f"insert into {qualified(table.qualified)} {values} returning {back}"

    def _try(self, statement: str, table: Table, person: Person, filled: Filled) -> Error | None:
        import psycopg

        self._connection.execute("savepoint row")
        try:
            found = self._connection.execute(statement.encode()).fetchone()
        except psycopg.Error as error:
            self._connection.execute("rollback to row")
            return error
        fields = self._catalogue.columns.get(table.qualified, ())
        filled.rows[person.mark] = dict(zip((f.name for f in fields), found or (), strict=False))
        self._connection.execute("release row")
        return None

    def _mend(
        self, table: Table, person: Person, row: dict[str, str], error: Error, filled: Filled
    ) -> bool:
        """Change the row so that this objection does not come again; False where nothing helps."""
        state, about = error.sqlstate or "", error.diag
        if state == "23502" and about.column_name:
            return self._require(table, person, row, about.column_name, filled)
        constraints = self._catalogue.constraints.get(table.qualified, {})
        constraint = constraints.get(about.constraint_name or "")
        if state in ("23514", "23505", "23P01") and constraint:
            return self._satisfy(table, person, row, constraint, filled)
        if state == "23514" and about.datatype_name:
            return self._domain(table, person, row, about.datatype_name)
        if state == "23514" and table.kind == "partitioned":
            return self._partition(table, filled)
        if state.startswith(_VALUE_ERRORS) or state == "23514":
            return self._replace_wrong(table, row, short=state == _TOO_LONG)
        return False

    def _require(
        self, table: Table, person: Person, row: dict[str, str], column: str, filled: Filled
    ) -> bool:
        """A value where none may be missing."""
        if row.get(column) in (None, "NULL", "DEFAULT"):
            found = self._catalogue.column(table.qualified, column)
            made = self.keys.plain(table, found, person) if found else "NULL"
            if made != "NULL" and found and not found.computed:
                row[column] = made
                return True
        name = f"not null of {column}"
        target = f"alter column {quoted_part(column)} drop not null"
        return self._drop(table, target, name, filled)

    def _satisfy(
        self,
        table: Table,
        person: Person,
        row: dict[str, str],
        constraint: Constraint,
        filled: Filled,
    ) -> bool:
        """The next values that the constraint may accept; the constraint itself gives way at last."""
        where = (table.qualified, person.mark, constraint.name)
        if where not in self._choices:
            self._choices[where] = self._combinations(table, person, row, constraint)
        chosen = next(self._choices[where], None)
        if chosen is not None:
            row.update(chosen)
            return True
        what = "index" if constraint.kind == "i" else "constraint"
        if what == "index":
            schema = quoted_part(table.schema)
            return self._give_way(
                f"drop index {schema}.{quoted_part(constraint.name)}", constraint.name, filled
            )
        target = f"drop constraint {quoted_part(constraint.name)} cascade"
        return self._drop(table, target, constraint.name, filled)

    def _combinations(
        self, table: Table, person: Person, row: dict[str, str], constraint: Constraint
    ) -> Iterator[dict[str, str]]:
        """Other values for the columns of a constraint, those that it names first."""
        names = [n for n in constraint.columns if self._free(table, n, constraint)]
        options = []
        for name in names:
            found = self._catalogue.column(table.qualified, name)
            if found is None or found.computed:
                continue
            words = self.keys.choices(table, name)
            others = [quoted(word) for word in words]
            if not words or constraint.kind == "c":
                others += alternatives(self._catalogue, found, constraint, person)
            if self.keys.is_fixed(table, name):  # such as "not related to oneself"
                others.append(self.keys.of(table, found, OWNER if person is not OWNER else OTHER))
            options.append([(name, v) for v in dict.fromkeys((row.get(name, "DEFAULT"), *others))])
        every = itertools.product(*options)
        if options:
            next(every)  # as it was
        return (dict(chosen) for chosen in itertools.islice(every, _COMBINATIONS))

    def _free(self, table: Table, column: str, constraint: Constraint) -> bool:
        """Keys that other rows refer to stay, unless a CHECK or an enum leaves few words for them."""
        few = bool(self.keys.words(table, column))
        return constraint.kind == "c" or few or not self.keys.is_fixed(table, column)

    def _domain(self, table: Table, person: Person, row: dict[str, str], domain: str) -> bool:
        for found in self._catalogue.columns.get(table.qualified, ()):
            type_ = self._catalogue.types.get(found.type)
            if type_ is None or type_.kind != "d" or type_.name != domain:
                continue
            rule = Constraint(domain, "c", " ".join(type_.rules), ("VALUE",))
            where = (table.qualified, person.mark, f"domain {found.name}")
            if where not in self._choices:
                others = alternatives(self._catalogue, found, rule, person)
                self._choices[where] = iter([{found.name: other} for other in others])
            chosen = next(self._choices[where], None)
            if chosen is not None:
                row.update(chosen)
                return True
        return False

    def _partition(self, table: Table, filled: Filled) -> bool:
        name = qualified(f"{table.schema}.{table.name}_of_the_proof")
        made = f"create table {name} partition of {qualified(table.qualified)} default"
        return self._give_way(made, "partition bounds", filled)

    def _replace_wrong(self, table: Table, row: dict[str, str], *, short: bool) -> bool:
        """Find the value that cannot be read as its column's type, and leave it out or shorten it."""
        changed = False
        for found in self._catalogue.columns.get(table.qualified, ()):
            current = row.get(found.name, "DEFAULT")
            if current in ("DEFAULT", "NULL") or self._reads(current, found):
                continue
            options = ("'a'",) if short else ("'{}'", "'[]'", "'a'", "'1'", "'0'")
            fitting = next((o for o in options if self._reads(o, found)), "NULL")
            row[found.name] = fitting
            changed = changed or fitting != current
        return changed

    def _reads(self, value: str, found: Field) -> bool:
        import psycopg

        self._connection.execute("savepoint reading")
        try:
            # Through a function, for a cast would cut what is too long and say nothing.
            self._connection.execute(f"select {value}::{found.spelled}".encode())
        except psycopg.Error:
            self._connection.execute("rollback to reading")
            return False
        self._connection.execute("release reading")
        return True

    def _drop(self, table: Table, action: str, name: str, filled: Filled) -> bool:
        return self._give_way(f"alter table {qualified(table.qualified)} {action}", name, filled)

    def _give_way(self, statement: str, name: str, filled: Filled) -> bool:
        import psycopg

        if name in filled.dropped:
            return False
        self._connection.execute("savepoint way")
        try:
            self._connection.execute(statement.encode())
        except psycopg.Error:
            self._connection.execute("rollback to way")
            return False
        self._connection.execute("release way")
        filled.dropped.append(name)
        return True
