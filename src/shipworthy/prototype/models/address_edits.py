"""Addresses of model providers read from the environment, with what stands in the code as the default."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.settings import setting
from shipworthy.prototype.code.style import style_of
from shipworthy.prototype.code.syntax import Syntax, string
from shipworthy.prototype.models.addresses import FoundAddress, addresses_of
from shipworthy.prototype.source import SourceFile


def from_environment(file: SourceFile, variable: str) -> str | None:
    """The file's text with the base of each address that this variable would hold read from it; None
    where one of them is written in a way that is left to a person."""
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    edits: list[Edit] = []
    for found in addresses_of(syntax):
        if found.address.variable == variable and not found.address.is_default:
            text = _in_python(syntax, found) if syntax.python else _in_script(syntax, found)
            if not text:
                return None
            edits.append(replacing(found.node, text))
    if edits and syntax.python:
        edits += importing(syntax, "os")
    return edited(file.text, edits) if edits else None


def _in_script(syntax: Syntax, found: FoundAddress) -> str:
    base, node = found.address.base, found.node
    read = setting(syntax, found.address.variable)
    value = style_of(syntax).written(f'{read} ?? "{base}"')
    literal = string(node)
    if literal == base:
        return value
    inner = node.text()[1:-1] if node.kind() == "template_string" else literal
    if inner is None or "`" in inner or not inner.startswith(base):
        return ""
    return f"`${{{value}}}{inner.removeprefix(base)}`"


def _in_python(syntax: Syntax, found: FoundAddress) -> str:
    base, node = found.address.base, found.node
    value = f'os.environ.get("{found.address.variable}", "{base}")'
    literal = string(node)
    if literal is None:
        return _in_f_string(node, value, base)
    if not node.text().startswith(('"', "'")):
        return ""
    rest = literal.removeprefix(base)
    return style_of(syntax).written(f'{value} + "{rest}"' if rest else value)


def _in_f_string(node: SgNode, value: str, base: str) -> str:
    """Before Python 3.12 the quotes of an f-string cannot stand within it."""
    text = node.text()
    head, quote = text[:1], text[1:2]
    if head != "f" or text[1:4] == quote * 3 or not text[2:].startswith(base):
        return ""
    other = "'" if quote == '"' else '"'
    return f"f{quote}{{{value.replace(chr(34), other)}}}{text[2:].removeprefix(base)}"
