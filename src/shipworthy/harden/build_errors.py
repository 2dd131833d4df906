"""The errors that a build names, so that a build that was red before still tells of new ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

# A file alone in its line, as Next.js and webpack print it above what is wrong with it.
_PLACE = re.compile(
    r"^(?:\./)?((?:[\w@()\[\].~ -]+/)*[\w@()\[\].~-]+\.(?:[mc]?[jt]sx?|s?css|vue|svelte|mdx?))"
    r"(?::\d+(?::\d+)?)?$"
)
# What is missing, in the words of webpack, Rollup, esbuild, Node.js and the TypeScript compiler.
_MISSING = re.compile(
    r"(?:Can't resolve|failed to resolve import|Could not resolve|Cannot find (?:module|package))"
    r"\s+[\"'`]([^\"'`]+)[\"'`]",
    re.IGNORECASE,
)
_TYPES = re.compile(r"^(\S+?)\(\d+,\d+\): error (TS\d+)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 160  # characters of what is said


def build_errors(output: str) -> Counter[str]:
    """The errors by place and words, each once: lines move, and some are printed for two targets."""
    return Counter(dict.fromkeys(_named(_COLOUR.sub("", output)), 1))


def _named(output: str) -> Iterator[str]:
    place = ""
    for line in filter(None, (line.strip() for line in output.splitlines())):
        if missing := _MISSING.search(line):
            yield f"cannot resolve {missing[1]}"
        elif typed := _TYPES.match(line):
            yield f"{typed[1]}: {typed[2]}"
        elif place:
            yield f"{place}: {re.sub(r'[0-9]+', '0', line)[:_LONGEST]}"
        found = _PLACE.match(line)
        place = found[1] if found else ""
