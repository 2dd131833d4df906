"""The parts of tables: columns, keys, indexes, rules and grants, by the number of their table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.database.schema import (
    Check,
    Column,
    ForeignKey,
    Index,
    Policy,
    Source,
    Trigger,
)
from shipworthy.database.sources import Sources


class Rows(Protocol):
    """Where the rows of our queries come from."""

    @property
    def sources(self) -> Sources:
        """The origins of objects."""

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        """The rows of one query."""


class Parts(Struct, frozen=True):
    """All parts. `numbers` holds the OID of each policy and trigger, in the order of the lists."""

    columns: Mapping[int, list[Column]]
    primary_keys: Mapping[int, tuple[str, ...]]
    foreign_keys: Mapping[int, list[ForeignKey]]
    checks: Mapping[int, list[Check]]
    indexes: Mapping[int, list[Index]]
    policies: Mapping[int, list[Policy]]
    triggers: Mapping[int, list[Trigger]]
    grants: Mapping[int, dict[str, set[str]]]
    column_grants: Mapping[int, dict[tuple[str, str], set[str]]]
    grant_sources: Mapping[int, dict[str, Source]]
    numbers: Mapping[tuple[int, str], int]

    def only(self, oid: int, made: set[int]) -> Parts:
        """These parts, with the policies and triggers of one table that are among `made` alone."""
        policies = [p for p in self.policies[oid] if self.numbers[oid, f"policy {p.name}"] in made]
        triggers = [t for t in self.triggers[oid] if self.numbers[oid, f"trigger {t.name}"] in made]
        return replace(
            self,
            policies=defaultdict(list, {oid: policies}),
            triggers=defaultdict(list, {oid: triggers}),
        )


def read_parts(reader: Rows) -> Parts:
    """Read them all."""
    numbers: dict[tuple[int, str], int] = {}
    keys, foreign_keys, checks = _constraints(reader)
    grants, column_grants, grant_sources = _grants(reader)
    return Parts(
        columns=_columns(reader),
        primary_keys=keys,
        foreign_keys=foreign_keys,
        checks=checks,
        indexes=_indexes(reader),
        policies=_policies(reader, numbers),
        triggers=_triggers(reader, numbers),
        grants=grants,
        column_grants=column_grants,
        grant_sources=grant_sources,
        numbers=numbers,
    )


def _columns(reader: Rows) -> Mapping[int, list[Column]]:
    found: dict[int, list[Column]] = defaultdict(list)
    for table, number, name, kind, nullable, default, generated in reader.rows("columns"):
        source = reader.sources.columns.get((table, number))
        later = source if source != reader.sources.first.get(table) else None
        found[table].append(Column(name, kind, nullable, default, generated, later))
    return found


def _constraints(
    reader: Rows,
) -> tuple[
    Mapping[int, tuple[str, ...]], Mapping[int, list[ForeignKey]], Mapping[int, list[Check]]
]:
    keys: dict[int, tuple[str, ...]] = {}
    foreign_keys: dict[int, list[ForeignKey]] = defaultdict(list)
    checks: dict[int, list[Check]] = defaultdict(list)
    for table, oid, kind, name, definition, columns, *target in reader.rows("constraints"):
        own = tuple(columns)
        if kind == "p":
            keys[table] = own
        elif kind == "c":
            checks[table].append(Check(name, own, definition))
        else:
            other, others, on_delete = target
            source = reader.sources.first.get(oid)
            key = ForeignKey(name, own, other, tuple(others), on_delete, source)
            foreign_keys[table].append(key)
    return keys, foreign_keys, checks


def _indexes(reader: Rows) -> Mapping[int, list[Index]]:
    found: dict[int, list[Index]] = defaultdict(list)
    for table, oid, name, columns, unique, primary, constraint, *how in reader.rows("indexes"):
        method, predicate, definition = how
        source = reader.sources.first.get(oid) or reader.sources.first.get(constraint)
        index = Index(
            name, tuple(columns), unique, primary, constraint > 0, method, predicate, definition,
            source,
        )  # fmt: skip
        found[table].append(index)
    return found


def _policies(reader: Rows, numbers: dict[tuple[int, str], int]) -> Mapping[int, list[Policy]]:
    found: dict[int, list[Policy]] = defaultdict(list)
    for table, oid, name, command, roles, permissive, using, check in reader.rows("policies"):
        numbers[table, f"policy {name}"] = oid
        source = reader.sources.last.get(oid)
        found[table].append(Policy(name, command, tuple(roles), permissive, using, check, source))
    return found


def _triggers(reader: Rows, numbers: dict[tuple[int, str], int]) -> Mapping[int, list[Trigger]]:
    found: dict[int, list[Trigger]] = defaultdict(list)
    for table, oid, name, function, timing, events in reader.rows("triggers"):
        numbers[table, f"trigger {name}"] = oid
        source = reader.sources.last.get(oid)
        found[table].append(Trigger(name, function, timing, tuple(events), source))
    return found


def _grants(
    reader: Rows,
) -> tuple[
    Mapping[int, dict[str, set[str]]],
    Mapping[int, dict[tuple[str, str], set[str]]],
    Mapping[int, dict[str, Source]],
]:
    tables: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    columns: dict[int, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    for table, role, _, privilege, number, column in reader.rows("grants"):
        if number:
            columns[table][role, privilege].add(column)
        else:
            tables[table][role].add(privilege)
    names = {grantee: role for _, role, grantee, *_ in reader.rows("grants")}
    sources: dict[int, dict[str, Source]] = defaultdict(dict)
    for (table, grantee), source in reader.sources.grants.items():
        if grantee in names:
            sources[table][names[grantee]] = source
    return tables, columns, sources
