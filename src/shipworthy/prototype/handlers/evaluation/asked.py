"""The request for which a server is followed that tells its paths apart itself: `if (url.pathname === …)`.

Followed once for a path that it does not know, it is noted which paths it asks for; then it is followed
for each, first for a method that it does not know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.paths import is_simple
from shipworthy.prototype.handlers.values import NULL, Value, replace
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation

_PATH = "asked path"
_METHOD = "asked method"
_TEXT = "asked path is "
"""Begins the tag that says what the path of the request followed is, or what is left of it."""
_WITHOUT = "asked path without "
"""Begins the tag that says what was taken away at its beginning."""
_SETTLED = frozenset({"settled"})
_SAMPLES = ("1", "a", "00000000-0000-4000-8000-000000000000", "aaaaaaaa", "11111111")
_GROUP = regex(
    r"\((?:\?<\w+>|\?:)?[^()]*\)\??|\[[^\]]+\](?:[+*]|\{[\d,]+\})|\\[dw](?:[+*]|\{[\d,]+\})|\.[+*]\??"
)
_KEYED = regex(r"([A-Z]+)[\s:|]*(/\S*)")
_MOST = 80


class Wanted(Struct, frozen=True):
    """A path that a server asks for, as it is for one request, and where it asks."""

    sample: str
    path: str
    line: int


class Asked(Struct):
    """A request: its path and its method where they are known, and what the server asks of them."""

    path: str = ""
    method: str = ""
    sent: bool = True  # the caller chooses a part of the path
    paths: dict[str, Wanted] = field(default_factory=dict)  # "*" for what the caller chooses
    methods: set[str] = field(default_factory=set)
    are_all: bool = True  # False where there are more paths than are followed

    def note(self, walk: Evaluation, pattern: str, at: int, sample: str = "") -> None:
        """Note a path that the server asks for."""
        if len(self.paths) >= _MOST and pattern not in self.paths:
            self.are_all = False
            return
        sample = sample or pattern.replace("*", _SAMPLES[0])
        self.paths.setdefault(pattern, Wanted(sample, walk.path, at))

    def beginning(self, length: int) -> str:
        """The one beginning of this length that was asked for so far; "" where there are several."""
        found = {p[:length] for p in self.paths if p[length:] in ("*", "/*")}
        return found.pop() if len(found) == 1 else ""


def path_of(asked: Asked, what: str = "") -> Value:
    """The path of the request."""
    tags = {_PATH, _TEXT + asked.path if asked.path else _WITHOUT}
    sent = asked.sent or not asked.path
    origins = frozenset({Origin("path")}) if sent else frozenset()
    return Value(origins=origins, what=what, tags=frozenset(tags))


def method_of(asked: Asked) -> Value:
    """The method of the request."""
    if asked.method:
        return Value(literal=asked.method, tags=_SETTLED)
    return Value(tags=frozenset({_METHOD}))


def holds(value: Value) -> bool:
    """True for the path of the request or what is left of it, alone or behind its method."""
    if value.elements is not None:
        return value.what == "text" and any(map(holds, value.elements))
    return value.what in ("", "url") and _PATH in value.tags and _is_bare(value)


def is_method(value: Value) -> bool:
    """True for the method of the request, where that is not known."""
    return _METHOD in value.tags and value.elements is None


def known(value: Value) -> str | None:
    """What a value is that holds the path or the method, where those are known."""
    if value.what == "text" and value.elements is not None:
        parts = [known(part) for part in value.elements]
        texts = [part for part in parts if part is not None]
        return "".join(texts) if len(texts) == len(parts) else None
    if _PATH in value.tags:
        return _after(value, _TEXT) if _is_bare(value) else None
    return str(value.literal) if isinstance(value.literal, (str, int)) else None


def without(value: Value, start: str) -> Value:
    """What is left of the path where its beginning is taken away."""
    text = _after(value, _TEXT)
    tag = _TEXT + text.removeprefix(start) if text is not None else _WITHOUT + _gone(value) + start
    return Value(origins=value.origins, tags=frozenset({_PATH, tag}))


def compared(walk: Evaluation, operator: str, left: Value, right: Value, at: int) -> Value | None:
    """`pathname === "/api/orders"`, `method !== "POST"`."""
    if walk.asked is None or operator not in ("==", "!="):
        return None
    for one, other in ((left, right), (right, left)):
        if other.text is not None and (holds(one) or is_method(one)):
            answer = is_text(walk, one, other.text, at)
            return None if answer is None else settled(answer is (operator == "=="))
    return None


def is_text(walk: Evaluation, value: Value, text: str, at: int) -> bool | None:
    """Whether the path, the method, or both in one text are this; noted where that is not known."""
    asked = walk.asked
    if asked is None:
        return None
    if is_method(value):
        asked.methods.add(text.upper())
        return False if asked.path else None
    mine = known(value)
    if mine is not None:
        return mine == text
    keyed = _KEYED.fullmatch(text)
    if value.elements is None:
        asked.note(walk, _gone(value) + text, at)
    elif keyed is None:
        return None
    elif not asked.path:
        asked.note(walk, keyed[2], at)
    elif keyed[2] == asked.path:
        asked.methods.add(keyed[1])
    return False


def begins(walk: Evaluation, value: Value, text: str, at: int) -> bool | None:
    """Whether the path begins with this; noted where it is not known."""
    mine = known(value)
    if mine is not None:
        return mine.startswith(text)
    if walk.asked is not None and value.elements is None:
        walk.asked.note(walk, f"{_gone(value)}{text}*", at)
    return None


def ends(walk: Evaluation, value: Value, text: str, at: int) -> bool | None:
    """Whether the path ends with this; noted where it is not known and a path by itself."""
    mine = known(value)
    if mine is not None:
        return mine.endswith(text)
    if walk.asked is not None and value.elements is None and text.startswith("/"):
        walk.asked.note(walk, _gone(value) + text, at)
    return None


def matches(walk: Evaluation, value: Value, expression: str, at: int) -> bool | None:
    """Whether a regular expression as JavaScript writes it finds itself in the path."""
    pattern, _, flags = expression[1:].rpartition("/")
    tested = _compiled(pattern, flags)
    mine = known(value)
    if mine is not None:
        return tested.search(mine) is not None if tested is not None else None
    if walk.asked is not None and tested is not None and value.elements is None:
        plain = _plain(pattern)
        samples = (plain.replace("*", each) for each in _SAMPLES)
        sample = next((s for s in samples if plain and tested.search(s)), "")
        if sample:
            walk.asked.note(walk, _gone(value) + plain, at, _gone(value) + sample)
    return None


def of_table(walk: Evaluation, table: Value, key: Value, at: int) -> Value | None:
    """`handlers[pathname]` and the same by method and path: every key is a path that is asked for."""
    if walk.asked is None or not table.fields or not holds(key):
        return None
    text = known(key)
    if text is not None:
        return table.fields.get(text, replace(NULL, tags=_SETTLED))
    for name in table.fields:
        is_text(walk, key, name, at)
    return None


def settled(held: bool) -> Value:
    """The answer to a test of a request that is known."""
    return Value(literal=held, tags=_SETTLED)


def _plain(pattern: str) -> str:
    """The one path that a regular expression is for, "*" for each part that is left open; or ""."""
    if not pattern.startswith("^"):
        return ""
    plain = re.sub(r"\\?/\?\$?$", "", pattern[1:]).removesuffix("$").replace("\\/", "/")
    found = re.sub(r"\\([.-])", r"\1", _GROUP.sub("*", plain))
    if not found.startswith("/") or re.search(r"[\\^$|()\[\]{}+?]", found):
        return ""
    return found


def _compiled(pattern: str, flags: str) -> re.Pattern[str] | None:
    if not is_simple(pattern):
        return None
    try:
        named = re.sub(r"\(\?<(?=\w)", "(?P<", pattern)
        return re.compile(named, re.IGNORECASE if "i" in flags else 0)
    except re.error:
        return None


def _is_bare(value: Value) -> bool:
    """False for what something was made of: a part of it, a number, what an unseen function gives."""
    return all(tag.startswith(_PATH) or tag in ("settled", "truthy") for tag in value.tags)


def _gone(value: Value) -> str:
    return _after(value, _WITHOUT) or ""


def _after(value: Value, start: str) -> str | None:
    return next((tag[len(start) :] for tag in value.tags if tag.startswith(start)), None)
