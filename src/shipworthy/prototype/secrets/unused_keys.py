"""Tell a key that code signs with from one that a file names and never uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.source import Language
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_CONSTANT = regex(r"(?:const|let|var)\s+(\w+)\s*(?::[^=]*)?=")
_SCRIPTS = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)


def is_never_used(prototype: Prototype, path: str, line: int) -> bool:
    """True for a constant of a module that is not exported and that its file does not name again. In Python
    another file may import it."""
    file = prototype.files[path]
    kept = _CONSTANT.match(file.line(line)) if file.language in _SCRIPTS else None
    if kept is None:
        return False
    # Not what the environment calls it: `process.env.KEY`, `env?.KEY`, `env["KEY"]`.
    named = re.compile(rf"(?<!\w\.)(?<!\?\.)(?<![\w$\"'`]){re.escape(kept[1])}\b")
    return sum(1 for _ in named.finditer(file.text or "")) == 1
