"""A file as an answer: whole or a part of it, and never as a page of the prototype's own origin."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from shipworthy.sidecar.standin.message import Answer, Request
from shipworthy.sidecar.standin.storage.errors import StorageError

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_PAGES = ("text/html", "application/xhtml+xml")


def served(request: Request, content: bytes, metadata: dict[str, Any]) -> Answer:
    """The content with its headers; a single range of bytes where one is asked for (RFC 9110, 14)."""
    headers = {
        "Content-Type": _media(str(metadata.get("mimetype") or "application/octet-stream")),
        "Cache-Control": str(metadata.get("cacheControl") or "no-cache"),
        "ETag": str(metadata.get("eTag") or '""'),
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    if request.asked("download") or ("download", "") in request.query:
        name = quote(request.asked("download") or request.path.rpartition("/")[2])
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    headers = {k: v for k, v in headers.items() if v.isprintable()}
    if request.method == "HEAD":
        return Answer(200, b"", headers)
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if not found or found[0] == "bytes=-":
        return Answer(200, content, headers)
    return _part(content, found[1], found[2], headers)


def _part(content: bytes, first: str, last: str, headers: dict[str, str]) -> Answer:
    size = len(content)
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        raise StorageError(416, "InvalidRange", "The requested range is not satisfiable")
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return Answer(206, content[start : end + 1], headers)


def _media(kind: str) -> str:
    """Pages are shown as text, as hosted projects do: they would act in the prototype's name."""
    return "text/plain; charset=utf-8" if kind.partition(";")[0].strip().lower() in _PAGES else kind
