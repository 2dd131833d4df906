"""Where a file of the prototype runs: in the visitor's browser, or on a server."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from shipworthy.prototype.source import Language, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Side(StrEnum):
    """Where code runs."""

    SERVER = "server"
    BROWSER = "browser"
    UNKNOWN = "unknown"


_SERVER_PATH = regex(
    r"(^|/)(supabase/functions|netlify/(edge-)?functions|edge-functions)/"
    r"|^((apps|packages|services)/[^/]+/)?(src/)?"
    r"(server|backend|functions|workers?|cron|jobs|lambda)/"
    r"|^((apps|packages|services)/[^/]+/)?api/|(^|/)(pages|app)/api/|(^|/)route\.[cm]?[jt]sx?$"
    r"|\.server\.[cm]?[jt]sx?$|(^|/)(middleware|proxy|instrumentation)\.[cm]?[jt]s$"
    r"|(^|/)([a-z]+-)?server\.[cm]?[jt]s$"
)
_PAGE = regex(r"(^|/)app/(.*/)?(page|layout)\.[jt]sx$")
_BROWSER_PATH = regex(r"(^|/)public/|(^|/)(client|frontend|web|www|static)/(?!.*(^|/)api/)")
_SERVER_PACKAGES = frozenset(
    """express fastify koa hono @hapi/hapi @nestjs/core @nestjs/common http https node:http
    node:https fs node:fs fs/promises node:fs/promises child_process node:child_process pg
    postgres mysql2 mongoose server-only next/headers next/server @vercel/node @netlify/functions nodemailer
    node-cron bullmq""".split()
)
_BROWSER_WORDS = regex(
    r"\b(window|document|localStorage|sessionStorage|navigator)\.|import\.meta\.env\b"
)
_BROWSER_MARKS = ("window.", "document.", "Storage.", "navigator.", "import.meta.env")
_SERVER_WORDS = regex(
    r"\bDeno\.|\bprocess\.env\.(?!NEXT_PUBLIC_|NODE_ENV|REACT_APP_|EXPO_PUBLIC_)"
    r"|[\"']use server[\"']"
)


_USE_CLIENT = regex(r"^[ \t]*[\"']use client[\"']", re.MULTILINE)


@lru_cache(maxsize=1)
def sides(prototype: Prototype) -> dict[str, Side]:
    """The side of each parsed file. What a server file imports runs on the server, even where the
    browser imports it too; a file that nothing places is UNKNOWN."""
    graph = prototype.modules
    certain = [
        path
        for path, file in prototype.files.items()
        if path in prototype.facts and _is_server(prototype, file)
    ]
    served = _served(prototype, certain)
    return {
        path: _side(prototype.files[path], path in served, path in graph.browser)
        for path in prototype.facts
    }


def _served(prototype: Prototype, certain: list[str]) -> set[str]:
    """What server files import, directly or not; a client component is where the browser begins."""
    found, pending = set(certain), list(certain)
    while pending:
        for path in prototype.modules.edges.get(pending.pop(), ()):
            if path not in found and not _is_client(prototype, path):
                found.add(path)
                pending.append(path)
    return found


def _is_client(prototype: Prototype, path: str) -> bool:
    file = prototype.files.get(path)
    if file is None:
        return False
    if _USE_CLIENT.search((file.text or "")[:500]):
        return True
    return path in prototype.modules.browser and path.endswith((".tsx", ".jsx"))


def _is_server(prototype: Prototype, file: SourceFile) -> bool:
    if file.language is Language.PYTHON:
        return True
    text = file.text or ""
    if _USE_CLIENT.search(text[:500]):
        return False  # https://react.dev/reference/rsc/use-client
    if file.path in prototype.modules.browser:
        return "use server" in text[:500] and _SERVER_WORDS.search(text[:500]) is not None
    if _PAGE.search(file.path):
        return True  # a page of Next.js that does not say "use client"
    packages = prototype.modules.packages.get(file.path, frozenset())
    named = any(word in text for word in ("Deno.", "process.env.", "use server"))
    if packages & _SERVER_PACKAGES or (named and _SERVER_WORDS.search(text)):
        return True
    return _SERVER_PATH.search(file.path) is not None and not _looks_like_browser(file)


def _side(file: SourceFile, served: bool, browser: bool) -> Side:
    if served and not (browser and _says_browser(file.text or "")):
        return Side.SERVER
    if browser or _looks_like_browser(file):
        return Side.BROWSER
    return Side.UNKNOWN


def _looks_like_browser(file: SourceFile) -> bool:
    if file.language is Language.TSX or file.path.endswith(".jsx"):
        return not file.path.endswith(("route.tsx", "route.jsx"))
    return _BROWSER_PATH.search(file.path) is not None or (_says_browser(file.text or ""))


def _says_browser(text: str) -> bool:
    # Plain words first, for these are long texts.
    return any(mark in text for mark in _BROWSER_MARKS) and _BROWSER_WORDS.search(text) is not None
