"""A parsed file as a module of the small language, where its code may run on a server."""

from __future__ import annotations

import re

from shipworthy.prototype.code.directives import directives
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.program import from_javascript, from_python
from shipworthy.prototype.program.nodes import Module
from shipworthy.prototype.source import Language

_LONGEST = 400_000  # characters; a file of more is data
_ROUTED = re.compile(r"(^|/)(app|pages|routes|api|server|actions)/")


def module_of(syntax: Syntax) -> Module | None:
    """The module; None for what is only shown in a browser, and for files too long to be code."""
    text = syntax.source.text or ""
    if len(text) > _LONGEST:
        return None
    if syntax.python:
        return from_python.module_of(syntax)
    if "use client" in text and "use client" in directives(text):
        return None
    path = syntax.source.path
    is_component = syntax.language is Language.TSX or path.endswith(".jsx")
    if is_component and "use server" not in text and not _ROUTED.search(path):
        return None
    return from_javascript.module_of(syntax)
