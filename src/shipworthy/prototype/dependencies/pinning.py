"""Write the versions of a lock file into the manifest, and into the lock file's copy of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

_RELEASE = regex(r"\d+\.\d+\.\d+")
# Where the lock file repeats what the manifest beside it asks for.
_COPIES = {
    "package-lock.json": ('"": {', '"node_modules/'),
    "pnpm-lock.yaml": ("\n  .:\n", "\npackages:\n"),
}


def pinned(manifest: SourceFile, lock: SourceFile, versions: Mapping[str, str]) -> dict[str, str]:
    """The new texts by path; empty where the lock file is none that can be kept in step.

    `npm ci` and its like refuse to install when the two disagree on what is asked for.
    """
    start, end = _COPIES.get(lock.name, ("", ""))
    text, locked = manifest.text or "", lock.text or ""
    first = locked.find(start)
    last = locked.find(end, first)
    if not start or manifest.folder != lock.folder or first < 0 or last < 0:
        return {}
    copy = locked[first:last]
    asks = _asks_pnpm if lock.name == "pnpm-lock.yaml" else _asks
    for name, version in versions.items():
        one, two = _with(_asks(name), text, version), _with(asks(name), copy, version)
        if one and two and _RELEASE.fullmatch(version):
            text, copy = one, two
    if text == manifest.text:
        return {}
    return {manifest.path: text, lock.path: locked[:first] + copy + locked[last:]}


def _asks(name: str) -> re.Pattern[str]:
    """`"name": "latest"` in package.json and in npm's copy of it."""
    return re.compile(rf'("{re.escape(name)}"\s*:\s*")(?:latest|\*|x|X|)(")')


def _asks_pnpm(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(\n      '?{re.escape(name)}'?:\n        specifier: )(?:latest|'\*'|'')(\n)"
    )


def _with(asks: re.Pattern[str], text: str, version: str) -> str | None:
    """The text with this version in the one place that asks; None where it is not one place."""
    if len(asks.findall(text)) != 1:
        return None
    return asks.sub(rf"\g<1>^{version}\g<2>", text)
