"""Files of users that a server hands out with its own rights: of a bucket, or of its disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins
from shipworthy.regex import regex

Answer = Callable[[Evaluation, Site], Value | None]

PRIVATE = "private"
"""The literal `files` of an effect that hands out what is about somebody."""

_OF_SOMEBODY = regex(
    r"(^|[^a-z])(resumes?|cvs?|curricul\w+|invoices?|contracts?|payslips?|payrolls?|passports?|id_?cards?|kyc|medical\w*"
    r"|prescriptions?|lab_?results?|patients?|bank_?statements?|tax_?(returns?|documents?)|receipts?|attachments?|private"
    r"|(user|client|customer|patient|student|employee)_?(documents?|files?|uploads?)|documents?|(db_?)?(backups?|dumps?))([^a-z]|$)",
    re.IGNORECASE,
)
"""Folders, buckets and tables whose files are about somebody."""
_FOR_ALL = regex(
    r"avatars?|images?|img|photos?|pictures?|thumb\w*|logos?|covers?|banners?|icons?|public|assets?|static|fonts?|css"
    r"|audio|videos?|media|gallery|products?|docs(/|$)|help|blog|posts?|templates?|dist|build",
    re.IGNORECASE,
)
_PLACE = regex(r"[^\s]{1,80}$")


def note_private(walk: Evaluation, site: Site, path: Value, bucket: Value = UNKNOWN) -> None:
    """Note that a file is handed out, where what names it says that it is somebody's and the caller has
    a part in which one it is."""
    words = [_snake(word) for word in (*_words(path), *_words(bucket))]
    folder = next((found[2] for w in words if (found := _OF_SOMEBODY.search(w))), "")
    if not folder or any(map(_FOR_ALL.search, words)):
        return
    origins = all_origins(path)
    if not any(o.is_input or any(by.is_input for by in o.by) for o in origins):
        return
    walk.effect(
        EffectKind.STORAGE,
        "download",
        folder.lower(),
        site.call.at,
        client="service",
        inputs={"path": origins},
        literals={"files": PRIVATE},
    )


def _words(value: Value) -> Iterator[str]:
    """What the code writes of a path, and the tables of the rows that it is read from."""
    parts = (value, *(value.elements or ()), *(case for case, _ in value.cases))
    for part in parts:
        if part.text and _PLACE.match(part.text):
            yield part.text
        for inner in part.elements or () if part is not value else ():
            if inner.text and _PLACE.match(inner.text):
                yield inner.text
    yield from (o.name for o in all_origins(value) if o.kind == "row")


def _snake(word: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word)


def _in_bucket(walk: Evaluation, site: Site) -> Value | None:
    """`bucket.file(path)` of Google Cloud Storage and of Firebase."""
    if not re.search(r"bucket(\(\))?$", site.receiver.what):
        return None
    path = site.argument(0)
    return Value(origins=all_origins(path), what="stored file", fields={"path": path})


def _read(walk: Evaluation, site: Site) -> Value | None:
    note_private(walk, site, (site.receiver.fields or {}).get("path", UNKNOWN))
    return Value(what="stored content", tags=frozenset({"truthy"}))


def _command(walk: Evaluation, site: Site) -> Value | None:
    """`new GetObjectCommand({ Bucket, Key })`: nothing is read before it is sent."""
    return Value(
        what="stored object", fields=site.argument(0).fields, origins=all_origins(site.argument(0))
    )


def _send(walk: Evaluation, site: Site) -> Value | None:
    asked = site.argument(0)
    if asked.what != "stored object":
        return None
    fields = asked.fields or {}
    note_private(walk, site, fields.get("Key", UNKNOWN), fields.get("Bucket", UNKNOWN))
    return Value(what="stored content", tags=frozenset({"truthy"}))


def _get_object(walk: Evaluation, site: Site) -> Value | None:
    """`s3.getObject({ Bucket, Key })`, `s3.get_object(Bucket=…, Key=…)`, `minio.getObject(bucket, key)`."""
    if not re.search(r"s3|minio|boto3", site.receiver.what, re.IGNORECASE):
        return None
    fields = {**(site.argument(0).fields or {}), **site.named}
    path = fields.get("Key", fields.get("object_name", site.argument(1)))
    note_private(walk, site, path, fields.get("Bucket", site.argument(0)))
    return None


def _named(walk: Evaluation, site: Site) -> Value | None:
    """`client.downloadAsStream(name)` of Replit's object storage."""
    note_private(walk, site, site.argument(0))
    return None


CALLS: dict[str, Answer] = {
    "stored file.createReadStream": _read,
    "stored file.download": _read,
    "@aws-sdk/client-s3.GetObjectCommand": _command,
    **{
        f"@replit/object-storage.Client().{name}": _named
        for name in ("downloadAsStream", "downloadAsBytes", "downloadAsText")
    },
}

NAMES: dict[str, Answer] = {
    "file": _in_bucket,
    "send": _send,
    "getObject": _get_object,
    "get_object": _get_object,
}
