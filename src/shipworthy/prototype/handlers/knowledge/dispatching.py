"""Servers that tell their paths apart themselves: tests of the path and the method of a request."""

from __future__ import annotations

import re
from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.evaluation.asked import (
    begins,
    ends,
    holds,
    is_method,
    is_text,
    known,
    matches,
    settled,
    without,
)
from shipworthy.prototype.handlers.values import NULL, Value, replace
from shipworthy.regex import regex

_TRIMS = regex(r"/(\(?\?:)?(\\/|\[\\?/\])[+*]?\)?\$/\w*$|/\\/\$/\w*$")
"""A pattern of the slashes at the end of a path."""
_BEGINNING = regex(r"/\^((?:\\/[\w-]+)+)\\?/?\w*$")
"""A pattern of the beginning of a path: `/^\\/api/`."""


def _answer(held: bool | None) -> Value | None:
    return settled(held) if held is not None else None


def _asks(
    test: Callable[[Evaluation, Value, str, int], bool | None],
) -> Callable[..., Value | None]:
    """`pathname.startsWith("/api")` and its like."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        text = site.argument(0).text
        if walk.asked is None or text is None or not holds(site.receiver):
            return None
        return _answer(test(walk, site.receiver, text, site.call.at))

    return answer


def _listed(walk: Evaluation, site: Site) -> Value | None:
    """`PATHS.includes(pathname)`, `["POST", "PUT"].includes(method)`."""
    asked, listed = site.argument(0), site.receiver.elements
    if walk.asked is None or site.receiver.what or not listed:
        return None
    if not (holds(asked) or is_method(asked)):
        return None
    texts = [value.text for value in listed]
    answers = [is_text(walk, asked, text, site.call.at) for text in texts if text is not None]
    if len(answers) < len(texts) or None in answers:
        return None
    return settled(any(answers))


def _tested(walk: Evaluation, site: Site) -> Value | None:
    """`/^\\/api\\//.test(pathname)`."""
    pattern, asked = site.receiver.text, site.argument(0)
    if walk.asked is None or not (pattern or "").startswith("/") or not holds(asked):
        return None
    return _answer(matches(walk, asked, pattern or "", site.call.at))


def _matched(walk: Evaluation, site: Site) -> Value | None:
    """`pathname.match(/^\\/orders\\/(\\d+)$/)`, `PATTERN.exec(pathname)`: what stands in its groups."""
    asked, pattern = site.receiver, site.argument(0).text
    if site.name == "exec":
        asked, pattern = site.argument(0), site.receiver.text
    if walk.asked is None or not (pattern or "").startswith("/") or not holds(asked):
        return None
    held = matches(walk, asked, pattern or "", site.call.at)
    groups = Value(origins=asked.origins, tags=frozenset({"truthy"}))
    return (
        replace(groups, tags=groups.tags | {"settled"})
        if held
        else replace(NULL, tags=frozenset({"settled"}))
    )


def _same(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver if walk.asked is not None and holds(site.receiver) else None


def _cut(walk: Evaluation, site: Site) -> Value | None:
    """`pathname.slice(4)`, `pathname.slice("/api".length)`: what is left behind a known beginning."""
    path, start = known(site.receiver), site.argument(0).literal
    if walk.asked is None or not holds(site.receiver) or site.has(1):
        return None
    if not isinstance(start, int) or start < 0:
        return None
    if path is None:
        beginning = "/" if start == 1 else walk.asked.beginning(start)
        return without(site.receiver, beginning) if beginning else None
    return without(site.receiver, path[:start])


def _replaced(walk: Evaluation, site: Site) -> Value | None:
    """`pathname.replace("/api", "")`, `pathname.replace(/\\/+$/, "")`."""
    if walk.asked is None or not holds(site.receiver):
        return None
    gone, instead = site.argument(0).text or "", site.argument(1).text
    if _TRIMS.match(gone):
        return site.receiver
    beginning = _BEGINNING.match(gone)
    start = beginning[1].replace("\\/", "/") if beginning else gone
    if instead == "" and re.fullmatch(r"(/[\w-]+)+", start):
        return without(site.receiver, start)
    return None


def _split(walk: Evaluation, site: Site) -> Value | None:
    """`request.url.split("?")`: the path, and what is asked of it."""
    if walk.asked is None or not holds(site.receiver) or site.argument(0).text != "?":
        return None
    query = replace(site.receiver, tags=frozenset(), what="")
    return Value(elements=(replace(site.receiver, what=""), query))


def _decoded(walk: Evaluation, site: Site) -> Value | None:
    return site.argument(0) if walk.asked is not None and holds(site.argument(0)) else None


NAMES = {
    "startsWith": _asks(begins),
    "endsWith": _asks(ends),
    "includes": _listed,
    "test": _tested,
    "match": _matched,
    "exec": _matched,
    "slice": _cut,
    "substring": _cut,
    "replace": _replaced,
    "split": _split,
    "toLowerCase": _same,
    "toString": _same,
    "trim": _same,
}

CALLS = {"decodeURI": _decoded, "decodeURIComponent": _decoded}
