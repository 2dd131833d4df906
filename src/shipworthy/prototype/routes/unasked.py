"""Addresses of the server that no code of the prototype asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Where the address follows from the place of the file: Next.js, and functions of Supabase.
_NEXT = regex(r"(^|/)(app|pages)/(?P<url>api/.+?)(/route)?\.[cm]?[jt]sx?$")
_FUNCTION = regex(r"(^|/)supabase/functions/(?P<url>[^/_][^/]*)/")
_PARAMETER = regex(r"^[\[(].*[\])]$|^index$")
# Called from outside, or by hand with a reason: other services, monitors, schedules, browsers.
_FROM_OUTSIDE = regex(
    r"hook|callback|cron|schedul|digest|daily|weekly|nightly|remind|oauth|\bauth|health|ping|status|ready|live|og|sitemap|robots|feed|rss|manifest"
    r"|public|external|partner|\bv\d+\b|mcp|graphql|trpc|ingest|sync|job|worker|queue|revalidate|inngest|uploadthing"
    r"|sms|telegram|whatsapp|slack|discord|twilio|stripe|paddle|paypal|api-docs|openapi|mobile|app-",
    re.IGNORECASE,
)
_SILENT = (Role.DOCUMENTATION, Role.TEST, Role.ASSET, Role.LOCK)
_ENTRY_OF_CONFIG = regex(r"^\s*\[functions\.")


def is_unasked(prototype: Prototype, path: str) -> bool:
    """True for a route handler or function of its own address whose last fixed part stands in no
    other file of the prototype. False for those whose name says that somebody outside calls them.

    Kept as long as the prototype: many findings are about the same file."""
    known = _KNOWN.setdefault(prototype, {})
    if path not in known:
        known[path] = _is_unasked(prototype, path)
    return known[path]


_KNOWN: WeakKeyDictionary[Prototype, dict[str, bool]] = WeakKeyDictionary()


def _is_unasked(prototype: Prototype, path: str) -> bool:
    found = _NEXT.search(path) or _FUNCTION.search(path)
    if found is None or _FROM_OUTSIDE.search(found["url"]):
        return False
    parts = [p for p in found["url"].split("/") if not _PARAMETER.match(p)]
    last = parts[-1] if parts else ""
    if len(last) < 6 or last == "api":
        return False
    folder = path[: found.end("url")]
    said = re.compile(rf"(?<![\w-]){re.escape(last)}(?![\w-])")
    return not any(
        last in (other.text or "") and _names(other, said)
        for other in prototype.files.values()
        if other.role not in _SILENT and not other.path.startswith(folder)
    )


def _names(file: SourceFile, said: re.Pattern[str]) -> bool:
    return any(said.search(line) and not _ENTRY_OF_CONFIG.match(line) for line in file.lines)
