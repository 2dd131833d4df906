"""Stores of files as Python reaches them: S3 and MinIO, Google Cloud Storage, Azure.

Their keys are the server's own: no rules of rows hold anything back.
https://docs.aws.amazon.com/boto3/latest/reference/services/s3.html
https://cloud.google.com/python/docs/reference/storage/latest/google.cloud.storage.blob.Blob
https://learn.microsoft.com/en-us/python/api/azure-storage-blob/
"""

from __future__ import annotations

import re
from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.knowledge.object_stores import OBJECTS
from shipworthy.prototype.handlers.knowledge.stored_files import note_private
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins
from shipworthy.regex import regex

Answer = Callable[[Evaluation, Site], Value | None]

_TRUTHY = frozenset({"truthy"})
_BLOB = "stored blob"
_CLIENTS = regex(r"boto3|botocore|minio|(^|[^a-z])s3|azure", re.IGNORECASE)
"""What a client is made by, or called where its making could not be followed."""
_BUCKETS = regex(r"(bucket|Bucket)(\(\))?$")
_KEYS = ("Key", "object_name", "blob", "blob_name", "name")
_PLACES = ("Bucket", "bucket_name", "container", "container_name")

_METHODS: dict[str, tuple[str, int]] = {
    "put_object": ("upload", 1),
    "fput_object": ("upload", 1),
    "upload_fileobj": ("upload", 2),
    "upload_file": ("upload", 2),
    "copy": ("upload", 2),
    "copy_object": ("upload", 1),
    "delete_object": ("remove", 1),
    "delete_objects": ("remove", 1),
    "remove_object": ("remove", 1),
    "remove_objects": ("remove", 1),
    "download_fileobj": ("download", 1),
    "fget_object": ("download", 1),
    "presigned_get_object": ("download", 1),
    "presigned_put_object": ("upload", 1),
    "upload_blob": ("upload", 0),
    "delete_blob": ("remove", 0),
}
"""What each does, and at which place the key is where it has no name."""
_OF_BLOB = {
    **dict.fromkeys(
        """upload_from_string upload_from_file upload_from_filename upload_blob put upload_fileobj
    upload_file""".split(),
        "upload",
    ),
    **dict.fromkeys(("delete", "delete_blob"), "remove"),
    **dict.fromkeys(
        """download_as_bytes download_as_string download_as_text download_to_file download_blob
    generate_signed_url get download_fileobj""".split(),
        "download",
    ),
}


def _noted(walk: Evaluation, site: Site, operation: str, path: Value, place: Value) -> Value:
    if operation == "download":
        note_private(walk, site, path, place)
        return Value(what="stored content", origins=all_origins(path), tags=_TRUTHY)
    body = site.named.get("Body", site.named.get("data", UNKNOWN))
    walk.effect(
        EffectKind.STORAGE,
        operation,
        place.text or "",
        site.call.at,
        client="service",
        inputs={"path": all_origins(path), "text": all_origins(body)},
        literals={"store": OBJECTS},
    )
    return Value(what="stored answer", tags=_TRUTHY)


def _method(operation: str, position: int) -> Answer:
    """`s3.put_object(Bucket=…, Key=…)`, `minio.remove_object(bucket, name)`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        if _BUCKETS.search(site.receiver.what):  # the bucket is known, so the key comes first
            path, place = site.argument(max(position - 1, 0), *_KEYS), _kept(site, "bucket")
        elif _CLIENTS.search(site.receiver.what):
            many = site.named.get("Delete")
            path = many if many is not None else site.argument(position, *_KEYS)
            place = site.argument(position - 1, *_PLACES) if position else UNKNOWN
        else:
            return None
        return _noted(walk, site, operation, path, place)

    return answer


def _listed(walk: Evaluation, site: Site) -> Value | None:
    """`s3.list_objects_v2(Bucket=…, Prefix=…)`: what each file of somebody is called."""
    if not _CLIENTS.search(site.receiver.what):
        return None
    prefix = site.argument(1, "Prefix", "prefix")
    note_private(walk, site, prefix, site.argument(0, *_PLACES))
    return Value(what="stored list", origins=all_origins(prefix))


def _signed(walk: Evaluation, site: Site) -> Value | None:
    """`s3.generate_presigned_url("get_object", Params={ … })`, `s3.generate_presigned_post(bucket, key)`."""
    if not _CLIENTS.search(site.receiver.what):
        return None
    if site.name == "generate_presigned_post":
        return _noted(walk, site, "upload", site.argument(1, "Key"), site.argument(0, "Bucket"))
    asked = site.argument(0, "ClientMethod").text or ""
    operation = "download" if asked == "get_object" else _METHODS.get(asked, ("", 0))[0]
    if not operation:
        return None
    fields = site.argument(1, "Params").fields or {}
    place = fields.get("Bucket", UNKNOWN)
    return _noted(walk, site, operation, fields.get("Key", UNKNOWN), place)


def _blob(walk: Evaluation, site: Site) -> Value | None:
    """`bucket.blob(name)`, `container.get_blob_client(name)`, `s3.Object(bucket, key)`."""
    if site.name in ("blob", "get_blob", "Object") and _BUCKETS.search(site.receiver.what):
        path, place = site.argument(0, "blob_name", "key"), _kept(site, "bucket")
    elif site.name == "Object" and _CLIENTS.search(site.receiver.what):
        path, place = site.argument(1, "key"), site.argument(0, "bucket_name")
    elif site.name == "get_blob_client":
        path = site.argument(1 if site.has(1) else 0, "blob")
        place = (
            site.argument(0, "container") if site.has(1) else site.named.get("container", UNKNOWN)
        )
    else:
        return None
    return Value(what=_BLOB, fields={"path": path, "bucket": place}, tags=_TRUTHY)


def _of_blob(operation: str) -> Answer:
    """`blob.upload_from_string(data)`, `blob.delete()`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        return _noted(walk, site, operation, _kept(site, "path"), _kept(site, "bucket"))

    return answer


def _kept(site: Site, part: str) -> Value:
    return (site.receiver.fields or {}).get(part, UNKNOWN)


CALLS: dict[str, Answer] = {
    f"{_BLOB}.{name}": _of_blob(operation) for name, operation in _OF_BLOB.items()
}
NAMES: dict[str, Answer] = {
    **{name: _method(*deed) for name, deed in _METHODS.items()},
    **dict.fromkeys(("list_objects", "list_objects_v2"), _listed),
    **dict.fromkeys(("generate_presigned_url", "generate_presigned_post"), _signed),
    **dict.fromkeys(("blob", "get_blob", "Object", "get_blob_client"), _blob),
}
