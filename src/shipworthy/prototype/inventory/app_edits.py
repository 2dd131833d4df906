"""Put code right behind the line that makes the app of a server, in front of everything it serves."""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import after_line, margin, style_of
from shipworthy.prototype.code.syntax import Syntax, callee, identifiers
from shipworthy.prototype.source import SourceFile


def behind_app(
    file: SourceFile, blocks: Mapping[str, str], name: str = "", module: str = ""
) -> str | None:
    """The text of a file with the block for what makes its app: `FastAPI`, `express`, …

    In a block, APP stands for the variable. `name` is the function that it defines and `module` what
    it imports, in Python. None where the file makes no such app, or has such a function.
    """
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    if name and name in identifiers(syntax.root):
        return None
    for kind in ("assignment", "variable_declarator"):
        for node in syntax.nodes(kind):
            held = node.field("left") or node.field("name")
            value = node.field("right") or node.field("value")
            block = blocks.get(callee(value)) if value is not None else None
            if block is not None and held is not None and held.kind() == "identifier":
                block = block.replace("APP", held.text())
                if not syntax.python:
                    return edited(file.text, [_script(syntax, node, block, file.text)])
                imports = importing(syntax, module) if module else []
                return edited(file.text, [_python(node, block, file.text), *imports])
    return None


def _script(syntax: Syntax, node: SgNode, block: str, text: str) -> Edit:
    style, at, before = style_of(syntax), after_line(node, text), margin(node, text)
    lines = style.written(block).splitlines(keepends=True)
    start = "" if text[:at].endswith("\n") else style.newline
    return Edit(at, at, start + "".join(before + line for line in lines))


def _python(node: SgNode, block: str, text: str) -> Edit:
    """With the two blank lines around it that functions of a module have, or one in a function."""
    at, before = after_line(node, text), margin(node, text)
    rest = text[at:]
    blank = len(rest) - len(rest.lstrip("\n"))
    apart = "\n" if before else "\n\n"
    lines = "".join(before + line for line in block.splitlines(keepends=True))
    after = apart[min(blank, len(apart)) :] if rest.strip() else ""
    start = "" if text[:at].endswith("\n") else "\n"
    return Edit(at, at, f"{start}{apart}{lines}{after}")
