"""Tell a value that a screen or a made-up record only shows from one that the code uses."""

from __future__ import annotations

from shipworthy.regex import regex

_FAR = 2_000  # characters of a record that are looked at on each side
_TAG = 400  # characters of an element
_BRACES = regex(r"\$\{[^{}]*\}|[{}]")
_KEY = regex(r"""(?:^|[,{\n;])\s*["']?(\w+)["']?\s*:(?!:)""")
_NESTED = regex(r"\{[^{}]*\}")
# What a row of a table says about itself; settings and calls know none of these.
_IDENTITY = frozenset({"id", "_id", "uuid"})
_LIFE = frozenset(
    """createdat updatedat createdby updatedby created_at updated_at lastused lastusedat last_used
    last_used_at expiresat lastrotatedat lastdeliveredat successrate status""".split()
)
_ONLY_READ = regex(r"\b(readOnly|disabled)\b(?!\s*=\s*\{?\s*[\"']?false)")


def is_specimen(text: str, start: int) -> bool:
    """True for the value at this offset where it stands in a record with an id and a state of its
    own, as invented rows do, or in a field of a page that nobody can fill in."""
    return _is_in_record(text, start) or _is_in_read_only_field(text, start)


def _is_in_record(text: str, start: int) -> bool:
    keys = {key.lower() for key in _KEY.findall(_own_lines(text, start))}
    return not keys.isdisjoint(_IDENTITY) and not keys.isdisjoint(_LIFE)


def _own_lines(text: str, start: int) -> str:
    """What stands between the braces around an offset, what has braces of its own left out."""
    before, after = text[max(0, start - _FAR) : start], text[start : start + _FAR]
    depth, first = 0, 0
    for brace in reversed(list(_BRACES.finditer(before))):
        depth += {"}": 1, "{": -1}.get(brace[0], 0)
        if depth < 0:
            first = brace.start()
            break
    if depth >= 0:
        return ""
    depth, last = 0, len(after)
    for brace in _BRACES.finditer(after):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth < 0:
            last = brace.start()
            break
    inner = before[first + 1 :] + after[:last]
    while _NESTED.search(inner):
        inner = _NESTED.sub("", inner)
    return "{" + inner


def _is_in_read_only_field(text: str, start: int) -> bool:
    opened = text.rfind("<input", max(0, start - _TAG), start)
    if opened == -1 or "/>" in text[opened:start]:
        return False
    closed = text.find("/>", start, start + _TAG)
    return closed != -1 and _ONLY_READ.search(text, opened, closed) is not None
