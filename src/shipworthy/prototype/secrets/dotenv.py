"""Environment files: the names they set and the values they give, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from shipworthy.regex import regex

_LINE = regex(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)")


class Setting(Struct, frozen=True):
    """One `NAME=value`, with its 1-based line; the value without quotes and comment."""

    name: str
    value: str
    line: int


def parse_environment_file(text: str) -> Iterator[Setting]:
    """The settings of a `.env` file in order: quotes, `export`, comments and multi-line values."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        match = _LINE.fullmatch(lines[at].rstrip("\r"))
        start = at + 1
        at += 1
        if not match:
            continue
        name, value = match[1], match[2].strip()
        quote = value[:1]
        if quote and quote in "\"'`":
            value = value[1:]
            # A PEM key of 4096 bits has some 52 lines; a quote never closed must not eat the file.
            while quote not in value and at < min(len(lines), start + 80):
                value += "\n" + lines[at].rstrip("\r")
                at += 1
            value = value.partition(quote)[0]
        else:
            value = re.split(r"\s#", value, maxsplit=1)[0].strip()
            value = "" if value.startswith("#") else value
        yield Setting(name, value, start)
