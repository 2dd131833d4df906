"""Answers requests to /storage/v1 as the hosted storage server does."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote, unquote

from shipworthy.sidecar.standin.connections import Connections
from shipworthy.sidecar.standin.keys import Keys
from shipworthy.sidecar.standin.message import Answer, Request, json_answer
from shipworthy.sidecar.standin.refusal import Refusal
from shipworthy.sidecar.standin.storage import objects
from shipworthy.sidecar.standin.storage.buckets import Buckets
from shipworthy.sidecar.standin.storage.errors import StorageError, no_object, of_database
from shipworthy.sidecar.standin.storage.files import Files
from shipworthy.sidecar.standin.storage.serving import served
from shipworthy.sidecar.standin.storage.upload import Upload, read_upload

_READS = ("GET", "HEAD")
_UPLOAD_SECONDS = 7200


class Storage:
    """The storage server of one database; contents lie in `files`."""

    def __init__(self, connections: Connections, keys: Keys, files: Files) -> None:
        self._connections = connections
        self._keys = keys
        self._files = files
        self._buckets = Buckets(connections, files)

    async def answer(self, request: Request) -> Answer:
        """Answer one request."""
        import psycopg

        parts = [unquote(part) for part in request.path.split("/")]
        try:
            if parts[0] == "bucket":
                return await self._buckets.answer(request, parts[1:])
            if parts[:2] == ["render", "image"]:  # as it is: no size is changed here
                parts = ["object", *parts[2:]]
            if parts[0] == "object" and len(parts) > 1:
                return await self._object(request, parts[1:])
            raise _not_here(request)
        except psycopg.Error as error:
            return of_database(error).answer
        except StorageError as error:
            return error.answer

    async def _object(self, request: Request, parts: list[str]) -> Answer:
        first, rest = parts[0], parts[1:]
        if request.method in _READS:
            return await self._read(request, first, rest)
        if request.method == "DELETE":
            names = [_name(rest)] if rest else _names(request, "prefixes")
            return await self._remove(request, first, names)
        if request.method == "POST" and first == "list" and rest:
            return await self._list(request, rest[0])
        if request.method == "POST" and first in ("move", "copy") and not rest:
            return await self._move(request, copies=first == "copy")
        if request.method == "POST" and first == "sign" and rest:
            return await self._sign(request, rest[0], rest[1:])
        if first == "upload" and rest[:1] == ["sign"] and len(rest) > 2:
            return await self._upload_signed(request, rest[1], _name(rest[2:]))
        if request.method in ("POST", "PUT") and rest:
            replaces = request.method == "PUT" or request.headers.get("x-upsert") == "true"
            return await self._upload(request, first, _name(rest), replaces=replaces)
        raise _not_here(request)

    async def _read(self, request: Request, first: str, rest: list[str]) -> Answer:
        told = first == "info"
        if told:
            first, rest = (rest or [""])[0], rest[1:]
        async with self._connections.transaction() as transaction:
            if first == "public":
                found = await objects.find_public(transaction, *_split(rest))
            elif first == "sign":
                self._check_token(request, rest)
                found = await objects.find_signed(transaction, *_split(rest))
            else:
                where = rest if first == "authenticated" else [first, *rest]
                found = await objects.find_object(transaction, request.caller, *_split(where))
        if told:
            meta = found.metadata
            about = {"size": meta.get("size"), "content_type": meta.get("mimetype")}
            return json_answer(200, {"id": found.id, "version": found.version, **about})
        content = self._files.read(found.version)
        if content is None:
            raise no_object()
        return served(request, content, found.metadata)

    def _check_token(self, request: Request, rest: list[str]) -> None:
        try:
            said = self._keys.read(request.asked("token")).claims
        except Refusal as error:
            raise StorageError(400, "InvalidJWT", error.message) from error
        if said.get("url") != "/".join(rest) or said.get("use") != "read":
            raise StorageError(400, "InvalidSignature", "The url and the signature do not match")

    async def _upload(self, request: Request, bucket: str, name: str, *, replaces: bool) -> Answer:
        upload = read_upload(request)
        async with self._connections.transaction() as transaction:
            objects.check_upload(await objects.find_bucket(transaction, bucket), name, upload)
            version = self._files.keep(upload.content)
            try:
                old = await objects.add_object(
                    transaction, request.caller, bucket, name, upload, version, replaces=replaces
                )
                entered = await objects.find_signed(transaction, bucket, name)
            except BaseException:
                self._files.forget(version)
                raise
        self._files.forget(old)
        return json_answer(200, {"Key": f"{bucket}/{name}", "Id": entered.id})

    async def _upload_signed(self, request: Request, bucket: str, name: str) -> Answer:
        """First the address to upload to, for whoever may; then the upload by whoever has it."""
        place = f"{bucket}/{name}"
        if request.method == "PUT":
            try:
                caller = self._keys.read(request.asked("token"))
            except Refusal as error:
                raise StorageError(400, "InvalidJWT", error.message) from error
            if caller.claims.get("url") != place or caller.claims.get("use") != "upload":
                message = "The url and the signature do not match"
                raise StorageError(400, "InvalidSignature", message)
            service = Request(
                "PUT", request.path, request.query, request.headers, request.body,
                self._keys.read(self._keys.service),
            )  # fmt: skip
            replaces = bool(caller.claims.get("upsert"))
            return await self._upload(service, bucket, name, replaces=replaces)
        upsert = request.headers.get("x-upsert") == "true"
        await self._try_upload(request, bucket, name, upsert=upsert)
        claims = {"url": place, "use": "upload", "upsert": upsert, "owner": request.caller.user}
        token = self._keys.sign({**claims, "exp": int(time.time()) + _UPLOAD_SECONDS})
        return json_answer(
            200, {"url": f"/object/upload/sign/{quote(place)}?token={token}", "token": token}
        )

    async def _try_upload(self, request: Request, bucket: str, name: str, *, upsert: bool) -> None:
        """Enter a file and take it back: whether the caller may."""
        nothing = Upload(b"", "application/octet-stream", "no-cache", {})
        try:
            async with self._connections.transaction() as transaction:
                await objects.find_bucket(transaction, bucket)
                await objects.add_object(
                    transaction, request.caller, bucket, name, nothing, "", replaces=upsert
                )
                raise _Undone
        except _Undone:
            return

    async def _remove(self, request: Request, bucket: str, names: list[str]) -> Answer:
        async with self._connections.transaction() as transaction:
            gone = await objects.remove_objects(transaction, request.caller, bucket, names)
        for _, version in gone:
            self._files.forget(version)
        return json_answer(200, [row for row, _ in gone])

    async def _list(self, request: Request, bucket: str) -> Answer:
        async with self._connections.transaction() as transaction:
            found = await objects.list_folder(transaction, request.caller, bucket, _body(request))
        return json_answer(200, found)

    async def _move(self, request: Request, *, copies: bool) -> Answer:
        body = _body(request)
        bucket, source, to = (
            str(body.get(k, "")) for k in ("bucketId", "sourceKey", "destinationKey")
        )
        target = str(body.get("destinationBucket") or bucket)
        async with self._connections.transaction() as transaction:
            found = await objects.find_object(transaction, request.caller, bucket, source)
            if not copies:
                await objects.rename_object(
                    transaction, request.caller, bucket, source, (target, to)
                )
                return json_answer(200, {"message": "Successfully moved"})
            content = self._files.read(found.version) or b""
            meta = found.metadata
            media, cache = (str(meta.get(k, "")) for k in ("mimetype", "cacheControl"))
            upload = Upload(content, media, cache, {})
            version = self._files.keep(content)
            await objects.add_object(
                transaction, request.caller, target, to, upload, version, replaces=False
            )
        return json_answer(200, {"Key": f"{target}/{to}"})

    async def _sign(self, request: Request, bucket: str, rest: list[str]) -> Answer:
        body = _body(request)
        seconds = body.get("expiresIn")
        if not isinstance(seconds, int) or seconds < 1:
            raise StorageError(400, "invalid_request", "expiresIn is a number of seconds")
        if rest:
            return json_answer(
                200, {"signedURL": await self._signed(request, bucket, _name(rest), seconds)}
            )
        every = []
        for name in _names(request, "paths"):
            try:
                url: str | None = await self._signed(request, bucket, name, seconds)
                error = None
            except StorageError:
                url, error = (
                    None,
                    "Either the object does not exist or you do not have access to it",
                )
            every.append({"error": error, "path": name, "signedURL": url})
        return json_answer(200, every)

    async def _signed(self, request: Request, bucket: str, name: str, seconds: int) -> str:
        async with self._connections.transaction() as transaction:
            await objects.find_object(transaction, request.caller, bucket, name)
        place = f"{bucket}/{name}"
        token = self._keys.sign({"url": place, "use": "read", "exp": int(time.time()) + seconds})
        return f"/object/sign/{quote(place)}?token={token}"


class _Undone(Exception):
    """Ends a transaction that was only tried."""


def _name(parts: list[str]) -> str:
    return "/".join(parts)


def _split(parts: list[str]) -> tuple[str, str]:
    if len(parts) < 2 or not parts[1]:
        raise no_object()
    return parts[0], _name(parts[1:])


def _body(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise StorageError(400, "invalid_request", "the body is no JSON") from error
    return found if isinstance(found, dict) else {}


def _names(request: Request, key: str) -> list[str]:
    found = _body(request).get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _not_here(request: Request) -> StorageError:
    what = f"{request.method} /storage/v1/{request.path}"
    return StorageError(501, "not_in_stand_in", f"{what} is not part of the local stand-in")
