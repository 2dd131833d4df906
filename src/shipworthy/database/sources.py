"""Where every object of a replayed database comes from, by the numbers of the server's catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from shipworthy.database.schema import Source, Trust

UNKNOWN = Source(Trust.MIGRATION)


class Sources(Struct, frozen=True):
    """Sources by object number (OID). `first` is where an object was made, `last` where it was last
    made anew or altered; `columns` is by table and position, `grants` by object and role."""

    first: Mapping[int, Source] = field(default_factory=dict)
    last: Mapping[int, Source] = field(default_factory=dict)
    columns: Mapping[tuple[int, int], Source] = field(default_factory=dict)
    switched: Mapping[int, Source] = field(default_factory=dict)  # row security
    grants: Mapping[tuple[int, int], Source] = field(default_factory=dict)
    buckets: Mapping[str, Source] = field(default_factory=dict)

    def made(self, oid: int) -> Source:
        """Where an object was made."""
        return self.first.get(oid, UNKNOWN)

    def changed(self, oid: int) -> Source:
        """Where an object was last made anew or altered."""
        return self.last.get(oid, UNKNOWN)
