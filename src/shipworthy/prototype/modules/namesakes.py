"""Methods of other classes that happen to have the same name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shipworthy.prototype.modules.remarks import is_remark
from shipworthy.prototype.source import SourceFile


def are_of_others(name: str, own: SourceFile, files: Iterable[SourceFile]) -> bool:
    """True where these files say a name of our `own` only to declare a method of theirs, and to call it on
    what is called after the file that does: `orderService.total()` beside `order.service.ts`."""
    literal = re.escape(name)
    declares = re.compile(
        rf"^\s*((public|private|protected|static|async|override)\s+)*{literal}\s*"
        rf"(=\s*(async\s*)?\([^;]*=>|(<[^>]*>)?\([^;]*\{{\s*$)"
    )
    called = re.compile(rf"([\w$]+)\s*[?!]?\.\s*{literal}$")
    owners: set[str] = set()
    asked: set[str] = set()
    for file in files:
        text = file.text or ""
        for at in _places(name, text):
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            line = text[start : end if end >= 0 else len(text)]
            if is_remark(line, at - start):
                continue
            if declares.match(line):
                owners.add(_plain(file.name.rpartition(".")[0]))
                continue
            receiver = called.search(text, start, at + len(name))
            whose = _plain(receiver[1]) if receiver else ""
            if whose in ("", _plain(own.name.rpartition(".")[0])):
                return False
            asked.add(whose)
    return bool(owners) and asked <= owners


def _places(name: str, text: str) -> Iterator[int]:
    """Where a text says a name as a word of its own."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not _goes_on(text[at - 1 : at]) and not _goes_on(text[end : end + 1]):
            yield at
        at = text.find(name, end)


def _goes_on(sign: str) -> bool:
    return sign.isalnum() or sign in ("_", "$")


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
