"""What a seed must know of columns, types and constraints, read from the live database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from psycopg import Connection


class Type(Struct, frozen=True):
    """A type of the database. `kind` is b(ase), c(omposite), d(omain), e(num), r(ange), m(ultirange)."""

    name: str
    kind: str
    category: str
    element: int  # type of an array's elements, 0 for others
    base: int  # type under a domain
    modifier: int  # of a domain
    relation: int  # of a composite type
    spelled: str
    labels: tuple[str, ...] = ()  # of an enum
    rules: tuple[str, ...] = ()  # CHECKs of a domain


class Field(Struct, frozen=True):
    """A column as a row must fill it."""

    name: str
    type: int
    modifier: int
    spelled: str  # the type as SQL spells it
    required: bool
    computed: bool
    identity: bool
    preset: str | None  # default


class Constraint(Struct, frozen=True):
    """A CHECK (c), PRIMARY KEY (p), UNIQUE (u), EXCLUDE (x) or a unique index (i)."""

    name: str
    kind: str
    definition: str
    columns: tuple[str, ...]


class Catalogue(Struct, frozen=True):
    """Types by oid; columns and constraints by "schema.table"; composite types by their relation."""

    types: Mapping[int, Type]
    columns: Mapping[str, tuple[Field, ...]]
    composites: Mapping[int, tuple[Field, ...]]
    constraints: Mapping[str, Mapping[str, Constraint]] = field(default_factory=dict)

    def column(self, table: str, name: str) -> Field | None:
        """The column of a table, or None."""
        return next((f for f in self.columns.get(table, ()) if f.name == name), None)

    def plain(self, type_: int) -> Type | None:
        """The type under all domains."""
        found = self.types.get(type_)
        while found is not None and found.kind == "d":
            found = self.types.get(found.base)
        return found


def read_catalogue(connection: Connection[Any]) -> Catalogue:
    """Read types, columns and constraints in three queries."""
    columns: dict[str, list[Field]] = {}
    composites: dict[int, list[Field]] = {}
    for schema, table, *rest, oid, kind in connection.execute(text_of("catalogue.sql")).fetchall():
        found = Field(*rest)
        if kind == "c":
            composites.setdefault(oid, []).append(found)
        else:
            columns.setdefault(f"{schema}.{table}", []).append(found)
    constraints: dict[str, dict[str, Constraint]] = {}
    for schema, table, name, kind, definition, names in connection.execute(
        text_of("constraints.sql")
    ).fetchall():
        constraint = Constraint(name, kind, definition, tuple(names))
        constraints.setdefault(f"{schema}.{table}", {})[name] = constraint
    return Catalogue(
        types=dict(_types(connection)),
        columns={table: tuple(found) for table, found in columns.items()},
        composites={oid: tuple(found) for oid, found in composites.items()},
        constraints=constraints,
    )


def _types(connection: Connection[Any]) -> Iterator[tuple[int, Type]]:
    for oid, *rest, labels, rules in connection.execute(text_of("types.sql")).fetchall():
        name, kind, category, element, base, modifier, relation, spelled = rest
        yield (
            oid,
            Type(
                name,
                kind,
                category,
                element,
                base,
                modifier,
                relation,
                spelled,
                tuple(labels or ()),
                tuple(rules or ()),
            ),
        )


def text_of(name: str) -> bytes:
    """The SQL of ours that stands beside this module."""
    return files(__package__).joinpath(name).read_bytes()
