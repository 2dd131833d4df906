"""Why a program failed, in one sentence, read from the last that it printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from shipworthy.harden.places import runs_folder
from shipworthy.prototype.tree import printable

_WIDTH = 240
_BEGINS = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s*File "([^"\n]+)", line (\d+)', re.MULTILINE)
_RAISED = re.compile(
    r"^([A-Za-z_][\w.]*(?:: .*)?)$", re.MULTILINE
)  # after the frames, which are indented
# Node.js: what was thrown, with a code in brackets at times, then the calls that led there.
_THROWN = re.compile(
    r"(?:^|[\s:(])((?:[A-Z][A-Za-z]*)?Error(?: \[\w+\])?: .+|Module not found: .+)", re.MULTILINE
)
_CALL = re.compile(r"^\s+at .*?\(?(?:file://)?([^\s()]+?):(\d+):\d+\)?(?: \{)?$", re.MULTILINE)
_OF_OTHERS = ("python-packages", "python-", "node:", "<")
_UNKNOWN_HOST = re.compile(
    r"(?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)|could not translate host name \"([\w.-]+)\""
    r"|Failed to resolve '([\w.-]+)'"
)
_REFUSED = re.compile(
    r"ECONNREFUSED ([\d.:\w]+)|connection to server at \"([\w.-]+)\".*[Rr]efused"
    r"|connecting to ([\w.-]+:\d+)\.\s*(?:Connection|\[Errno 111\])"
)


def told(text: str) -> str:
    """A text of a program with its files named as the user knows them, not by their place in the copy."""
    return re.sub(rf"{re.escape(str(runs_folder()))}/run-\w+/(?!python-)[^/\s\"']+/", "", text)


def fault(log: str) -> str:
    """The error with which a program ended, and where in the prototype's own code; '' where it names none."""
    text = told(log)
    found = _of_python(text) if _BEGINS in text else _of_node(text)
    return printable(found)[:_WIDTH] + _next(text) if found else ""


def _of_python(text: str) -> str:
    last = text.rpartition(_BEGINS)[2]
    frames = list(_FRAME.finditer(last))
    raised = _RAISED.search(last, frames[-1].end() if frames else 0)
    return _at(raised[1], _own(_FRAME.findall(last))) if raised else ""


def _of_node(text: str) -> str:
    thrown = list(_THROWN.finditer(text))
    if not thrown:
        return ""
    calls = _CALL.findall(text[thrown[-1].end() :])
    return _at(thrown[-1][1].strip(), reversed(list(_own(calls))))


def _at(what: str, own: Iterator[str]) -> str:
    """With the innermost place of the prototype's own code."""
    places = list(own)
    return f"{what} ({places[-1]})" if places else what


def _own(frames: list[tuple[str, str]]) -> Iterator[str]:
    for path, line in frames:
        if not (Path(path).is_absolute() or path.startswith(_OF_OTHERS) or "node_modules/" in path):
            yield f"{path}:{line}"


def _next(text: str) -> str:
    """What would help, where the error says what is lacking."""
    if host := _UNKNOWN_HOST.search(text):
        name = next(filter(None, host.groups()))
        return f"; {name} cannot be reached from here: give another address with --env FILE"
    if place := _REFUSED.search(text):
        name = next(filter(None, place.groups()))
        return f"; nothing answers at {name}: start it, or give its address with --env FILE"
    return ""
