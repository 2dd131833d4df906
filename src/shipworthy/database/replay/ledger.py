"""The ledger: which statement of which file made each object, written down by the server itself."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from shipworthy.database.schema import Source
from shipworthy.database.sources import Sources

if TYPE_CHECKING:
    import psycopg

    from shipworthy.database.engine import Database

ADMIN = "supabase_admin"


class Ledger:
    """Gives statements their numbers and reads back what each of them made."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sources: list[Source] = []
        self._run("ledger.sql")

    def number(self, source: Source) -> int:
        """The number for a statement that comes from `source`."""
        self._sources.append(source)
        return len(self._sources)

    def close(self) -> Sources:
        """Read the ledger and take it out of the database."""
        with self._database.connect(ADMIN) as admin:
            sources = self._read(admin)
        self._run("remove_ledger.sql")
        return sources

    def _run(self, name: str) -> None:
        script = (files(__package__) / name).read_text(encoding="utf-8")
        with self._database.connect(ADMIN) as admin:
            admin.execute(script.encode())

    def _read(self, admin: psycopg.Connection[Any]) -> Sources:
        first: dict[int, Source] = {}
        last: dict[int, Source] = {}
        # An object is told by its OID alone: one counter serves all catalogues.
        for oid, number in self._rows(admin, "SELECT object, statement FROM shipworthy.made"):
            first.setdefault(oid, number)
            last[oid] = number
        return Sources(
            first,
            last,
            self._pairs(admin, "SELECT object, number, statement FROM shipworthy.columns"),
            dict(self._rows(admin, "SELECT object, statement FROM shipworthy.switched")),
            self._pairs(admin, "SELECT object, grantee, statement FROM shipworthy.granted"),
            dict(self._rows(admin, "SELECT bucket, statement FROM shipworthy.buckets")),
        )

    def _pairs(
        self, admin: psycopg.Connection[Any], query: bytes | str
    ) -> dict[tuple[int, int], Source]:
        return {(row[0], row[1]): row[2] for row in self._rows(admin, str(query))}

    def _rows(self, admin: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
        """The rows of a table of the ledger in the order of writing, numbers resolved."""
        rows = admin.execute(f"{query} WHERE statement > 0 ORDER BY position".encode()).fetchall()
        known = len(self._sources)
        return [(*row[:-1], self._sources[row[-1] - 1]) for row in rows if row[-1] <= known]
