"""The content of an upload: the body as it is, or the file of a form (RFC 7578)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.message import Message
from typing import Any

from shipworthy.sidecar.standin.message import Request
from shipworthy.sidecar.standin.storage.errors import StorageError


@dataclass(frozen=True, slots=True)
class Upload:
    """A content, its media type, how long it may be cached and what its owner says of it."""

    content: bytes
    media: str
    cache: str
    about: dict[str, Any]


def read_upload(request: Request) -> Upload:
    """Read the upload of a request. Raises StorageError."""
    kind = request.headers.get("content-type", "application/octet-stream")
    cache = request.headers.get("cache-control", "no-cache")
    about = _json(request.headers.get("x-metadata", ""))
    if not kind.startswith("multipart/form-data"):
        return Upload(request.body, kind, cache, about)
    fields, found = _form(request.body, kind)
    if found is None:
        raise StorageError(400, "invalid_request", "the form holds no file")
    seconds = fields.get("cacheControl", "")
    cache = f"max-age={seconds}" if seconds.isdecimal() else cache
    return Upload(found[0], found[1], cache, _json(fields.get("metadata", "")) or about)


def _form(body: bytes, kind: str) -> tuple[dict[str, str], tuple[bytes, str] | None]:
    """The text fields, and the content and media type of the file."""
    boundary = _header(kind).get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise StorageError(400, "invalid_request", "the form names no boundary")
    fields: dict[str, str] = {}
    file: tuple[bytes, str] | None = None
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        head, gap, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if part.startswith(b"--") or not gap:
            continue
        headers = _headers(head)
        about = _header(headers.get("content-disposition", ""))
        name = str(about.get_param("name") or "")
        if about.get_param("filename") is not None or name == "":
            file = (content, headers.get("content-type", "application/octet-stream"))
        else:
            fields[name] = content.decode(errors="replace")
    return fields, file


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode(errors="replace").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _header(value: str) -> Message:
    message = Message()
    message["content-type"] = value
    return message


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
