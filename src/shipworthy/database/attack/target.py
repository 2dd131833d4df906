"""What is attacked: tables and views with the row of the victim and what each role may touch."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files

from msgspec import Struct, field

from shipworthy.database.attack.persona import Persona
from shipworthy.database.attack.session import Session
from shipworthy.database.attempts import Actor, Ownership, Seeding, Verb
from shipworthy.database.names import quoted_part
from shipworthy.database.schema import Schema, Table
from shipworthy.database.seed.people import OTHER, OWNER
from shipworthy.database.seed.values import qualified, quoted
from shipworthy.regex import regex

Row = Mapping[str, str | None]
_KEY = regex(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
_MARK = 6  # characters; shorter values tell nothing
_BITS = {Verb.UPDATE: 4, Verb.INSERT: 8, Verb.DELETE: 16}  # of pg_relation_is_updatable


class Touch(Struct):
    """The columns that one role may read, change and fill."""

    readable: list[str] = field(default_factory=list)
    changeable: list[str] = field(default_factory=list)
    fillable: list[str] = field(default_factory=list)


class Target(Struct, frozen=True):
    """A table or view. `rows` holds the owners' rows by their mark; views may show none."""

    table: Table
    rows: Mapping[str, Row]
    ownership: Ownership
    touch: Mapping[str, Touch]  # by role
    writable: int = 0  # bits of pg_relation_is_updatable

    @property
    def victim(self) -> Row | None:
        """A's row."""
        return self.rows.get(OWNER.mark)

    @property
    def name(self) -> str:
        """The name, quoted for SQL."""
        return qualified(self.table.qualified)

    def takes(self, verb: Verb) -> bool:
        """True where rows can be written so, directly or through the view."""
        return bool(self.writable & _BITS[verb])

    def key(self, mark: str = OWNER.mark) -> tuple[str, ...]:
        """The columns that tell an owner's row from all others."""
        row = self.rows.get(mark) or {}
        if self.table.primary_key and all(row.get(c) is not None for c in self.table.primary_key):
            return self.table.primary_key
        other = self.rows.get(OTHER.mark if mark == OWNER.mark else OWNER.mark) or {}
        named = [
            c for c, v in row.items() if v is not None and v != other.get(c) and v[:1] not in "[{"
        ]
        if "id" in named:
            return ("id",)
        return tuple(named[:3])

    def condition(self, mark: str = OWNER.mark) -> str:
        """The WHERE that finds an owner's row."""
        row = self.rows.get(mark) or {}
        parts = [f"{quoted_part(c)} = {quoted(row[c] or '')}" for c in self.key(mark)]
        return " and ".join(parts) or "true"


class Marks(Struct, frozen=True):
    """Values that only A's rows hold, with the tables that hold them."""

    tables: Mapping[str, frozenset[str]]

    def found_in(
        self, texts: Iterable[str | None], known: Iterable[str] = (), *, keys: bool = True
    ) -> frozenset[str]:
        """Tables of A whose values stand in the texts, values that the asker knew aside.

        Keys tell whose a row is; without `keys` only what else stands in it counts.
        """
        text = "\n".join(t for t in texts if t)
        knew = "\n".join(known)
        found: set[str] = set()
        for mark, tables in self.tables.items():
            if mark in text and mark not in knew and (keys or not _KEY.fullmatch(mark)):
                found |= tables
        return frozenset(found)


def marks_of(seeding: Mapping[str, Seeding]) -> Marks:
    """The marks of A in the rows that were seeded."""
    others: set[str] = set()
    for seeded in seeding.values():
        for mark, row in seeded.row_of.items():
            if mark != OWNER.mark:
                others.update(v for v in row.values() if v)
    found: dict[str, set[str]] = {OWNER.id: {"auth.users"}, OWNER.email: {"auth.users"}}
    for name, seeded in seeding.items():
        for value in (seeded.row_of.get(OWNER.mark) or {}).values():
            if value and len(value) >= _MARK and value not in others:
                found.setdefault(value, set()).add(name)
    return Marks({mark: frozenset(tables) for mark, tables in found.items()})


def targets(
    session: Session, schema: Schema, seeding: Mapping[str, Seeding], marks: Marks
) -> dict[str, Target]:
    """Every table and view of the schemas that the REST interface serves, by name."""
    touch, writable = _privileges(session)
    found = {}
    for name, table in schema.tables.items():
        if table.schema not in schema.exposed or table.kind == "foreign":
            continue
        seeded = seeding.get(name)
        found[name] = Target(
            table=table,
            rows=seeded.row_of if seeded else _rows_of_view(session, table, marks),
            ownership=seeded.ownership if seeded else _ownership_of_view(table, seeding),
            touch=touch.get(name, {}),
            writable=writable.get(name, 0),
        )
    return found


def _privileges(session: Session) -> tuple[dict[str, dict[str, Touch]], dict[str, int]]:
    touch: dict[str, dict[str, Touch]] = {}
    writable: dict[str, int] = {}
    text = files(__package__).joinpath("privileges.sql").read_text()
    for schema, table, role, column, computed, reads, changes, fills, bits in session.every(text):
        name = f"{schema}.{table}"
        found = touch.setdefault(name, {}).setdefault(role or "", Touch())
        writable[name] = int(bits or 0)
        if reads == "t":
            found.readable.append(column or "")
        if changes == "t" and computed == "f":
            found.changeable.append(column or "")
        if fills == "t" and computed == "f":
            found.fillable.append(column or "")
    return touch, writable


def _rows_of_view(session: Session, table: Table, marks: Marks) -> Mapping[str, Row]:
    """The row of A in a view, and one of B: the first that hold a value of theirs."""
    with session.turn(None) as turn:
        turn.run(Persona(Actor.MEMBER, OWNER).claims)  # views may show each their own
        shown = turn.run(f"select * from {qualified(table.qualified)} limit 200").mappings()
    rows = {}
    for row in shown:
        if OWNER.mark not in rows and marks.found_in(row.values()):
            rows[OWNER.mark] = row
        elif OTHER.mark not in rows and not marks.found_in(row.values()):
            rows[OTHER.mark] = row
    return rows


def as_row(shown: Mapping[str, object]) -> Row:
    """A row that came as JSON, as text that SQL takes back."""
    return {name: _as_text(value) for name, value in shown.items()}


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _ownership_of_view(table: Table, seeding: Mapping[str, Seeding]) -> Ownership:
    """A view's owner columns: those of its tables that it shows under the same name."""
    columns = {c.name for c in table.columns}
    below = [seeding[name].ownership for name in table.depends_on if name in seeding]
    return Ownership(
        tuple(dict.fromkeys(c for o in below for c in o.user_columns if c in columns)),
        tuple(dict.fromkeys(c for o in below for c in o.tenant_columns if c in columns)),
    )


def own_condition(target: Target, columns: Iterable[str], person_id: str) -> str:
    """The WHERE that finds a person's own rows by the columns that name users; "false" for none."""
    names: Iterator[str] = (c for c in target.ownership.user_columns if c in set(columns))
    return " or ".join(f"{quoted_part(c)}::text = {quoted(person_id)}" for c in names) or "false"
