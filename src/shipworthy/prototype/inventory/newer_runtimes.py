"""Ask for a version of a language that still gets security fixes, by editing what names it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from shipworthy.prototype.inventory.runtimes import RuntimeVersion
from shipworthy.prototype.inventory.support import support_table
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

_LEAST = timedelta(days=540)  # of fixes that are left, so that the step is worth its trouble
_LANGUAGES = ("node", "python")  # what else there is needs its data or its code moved
_OLD_SYSTEM = regex(r"-(stretch|buster|bullseye)\b")
_OLD_ALPINE = regex(r"-alpine\d[\d.]*")
_EXACT = (".tool-versions", "Pipfile")


def supported_version(product: str) -> str | None:
    """The oldest version that gets fixes for long enough: the smallest step; of Node.js an even one."""
    table = support_table()
    fit = [
        cycle
        for cycle, support in table.cycles.get(product, {}).items()
        if support.ends is not None and support.ends - table.as_of >= _LEAST
    ]
    if product == "node":
        fit = [cycle for cycle in fit if int(cycle) % 2 == 0]
    return min(fit, key=_number, default=None) if product in _LANGUAGES else None


def with_version(file: SourceFile, places: Iterable[RuntimeVersion], wanted: str) -> str | None:
    """The text of a file that asks for this version where it named others; None where a line names an
    exact release, which nobody here can know."""
    if file.text is None or file.name in _EXACT or '"volta"' in file.text:
        return None
    lines = file.text.split("\n")
    for place in places:
        number = place.location.line - 1
        if not 0 <= number < len(lines):
            return None
        changed = _line(lines[number], place, wanted)
        if changed is None:  # `FROM python:${VERSION}`: an argument above says which
            number = next(
                (n for n, said in enumerate(lines[:number]) if _is_argument(said, place)), -1
            )
            changed = _line(lines[number], place, wanted) if number >= 0 else None
        if changed is None:
            return None
        lines[number] = changed
    return "\n".join(lines)


def _is_argument(line: str, place: RuntimeVersion) -> bool:
    return line.strip().upper().startswith("ARG ") and place.version in line


def _line(line: str, place: RuntimeVersion, wanted: str) -> str | None:
    """The line with the version in the place of the old one and what hangs on it."""
    changed, count = re.subn(r"lts/\w+", wanted, line, count=1)
    if not count:
        compact = place.version.replace(".", "") if place.product == "python" else ""
        old = rf"(?<![\d.]){re.escape(place.version)}(?:\.\d+)*(?![\d.]*\d)"
        changed, count = re.subn(old, wanted, line, count=1)
        if not count and compact:
            changed, count = re.subn(
                rf"(?<=python){compact}\b", wanted.replace(".", ""), line, count=1
            )
    if not count:
        return None
    return _OLD_ALPINE.sub("-alpine", _OLD_SYSTEM.sub("-bookworm", changed))


def _number(cycle: str) -> list[int]:
    return [int(part) for part in cycle.split(".")]
