"""Keys for signing that are a word in the code, read from outside instead: the edit of a file's text."""

from __future__ import annotations

from collections.abc import Sequence

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.settings import setting
from shipworthy.prototype.code.syntax import Syntax, callee, enclosing, string
from shipworthy.prototype.secrets.secret import Secret
from shipworthy.prototype.source import Language, SourceFile
from shipworthy.regex import regex

_CONSTANT = regex(r"^[A-Z][A-Z0-9_]{3,}$")
_OF_CONFIG = regex(r"""\.config\[["'](\w+)["']\]$""")
_CLASSES = frozenset({"class_definition"})
_CALLS = frozenset({"call_expression"})


def guessable_from_environment(file: SourceFile, secrets: Sequence[Secret]) -> str | None:
    """The file's text with each of these words read from a variable; None where one stands in another way
    than as the field of a settings class, as a constant, or as what Flask or express-session signs with.

    Without its default a field of pydantic's settings is required and read from the variable of its name:
    https://docs.pydantic.dev/latest/concepts/pydantic_settings/.
    """
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    edits: list[Edit] = []
    reads = False
    for secret in secrets:
        here = [
            node
            for node in syntax.root.find_all(kind="string")
            if string(node) == secret.value and syntax.location(node).line == secret.location.line
        ]
        if len(here) != 1:
            return None
        edit = _of_settings_class(here[0])
        if edit is None:
            name = _variable(here[0], syntax)
            edit = replacing(here[0], _read(syntax, name)) if name else None
            reads = True
        if edit is None:
            return None
        edits.append(edit)
    if syntax.python and reads:
        edits += importing(syntax, "os")
    return edited(file.text, edits) if edits else None


def _of_settings_class(node: SgNode) -> Edit | None:
    """`SECRET_KEY: str` in place of `SECRET_KEY: str = "word"`."""
    holder, inside = node.parent(), enclosing(node, _CLASSES)
    if holder is None or holder.kind() != "assignment" or inside is None:
        return None
    kind, bases = holder.field("type"), inside.field("superclasses")
    if kind is None or bases is None or "BaseSettings" not in bases.text():
        return None
    return Edit(kind.range().end.index, node.range().end.index, "")


def _variable(node: SgNode, syntax: Syntax) -> str:
    """The variable that takes the place of a word; '' where the code does not name one."""
    holder = node.parent()
    if holder is None:
        return ""
    if syntax.python:
        left = holder.field("left") if holder.kind() == "assignment" else None
        if left is None or holder.field("type") is not None:
            return ""
        return _named(left.text())
    if holder.kind() == "variable_declarator":
        held = holder.field("name")
        return held.text() if held is not None and _CONSTANT.match(held.text()) else ""
    key = holder.field("key") if holder.kind() == "pair" else None
    call = enclosing(node, _CALLS)
    if key is None or key.text() != "secret" or call is None:
        return ""
    return "SESSION_SECRET" if callee(call) in ("session", "expressSession") else ""


def _named(left: str) -> str:
    if left.endswith(".secret_key"):
        return "FLASK_SECRET_KEY"
    config = _OF_CONFIG.search(left)
    name = config[1] if config is not None else left
    return name if _CONSTANT.match(name) else ""


def _read(syntax: Syntax, name: str) -> str:
    known = syntax.python or syntax.language is Language.JAVASCRIPT
    return setting(syntax, name) + ("" if known else "!")
