"""Name the allowed origins of a Python service in its environment, by editing its text."""

from __future__ import annotations

from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.edits import Edit, adding_arguments, edited, replacing
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.syntax import Syntax, keyword
from shipworthy.prototype.cors.allowed import AllowedOrigin
from shipworthy.prototype.cors.middleware import rules
from shipworthy.prototype.source import SourceFile

_FROM_ENVIRONMENT = 'os.environ.get("ALLOWED_ORIGINS", "").split(",")'
_KEYWORDS = {"starlette": "allow_origins", "flask-cors": "origins"}


def with_listed_origins(file: SourceFile) -> str:
    """The text of a file whose CORS middleware allows only the origins in ALLOWED_ORIGINS.

    Only FastAPI, Starlette and Flask, and only a "*" that is written out in the file.
    """
    if file.language is None or file.text is None:
        return file.text or ""
    syntax = Syntax(file, file.language)
    bindings = bindings_of(syntax)
    edits = [edit for edit in _edits(syntax, bindings) if edit is not None]
    if not edits:
        return file.text
    return edited(file.text, [*edits, *importing(syntax, "os")])


def _edits(syntax: Syntax, bindings: Bindings) -> list[Edit | None]:
    found: list[Edit | None] = []
    for rule in rules(syntax, bindings):
        name = _KEYWORDS.get(rule.framework)
        if name is None or not rule.credentials or rule.origin is not AllowedOrigin.ANY:
            continue
        given = keyword(rule.node, name)
        if given is not None:
            literal = bindings.value(given)
            if literal is not None and literal.kind() in ("list", "string"):
                found.append(replacing(literal, _FROM_ENVIRONMENT))
        elif keyword(rule.node, "resources") is None:
            found.append(adding_arguments(rule.node, f"{name}={_FROM_ENVIRONMENT}"))
    return found
