"""What the REST interface knows of the database: relations, what relates them, and functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from shipworthy.sidecar.standin.rest.views import column_origins

if TYPE_CHECKING:
    from psycopg import Connection


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `type` is as CREATE TABLE spells it; `default` is SQL, "" for none."""

    name: str
    type: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view that is served."""

    schema: str
    name: str
    is_view: bool
    columns: Mapping[str, Column]
    key: tuple[str, ...]  # of a table


@dataclass(frozen=True, slots=True)
class Junction:
    """The table between two of a many-to-many relationship, with the pairs that lead to and from it."""

    table: Relation
    constraints: tuple[str, str]
    source: tuple[tuple[str, str], ...]  # (column of the source, column of the junction)
    target: tuple[tuple[str, str], ...]  # (column of the junction, column of the target)


@dataclass(frozen=True, slots=True)
class Relationship:
    """A way from one relation to another. `pairs` are (column here, column there)."""

    source: Relation
    target: Relation
    cardinality: str  # many-to-one, one-to-one, one-to-many or many-to-many
    constraint: str
    pairs: tuple[tuple[str, str], ...]
    junction: Junction | None = None

    @property
    def is_to_one(self) -> bool:
        """True where at most one row is on the other side."""
        return self.cardinality.endswith("to-one")


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument that a function takes."""

    name: str
    type: str
    required: bool
    variadic: bool


@dataclass(frozen=True, slots=True)
class Routine:
    """A function. `returns` is nothing, value or rows; `relation` is the one whose rows these are."""

    schema: str
    name: str
    parameters: tuple[Parameter, ...]
    returns: str
    is_set: bool
    relation: Relation | None
    volatile: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is served."""

    schemas: tuple[str, ...]
    relations: Mapping[tuple[str, str], Relation]
    relationships: Mapping[tuple[str, str], tuple[Relationship, ...]]
    routines: Mapping[tuple[str, str], tuple[Routine, ...]] = field(default_factory=dict)


def read_catalogue(admin: Connection[Any], schemas: Sequence[str]) -> Catalogue:
    """Read it over a connection of the superuser."""
    from psycopg import RawCursor

    query = (files(__package__) / "catalogue.sql").read_text(encoding="utf-8")
    found = RawCursor(admin).execute(query.encode(), [list(schemas)]).fetchone()
    document: dict[str, Any] = found[0] if found else {}
    by_oid = {one["oid"]: _relation(one) for one in document["relations"]}
    ways: dict[tuple[str, str], list[Relationship]] = {}
    direct = list(_direct(document, by_oid))
    for way in (*direct, *_across(direct)):
        ways.setdefault((way.source.schema, way.source.name), []).append(way)
    routines: dict[tuple[str, str], list[Routine]] = {}
    for one in document["routines"]:
        routines.setdefault((one["schema"], one["name"]), []).append(_routine(one, by_oid))
    return Catalogue(
        tuple(schemas),
        {(r.schema, r.name): r for r in by_oid.values()},
        {name: tuple(found) for name, found in ways.items()},
        {name: tuple(found) for name, found in routines.items()},
    )


def _relation(one: dict[str, Any]) -> Relation:
    columns = {c["name"]: Column(c["name"], c["type"], c["default"] or "") for c in one["columns"]}
    return Relation(
        one["schema"], one["name"], one["kind"] in ("v", "m"), columns, tuple(one["key"])
    )


def _routine(one: dict[str, Any], by_oid: Mapping[int, Relation]) -> Routine:
    parameters = tuple(Parameter(**p) for p in one["parameters"])
    relation = by_oid.get(one["relation"])
    return Routine(
        one["schema"],
        one["name"],
        parameters,
        one["returns"],
        one["set"],
        relation,
        one["volatile"],
    )


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a foreign key: a relation and its columns in the order of the key."""

    relation: Relation
    columns: tuple[str, ...]


def _direct(document: dict[str, Any], by_oid: Mapping[int, Relation]) -> Iterator[Relationship]:
    """The relationships of foreign keys, both ways, also of views that show the key's columns."""
    shown = _Shown(document, by_oid)
    for key in document["foreign"]:
        for here in shown.ends(key["table"], key["columns"]):
            for there in shown.ends(key["target"], key["referenced"]):
                pairs = tuple(zip(here.columns, there.columns, strict=True))
                back = tuple((b, a) for a, b in pairs)
                one, many = ("one-to-one",) * 2 if key["unique"] else ("many-to-one", "one-to-many")
                yield Relationship(here.relation, there.relation, one, key["name"], pairs)
                yield Relationship(there.relation, here.relation, many, key["name"], back)


class _Shown:
    """Where the columns of a table show: in itself and in views of it."""

    def __init__(self, document: dict[str, Any], by_oid: Mapping[int, Relation]) -> None:
        self._by_oid = by_oid
        self._names = {
            one["oid"]: {c["number"]: c["name"] for c in one["columns"]}
            for one in document["relations"]
        }
        self._origins = {
            one["oid"]: column_origins(one["view"]) for one in document["relations"] if one["view"]
        }

    def ends(self, table: int, numbers: Sequence[int], depth: int = 0) -> Iterator[_End]:
        """The table itself where it is served, and every view that shows all of these columns."""
        if table in self._by_oid:
            yield _End(self._by_oid[table], tuple(self._names[table][n] for n in numbers))
        for view, origins in self._origins.items():
            at = {origin: number for number, origin in reversed(origins.items())}
            found = [at.get((table, number)) for number in numbers]
            if depth < 5 and view != table and None not in found:
                yield from self.ends(view, [n for n in found if n is not None], depth + 1)


def _across(direct: Sequence[Relationship]) -> Iterator[Relationship]:
    """Many-to-many: two foreign keys of a table whose primary key holds the columns of both."""
    outward: dict[tuple[str, str], list[Relationship]] = {}
    for way in direct:
        if way.cardinality == "many-to-one":
            outward.setdefault((way.source.schema, way.source.name), []).append(way)
    for ways in outward.values():
        for first in ways:
            for second in ways:
                used = {c for way in (first, second) for c, _ in way.pairs}
                if first.constraint != second.constraint and used <= set(first.source.key):
                    yield _through(first, second)


def _through(first: Relationship, second: Relationship) -> Relationship:
    junction = Junction(
        first.source,
        (first.constraint, second.constraint),
        tuple((b, a) for a, b in first.pairs),
        second.pairs,
    )
    return Relationship(first.target, second.target, "many-to-many", "", (), junction)
