"""Files of two owners in every storage bucket."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shipworthy.database.schema import Schema
from shipworthy.database.seed.people import OTHER, OWNER, Person, key
from shipworthy.regex import regex

if TYPE_CHECKING:
    from psycopg import Connection

_BUCKET = regex(r"bucket_id\)?(?:::text)?\s*=\s*'([^']+)'|'([^']+)'::text\s*=\s*bucket_id")


def buckets(schema: Schema) -> dict[str, bool]:
    """Every bucket and whether it is public: those of migrations, and those only rules speak of."""
    found = {}
    objects = schema.tables.get("storage.objects")
    for policy in objects.policies if objects else ():
        for text in (policy.using or "", policy.check or ""):
            found.update(dict.fromkeys(_named(text), False))
    found.update({bucket.name: bucket.public for bucket in schema.buckets.values()})
    return found


def _named(text: str) -> Iterable[str]:
    return (first or second for first, second in _BUCKET.findall(text))


def file_of(person: Person) -> str:
    """The path of a person's file: a folder called after their id, as the platform's guide says."""
    return f"{person.id}/{person.mark}-file.png"


def file_key(bucket: str, person: Person) -> str:
    """The key of a person's file."""
    return key("file", bucket, person.mark)


def seed_buckets(connection: Connection[Any], schema: Schema) -> None:
    """Add missing buckets as private ones, and a file of A and of B to each."""
    for bucket, public in buckets(schema).items():
        connection.execute(
            "insert into storage.buckets (id, name, public) values (%s, %s, %s)"
            " on conflict do nothing",
            (bucket, bucket, public),
        )
        for person in (OWNER, OTHER):
            connection.execute(
                "insert into storage.objects (id, bucket_id, name, owner, owner_id, metadata)"
                ' values (%s, %s, %s, %s, %s, \'{"mimetype": "image/png"}\') on conflict do nothing',
                (file_key(bucket, person), bucket, file_of(person), person.id, person.id),
            )
