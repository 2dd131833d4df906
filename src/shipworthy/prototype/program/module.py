"""A parsed file as a module of the small language, and whether its code may run on a server."""

from __future__ import annotations

from functools import lru_cache

from shipworthy.prototype.code.directives import directives
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.program import from_javascript, from_python
from shipworthy.prototype.program.nodes import Module
from shipworthy.prototype.source import Language
from shipworthy.regex import regex

_LONGEST = 400_000  # characters; a file of more is data
_ROUTED = regex(r"(^|/)(app|pages|routes|api|server|actions)/")
# Where templates of mails and the like stand, which are no components though their files may end so.
_SHARED = regex(r"(^|/)(lib|libs|utils?|e?mails?|templates|services|helpers)/")


def may_serve(syntax: Syntax) -> bool:
    """False for what is only shown in a browser, and for files too long to be code."""
    text = syntax.source.text or ""
    if len(text) > _LONGEST:
        return False
    if syntax.python:
        return True
    if "use client" in text and "use client" in directives(text):
        return False
    path = syntax.source.path
    is_component = syntax.language is Language.TSX or path.endswith(".jsx")
    return (
        not is_component
        or "use server" in text
        or "createServerFn" in text
        or _ROUTED.search(path) is not None
        or _SHARED.search(path) is not None
    )


@lru_cache(maxsize=1)
def module_of(syntax: Syntax) -> Module:
    """The module; kept until another file is asked for."""
    if syntax.python:
        return from_python.module_of(syntax)
    return from_javascript.module_of(syntax)
