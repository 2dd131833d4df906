"""Stores of files that speak S3 (AWS, R2, MinIO, Spaces), with commands and signed addresses.

Their keys are the server's own: no rules of rows hold anything back.
https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/client/s3
"""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins

OBJECTS = "objects"
"""What the literal "store" of such an effect says."""

_COMMAND = "s3 command"
_COMMANDS = {
    "PutObjectCommand": "upload",
    "CopyObjectCommand": "upload",
    "CreateMultipartUploadCommand": "upload",
    "DeleteObjectCommand": "remove",
    "DeleteObjectsCommand": "remove",
    "HeadObjectCommand": "look",
    "ListObjectsCommand": "list",
    "ListObjectsV2Command": "list",
}
_METHODS = {
    "putObject": "upload",
    "upload": "upload",
    "copyObject": "upload",
    "deleteObject": "remove",
    "deleteObjects": "remove",
    "getObject": "download",
}
_CLIENTS = ("aws-sdk.S3()", "aws-sdk.default.S3()", "aws-sdk/clients/s3()")


def _effect(walk: Evaluation, operation: str, options: Value, at: int) -> None:
    fields = options.fields or {}
    bucket = (fields.get("Bucket") or UNKNOWN).text or ""
    named = [fields[key] for key in ("Key", "Prefix", "Delete") if key in fields]
    path = frozenset().union(*(all_origins(value) for value in named))
    walk.effect(
        EffectKind.STORAGE,
        operation,
        bucket,
        at,
        client="service",
        inputs={"path": path, "text": all_origins(fields.get("Body") or UNKNOWN)},
        literals={"store": OBJECTS},
    )


def _command(name: str) -> Callable[[Evaluation, Site], Value | None]:
    """`new DeleteObjectCommand({ Bucket, Key })`: nothing is done before it is sent."""

    def made(walk: Evaluation, site: Site) -> Value | None:
        return Value(what=_COMMAND, literal=name, elements=(site.argument(0),))

    return made


def _sent(walk: Evaluation, site: Site) -> Value | None:
    """`client.send(command)`."""
    command = site.argument(0)
    if command.what != _COMMAND or command.text is None:
        return None
    options = (command.elements or (UNKNOWN,))[0]
    _effect(walk, _COMMANDS[command.text], options, site.call.at)
    return Value(what="s3 answer", origins=all_origins(options), tags=frozenset({"truthy"}))


def _signed(walk: Evaluation, site: Site) -> Value | None:
    """`getSignedUrl(client, command)`: whoever has the address does what the command says.

    What is read by a command (`GetObjectCommand`) stands in `stored_files`, signed or not.
    """
    command = site.argument(1)
    if command.what != _COMMAND or command.text is None:
        return None
    options = (command.elements or (UNKNOWN,))[0]
    _effect(walk, _COMMANDS[command.text], options, site.call.at)
    return Value(what="signed address", tags=frozenset({"truthy"}))


def _posted(walk: Evaluation, site: Site) -> Value | None:
    """`createPresignedPost(client, { Bucket, Key })`."""
    _effect(walk, "upload", site.argument(1), site.call.at)
    return Value(what="signed address", tags=frozenset({"truthy"}))


def _method(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    """`s3.deleteObject({ Bucket, Key })` of the second SDK."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        _effect(walk, operation, site.argument(0), site.call.at)
        return Value(what="s3 answer", tags=frozenset({"truthy"}))

    return answer


def _named(walk: Evaluation, site: Site) -> Value | None:
    """`s3.getSignedUrl("putObject", { Bucket, Key })`."""
    operation = _METHODS.get(site.argument(0).text or "")
    if operation is None:
        return None
    _effect(walk, "sign" if operation == "download" else operation, site.argument(1), site.call.at)
    return Value(what="signed address", tags=frozenset({"truthy"}))


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **{f"@aws-sdk/client-s3.{name}": _command(name) for name in _COMMANDS},
    "@aws-sdk/s3-request-presigner.getSignedUrl": _signed,
    "@aws-sdk/s3-presigned-post.createPresignedPost": _posted,
    **{f"{c}.{name}": _method(operation) for c in _CLIENTS for name, operation in _METHODS.items()},
    **{f"{c}.{name}": _named for c in _CLIENTS for name in ("getSignedUrl", "getSignedUrlPromise")},
}

NAMES = {"send": _sent}
