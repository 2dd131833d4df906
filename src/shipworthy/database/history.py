"""What a prototype says of its database: migrations in order, loose scripts and generated types."""

from __future__ import annotations

from msgspec import Struct


class SqlFile(Struct, frozen=True):
    """A SQL file of the prototype."""

    path: str
    text: str


class History(Struct, frozen=True):
    """Everything that a replay needs, as plain text; nothing of it has been run.

    `migrations` are in the order in which the platform applies them. `loose` are SQL scripts outside
    of them. `generated` is the TypeScript file of generated database types. `supabase` is True
    where the platform's roles and schemas are expected.
    """

    migrations: tuple[SqlFile, ...]
    loose: tuple[SqlFile, ...] = ()
    generated: SqlFile | None = None
    seeds: tuple[SqlFile, ...] = ()
    supabase: bool = True
    declared_public: frozenset[str] = frozenset()  # tables that anybody may read, on purpose
    asked: frozenset[str] = frozenset()  # tables that the code asks the platform for, by plain name
    kept: frozenset[str] = frozenset()  # tables that the server changes with all rights, likewise
    columns: frozenset[str] = frozenset()  # "table.column" that the code asks the platform for
    exposed: tuple[str, ...] = ("public",)  # schemas that the platform's REST interface serves
