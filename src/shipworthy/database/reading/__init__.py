"""Reads the live catalogue of a replayed database into a Schema."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shipworthy.database.platform_schemas import PLATFORM_SCHEMAS
from shipworthy.database.reading.parts import Parts, read_parts
from shipworthy.database.schema import Bucket, Function, Schema, Source, Table, Trust
from shipworthy.database.sources import Sources

if TYPE_CHECKING:
    import psycopg

_BORROWED = ("storage.objects", "auth.users")  # tables of the platform, shown with rules of others


def read_schema(connection: psycopg.Connection[Any], sources: Sources | None = None) -> Schema:
    """Everything that the prototype's own schemas hold; nothing of it is run.

    The connection must see all catalogues (the superuser's).
    """
    reader = Reader(connection, sources or Sources())
    with connection.transaction(force_rollback=True):
        return reader.schema()


class Reader(Struct, frozen=True):
    """One reading."""

    connection: psycopg.Connection[Any]
    sources: Sources

    def schema(self) -> Schema:
        """All parts of it."""
        self.rows("own")
        tables = {table.qualified: table for table in self._tables()}
        functions = {function.qualified: function for function in self._functions()}
        return Schema(
            tables,
            functions,
            {bucket.name: bucket for bucket in self._buckets()},
            {name: tuple(labels) for name, labels in self.rows("enums")},
            ("public", "graphql_public"),
            frozenset(name for (name,) in self.rows("published")),
        )

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        """The rows of one of our queries."""
        query = (files(__package__) / f"{name}.sql").read_text(encoding="utf-8")
        values = {"platform": list(PLATFORM_SCHEMAS), "made": list(self.sources.last)}
        used = {key: value for key, value in values.items() if f"%({key})s" in query}
        cursor = self.connection.execute(query.encode(), used or None)
        return cursor.fetchall() if cursor.description else []

    def _tables(self) -> Iterable[Table]:
        parts = read_parts(self)
        for oid, schema, name, kind, on, forced, definition, invoker, depends_on in self.rows(
            "relations"
        ):
            borrowed = f"{schema}.{name}" in _BORROWED
            own = _added(parts, oid, self.sources) if borrowed else parts
            if borrowed and not (own.policies[oid] or own.triggers[oid]):
                continue
            view = kind in ("view", "materialized view")
            source = self.sources.changed(oid) if view else self.sources.made(oid)
            yield Table(
                schema, name, kind, Source(Trust.PLATFORM) if borrowed else source,
                columns=tuple(own.columns[oid]),
                row_security=on,
                forced=forced,
                primary_key=own.primary_keys.get(oid, ()),
                foreign_keys=tuple(own.foreign_keys[oid]),
                indexes=tuple(own.indexes[oid]),
                checks=tuple(own.checks[oid]),
                policies=tuple(own.policies[oid]),
                triggers=tuple(own.triggers[oid]),
                grants={role: frozenset(held) for role, held in own.grants[oid].items()},
                column_grants={key: frozenset(held) for key, held in own.column_grants[oid].items()},
                definition=definition,
                invoker=invoker,
                depends_on=tuple(depends_on),
                row_security_source=self.sources.switched.get(oid),
                grant_sources=own.grant_sources[oid],
            )  # fmt: skip

    def _functions(self) -> Iterable[Function]:
        for oid, schema, name, arguments, types, names, *rest, callers, own in self.rows(
            "functions"
        ):
            defaults, returns, language, definer, path, volatility, body = rest
            if not own and oid not in self.sources.last:
                continue
            yield Function(
                schema, name, arguments, tuple(types), tuple(names), defaults, returns, language,
                definer, path, volatility, body or "", self.sources.changed(oid), frozenset(callers),
            )  # fmt: skip

    def _buckets(self) -> Iterable[Bucket]:
        for identity, name, public in self.rows("buckets"):
            source = self.sources.buckets.get(identity, Source(Trust.MIGRATION))
            yield Bucket(name or identity, public, source)


def _added(parts: Parts, oid: int, sources: Sources) -> Parts:
    """The parts of a platform's table with the rules and triggers that the history added alone."""
    return parts.only(oid, set(sources.last))
