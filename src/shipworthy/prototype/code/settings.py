"""How code of each language and runtime reads a variable of its environment."""

from __future__ import annotations

from shipworthy.prototype.code.style import style_of
from shipworthy.prototype.code.syntax import Syntax


def setting(syntax: Syntax, name: str) -> str:
    """The expression that reads a variable, and fails or is undefined where it is not set."""
    if syntax.python:
        return style_of(syntax).written(f'os.environ["{name}"]')
    if "Deno." in (syntax.source.text or "") or "supabase/functions/" in syntax.source.path:
        return style_of(syntax).written(f'Deno.env.get("{name}")')
    return f"process.env.{name}"
