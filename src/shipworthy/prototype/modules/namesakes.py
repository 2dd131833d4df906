"""Methods of other classes that happen to have the same name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipworthy.prototype.modules.remarks import is_remark
from shipworthy.prototype.source import SourceFile


def are_of_others(name: str, files: Iterable[SourceFile]) -> bool:
    """True where these files say a name only to declare a method of their own, and to call it on what is
    called after the file that does: `orderService.total()` beside `order.service.ts`."""
    literal = re.escape(name)
    said = re.compile(rf"(?<![\w$]){literal}(?![\w$])")
    declares = re.compile(
        rf"^\s*((public|private|protected|static|async|override)\s+)*{literal}\s*"
        rf"(=\s*(async\s*)?\([^;]*=>|(<[^>]*>)?\([^;]*\{{\s*$)"
    )
    called = re.compile(rf"([\w$]+)\s*[?!]?\.\s*{literal}$")
    owners: set[str] = set()
    asked: set[str] = set()
    for file in files:
        for line in file.lines:
            for match in said.finditer(line) if name in line else ():
                if is_remark(line, match.start()):
                    continue
                if declares.match(line):
                    owners.add(_plain(file.name.rpartition(".")[0]))
                    continue
                receiver = called.search(line[: match.end()])
                if receiver is None:
                    return False
                asked.add(_plain(receiver[1]))
    return bool(owners) and asked <= owners


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
