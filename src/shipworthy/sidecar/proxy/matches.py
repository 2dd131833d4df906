"""Which requests a route of the policy holds: all spellings of its path that a program may take for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.sidecar.policy import Route, Who
from shipworthy.sidecar.proxy.typed import Message

_SAFE = "^(GET|HEAD|OPTIONS)$"
# `?_method=DELETE`, which method-override (Express), Rails, Laravel and Symfony believe. Each letter may be
# coded, and PHP takes a dot or leading spaces for the underscore.
_REPLACED = (
    r"(?i)[^?]*\?(.*[&;])?([_.+]|%5f|%2e|%20)+"
    + "".join(f"({letter}|%{ord(letter):02x})" for letter in "method")
    + r"([=[&;%].*)?"
)


def of_route(path: str, route: Route) -> Iterator[Message]:
    """The matches of a route, or of the part of it below `path`. Case never matters: Express and others
    take `/ADMIN` for `/admin`."""
    methods = {"headers": [_method(_pattern(route))]} if route.methods else {}
    for match in [*_paths(path, route), *_twins(path, route)]:
        yield {**match, **methods}


def replacing_method(path: str, route: Route) -> Iterator[Message]:
    """The requests at a route whose rule is for some methods that ask the program to take them for another
    method, in the query. Headers that do so are stripped early."""
    asked = [{"name": ":path", "string_match": {"safe_regex": {"regex": _REPLACED}}}]
    if route.methods:
        for match in _paths(path, route):
            yield {**match, "headers": asked}


def safe() -> Message:
    """Methods that change nothing, RFC 9110 section 9.2.1."""
    return _method(_SAFE)


def _paths(path: str, route: Route) -> list[Message]:
    bare = path.rstrip("/")
    if not bare:
        return [_insensitive("path" if route.exact else "prefix", "/")]
    if route.exact:
        # Programs that are not strict answer both.
        return [_insensitive("path", bare), _insensitive("path", f"{bare}/")]
    return [_insensitive("path_separated_prefix", bare)]


def _twins(path: str, route: Route) -> list[Message]:
    """Where frameworks give the data of a page: `/_next/data/BUILD/admin.json` (Next.js), `/admin.data`
    (React Router), `/admin.rsc`, `/admin.txt`. What is closed is closed there as well."""
    bare = re.escape(path.rstrip("/"))
    if route.need.who is Who.ANYONE or (not bare and not route.exact):
        return []
    below = "" if route.exact else "/.*|"
    data = f"/_next/data/[^/]+{bare or '/index'}({below}\\.json)"
    beside = f"{bare or '/_root'}\\.[a-z0-9]+"
    return [{"safe_regex": {"regex": f"(?i)({data}|{beside})"}}]


def _insensitive(kind: str, path: str) -> Message:
    return {kind: path, "case_sensitive": False}


def _pattern(route: Route) -> str:
    """Who may ask with GET may ask with HEAD: programs run the same code for both."""
    methods = [*route.methods, *(["HEAD"] if "GET" in route.methods else [])]
    return "^(" + "|".join(dict.fromkeys(methods)) + ")$"


def _method(pattern: str) -> Message:
    return {"name": ":method", "string_match": {"safe_regex": {"regex": pattern}}}
