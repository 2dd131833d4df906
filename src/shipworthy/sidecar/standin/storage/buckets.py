"""Buckets: listed, made, changed, emptied and removed with the rights of the caller."""

from __future__ import annotations

import json
from typing import Any

from shipworthy.sidecar.standin.connections import Connections, Transaction
from shipworthy.sidecar.standin.message import Answer, Request, json_answer
from shipworthy.sidecar.standin.storage.errors import StorageError, no_bucket
from shipworthy.sidecar.standin.storage.files import Files

_SHOWN = """
    SELECT json_build_object('id', id, 'name', name, 'owner', coalesce(owner::text, ''),
      'public', public, 'file_size_limit', file_size_limit,
      'allowed_mime_types', allowed_mime_types, 'created_at', created_at, 'updated_at', updated_at)
    FROM storage.buckets
"""
_SIZES = {"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}


class Buckets:
    """Answers below /storage/v1/bucket."""

    def __init__(self, connections: Connections, files: Files) -> None:
        self._connections = connections
        self._files = files

    async def answer(self, request: Request, parts: list[str]) -> Answer:
        """Answer one request; `parts` are those behind /bucket. Raises StorageError."""
        async with self._connections.transaction() as transaction:
            await transaction.speak_for(request.caller)
            if not parts:
                return await self._all(request, transaction)
            return await self._one(request, parts, transaction)

    async def _all(self, request: Request, transaction: Transaction) -> Answer:
        if request.method == "GET":
            rows = await transaction.run(f"{_SHOWN} ORDER BY name")
            return json_answer(200, [row[0] for row in rows])
        body = _body(request)
        name = str(body.get("name") or body.get("id") or "")
        if not name or len(name) > 100:
            raise StorageError(400, "invalid_request", "a bucket needs a name")
        await transaction.run(
            "INSERT INTO storage.buckets (id, name, public, file_size_limit, allowed_mime_types, owner)"
            " VALUES ($1, $2, $3, $4::bigint, $5::text[], nullif($6, '')::uuid)",
            (
                str(body.get("id") or name),
                name,
                bool(body.get("public")),
                _bytes(body.get("file_size_limit")),
                body.get("allowed_mime_types"),
                request.caller.user,
            ),
        )
        return json_answer(200, {"name": name})

    async def _one(self, request: Request, parts: list[str], transaction: Transaction) -> Answer:
        row = await transaction.one(f"{_SHOWN} WHERE id = $1", (parts[0],))
        if row is None:
            raise no_bucket()
        if request.method == "GET":
            return json_answer(200, row[0])
        if request.method == "POST" and parts[1:] == ["empty"]:
            await self._empty(parts[0], transaction)
            return json_answer(200, {"message": "Successfully emptied"})
        if request.method == "PUT":
            body = _body(request)
            await transaction.run(
                "UPDATE storage.buckets SET public = coalesce($2::boolean, public),"
                " file_size_limit = $3::bigint, allowed_mime_types = $4::text[] WHERE id = $1",
                (
                    parts[0],
                    body.get("public"),
                    _bytes(body.get("file_size_limit")),
                    body.get("allowed_mime_types"),
                ),
            )
            return json_answer(200, {"message": "Successfully updated"})
        if request.method == "DELETE":
            held = await transaction.one(
                "SELECT 1 FROM storage.objects WHERE bucket_id = $1 LIMIT 1", (parts[0],)
            )
            if held is not None:
                message = "The bucket you tried to delete is not empty"
                raise StorageError(409, "InvalidRequest", message)
            await transaction.run("DELETE FROM storage.buckets WHERE id = $1", (parts[0],))
            return json_answer(200, {"message": "Successfully deleted"})
        raise StorageError(405, "invalid_request", f"{request.method} of a bucket")

    async def _empty(self, bucket: str, transaction: Transaction) -> None:
        rows = await transaction.run(
            "DELETE FROM storage.objects WHERE bucket_id = $1 RETURNING version", (bucket,)
        )
        for row in rows:
            self._files.forget(row[0] or "")


def _body(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(request.body or b"{}")
    except ValueError as error:
        raise StorageError(400, "invalid_request", "the body is no JSON") from error
    return found if isinstance(found, dict) else {}


def _bytes(limit: object) -> int | None:
    """1000 or "50MB"."""
    if isinstance(limit, (int, float)):
        return int(limit)
    text = str(limit or "").strip().lower()
    number = text.rstrip("kmgb ")
    unit = _SIZES.get(text[len(number) :].strip(), 1)
    return int(float(number) * unit) if number.replace(".", "", 1).isdecimal() else None
