"""The rows of storage.objects behind files, read and written with the rights of the caller."""

# ruff: noqa: S608 - one constant text with or without another

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shipworthy.sidecar.standin.caller import Caller
from shipworthy.sidecar.standin.connections import Transaction
from shipworthy.sidecar.standin.storage.errors import StorageError, no_bucket, no_object
from shipworthy.sidecar.standin.storage.upload import Upload

_SERVER = Caller("service_role", {"role": "service_role"})
_DEFAULT_LIMIT = 52_428_800  # bytes of a file, as in new projects
_SORTED = ("name", "updated_at", "created_at", "last_accessed_at")


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and what it takes."""

    id: str
    public: bool
    most: int
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A file by its row; `version` is the name of its content."""

    id: str
    version: str
    metadata: dict[str, Any]


async def find_bucket(transaction: Transaction, bucket: str) -> Bucket:
    """A bucket, whoever asks. Raises StorageError."""
    await transaction.speak_for(_SERVER)
    row = await transaction.one(
        "SELECT public, file_size_limit, allowed_mime_types FROM storage.buckets WHERE id = $1",
        (bucket,),
    )
    if row is None:
        raise no_bucket()
    return Bucket(bucket, bool(row[0]), row[1] or _DEFAULT_LIMIT, tuple(row[2] or ()))


async def find_object(transaction: Transaction, caller: Caller, bucket: str, name: str) -> Stored:
    """A file that the caller may see. Raises StorageError."""
    await transaction.speak_for(caller)
    row = await transaction.one(
        "SELECT id::text, coalesce(version, ''), coalesce(metadata, '{}') FROM storage.objects"
        " WHERE bucket_id = $1 AND name = $2",
        (bucket, name),
    )
    if row is None:
        raise no_object()
    return Stored(*row)


async def find_public(transaction: Transaction, bucket: str, name: str) -> Stored:
    """A file of a public bucket. Raises StorageError."""
    if not (await find_bucket(transaction, bucket)).public:
        raise no_bucket()
    return await find_object(transaction, _SERVER, bucket, name)


async def find_signed(transaction: Transaction, bucket: str, name: str) -> Stored:
    """A file that somebody was let in to. Raises StorageError."""
    return await find_object(transaction, _SERVER, bucket, name)


def check_upload(bucket: Bucket, name: str, upload: Upload) -> None:
    """Raises StorageError for what the bucket does not take."""
    if not name or len(name.encode()) > 1024 or "\0" in name or "//" in name:
        raise StorageError(400, "InvalidKey", f"Invalid key: {name}")
    if len(upload.content) > bucket.most:
        message = "The object exceeded the maximum allowed size"
        raise StorageError(413, "Payload too large", message)
    media = upload.media.partition(";")[0].strip().lower()
    kinds = (media, media.partition("/")[0] + "/*", "*/*", "*")
    if bucket.media and not set(bucket.media) & set(kinds):
        message = f"mime type {media} is not supported"
        raise StorageError(415, "invalid_mime_type", message)


async def add_object(
    transaction: Transaction,
    caller: Caller,
    bucket: str,
    name: str,
    upload: Upload,
    version: str,
    *,
    replaces: bool,
) -> str:
    """Enter a file as the caller; with `replaces` in place of one of that name. The content it replaced."""
    old = ""
    if replaces:
        await transaction.speak_for(_SERVER)
        row = await transaction.one(
            "SELECT version FROM storage.objects WHERE bucket_id = $1 AND name = $2", (bucket, name)
        )
        old = (row[0] if row else "") or ""
    await transaction.speak_for(caller)
    conflict = (
        " ON CONFLICT (bucket_id, name) DO UPDATE SET metadata = EXCLUDED.metadata,"
        " version = EXCLUDED.version, owner = EXCLUDED.owner, owner_id = EXCLUDED.owner_id,"
        " user_metadata = EXCLUDED.user_metadata, updated_at = now()"
        if replaces
        else ""
    )
    await transaction.run(
        "INSERT INTO storage.objects (bucket_id, name, owner, owner_id, metadata, version,"
        " user_metadata) VALUES ($1, $2, nullif($3, '')::uuid, nullif($4, ''), $5::jsonb, $6,"
        f" $7::jsonb){conflict}",
        (
            bucket, name, caller.user, caller.user, json.dumps(metadata_of(upload)), version,
            json.dumps(upload.about) if upload.about else None,
        ),
    )  # fmt: skip
    return old


def metadata_of(upload: Upload) -> dict[str, Any]:
    """What the server notes of a content."""
    return {
        "eTag": f'"{hashlib.md5(upload.content, usedforsecurity=False).hexdigest()}"',
        "size": len(upload.content),
        "mimetype": upload.media,
        "cacheControl": upload.cache,
        "lastModified": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "contentLength": len(upload.content),
        "httpStatusCode": 200,
    }


async def remove_objects(
    transaction: Transaction, caller: Caller, bucket: str, names: list[str]
) -> list[tuple[dict[str, Any], str]]:
    """Remove files that the caller may remove; each as JSON with the name of its content."""
    await transaction.speak_for(caller)
    rows = await transaction.run(
        "DELETE FROM storage.objects o WHERE bucket_id = $1 AND name = ANY($2::text[])"
        " RETURNING to_jsonb(o), coalesce(version, '')",
        (bucket, names),
    )
    return [(row[0], row[1]) for row in rows]


async def rename_object(
    transaction: Transaction, caller: Caller, bucket: str, name: str, to: tuple[str, str]
) -> None:
    """Give a file another name, in this bucket or another. Raises StorageError."""
    await transaction.speak_for(caller)
    rows = await transaction.run(
        "UPDATE storage.objects SET bucket_id = $3, name = $4 WHERE bucket_id = $1 AND name = $2"
        " RETURNING 1",
        (bucket, name, *to),
    )
    if not rows:
        raise no_object()


async def list_folder(
    transaction: Transaction, caller: Caller, bucket: str, asked: dict[str, Any]
) -> list[dict[str, Any]]:
    """One level of a folder: its files, and folders as entries without an id."""
    await transaction.speak_for(caller)
    prefix = str(asked.get("prefix") or "").strip("/")
    start = f"{prefix}/" if prefix else ""
    rows = await transaction.run(
        "SELECT name, id::text, updated_at, created_at, last_accessed_at, metadata"
        " FROM storage.objects WHERE bucket_id = $1 AND starts_with(name, $2)",
        (bucket, start),
    )
    search = str(asked.get("search") or "").lower()
    entries: dict[str, dict[str, Any]] = {}
    for name, *rest in rows:
        entry, inside, _ = name[len(start) :].partition("/")
        if search and not entry.lower().startswith(search):
            continue
        columns = [None] * 5 if inside else rest
        keys = ("id", "updated_at", "created_at", "last_accessed_at", "metadata")
        entries.setdefault(entry, {"name": entry, **dict(zip(keys, columns, strict=True))})
    return _sorted(list(entries.values()), asked)


def _sorted(entries: list[dict[str, Any]], asked: dict[str, Any]) -> list[dict[str, Any]]:
    order = asked.get("sortBy")
    by = order if isinstance(order, dict) else {}
    column = str(by["column"]) if by.get("column") in _SORTED else "name"
    entries.sort(
        key=lambda e: (e[column] is None, str(e[column])), reverse=by.get("order") == "desc"
    )
    limit, offset = (_number(asked.get(k), d) for k, d in (("limit", 100), ("offset", 0)))
    return entries[offset : offset + limit]


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) and value >= 0 else default
