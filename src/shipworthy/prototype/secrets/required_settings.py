"""Settings that are read without a literal to fall back on: the edit of a file's text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.style import after_line, margin, style_of
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    dotted,
    enclosing,
    identifiers,
    keyword,
    string,
)
from shipworthy.prototype.source import Language, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_READS = {"os.getenv": "os.environ", "os.environ.get": "os.environ", "environ.get": "environ"}
# Bundlers put these into the page by their name, and the page cannot refuse to start.
_OF_PAGES = regex(r"^(NEXT_PUBLIC|VITE|EXPO_PUBLIC|REACT_APP|NUXT_PUBLIC|PUBLIC)_")
_NAMES = ("required", "requiredSetting")
_FUNCTION = """function NAME(name: string): string {
  const value = READ;
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
"""
# The phase in which Next.js loads the modules of a server to see what it can draw ahead:
# https://nextjs.org/docs/app/api-reference/config/next-config-js (constants, PHASE_PRODUCTION_BUILD).
_BUILT = """function NAME(name: string): string {
  const value = READ;
  // The build loads this file, without the settings of the server.
  const building = process.env.NEXT_PHASE === "phase-production-build";
  if (!value && !building) throw new Error(`${name} is not set`);
  return value ?? "";
}
"""
_HOISTED = frozenset({"function_declaration", "method_definition", "class_declaration"})


def without_fallbacks(file: SourceFile, name: str, *, built: bool = False) -> str | None:
    """The file's text with each literal default of the variable `name` taken away, so that a missing
    setting stops the start; None where it has no such read, or it is one of a page.

    `built` says that a build loads such files as well (Next.js): there a setting may be missing.
    """
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    if syntax.python:
        edits = list(_edits(syntax, name))
        return edited(file.text, edits) if edits else None
    return None if _OF_PAGES.match(name) else _script(syntax, name, file.text, built)


def is_built_ahead(prototype: Prototype) -> bool:
    """True where a build loads the files of the server: Next.js."""
    return any(p.name == "next" and p.direct for p in prototype.dependencies.packages)


def _edits(syntax: Syntax, name: str) -> Iterator[Edit]:
    for call in syntax.calls:
        mapping = _READS.get(callee(call))
        given = arguments(call)
        if mapping is None or not given or string(given[0]) != name:
            continue
        default = keyword(call, "default") or (given[1] if len(given) > 1 else None)
        whole = _alternative(call)
        if whole is None and (default is None or string(default) is None):
            continue
        yield replacing(whole or call, f"{mapping}[{given[0].text()}]")


def _alternative(call: SgNode) -> SgNode | None:
    """The whole `os.getenv("X") or "literal"` around a read."""
    parent = call.parent()
    if parent is None or parent.kind() != "boolean_operator":
        return None
    right = parent.field("right")
    return parent if right and string(right) is not None else None


def _script(syntax: Syntax, name: str, text: str, built: bool) -> str | None:
    """`const KEY = process.env.KEY;` with a line that throws below it, or `required("KEY")` where no
    statement can stand."""
    edits: list[Edit] = []
    calls, ahead = "", False
    for whole in syntax.root.find_all(kind="binary_expression"):
        read = _read(whole, name)
        if read is None:
            continue
        at_start = built and enclosing(whole, FUNCTIONS) is None
        statement = _narrowed(syntax, whole) if not at_start else None
        ahead = ahead or at_start
        style = style_of(syntax)
        if statement is not None:
            held = statement.children()[1].field("name")
            at = after_line(statement, text)
            line = style.written(
                f'if (!{held.text() if held else ""}) throw new Error("{name} is not set");'
            )
            start = "" if text[:at].endswith("\n") else style.newline
            edits.append(replacing(whole, read.text()))
            edits.append(Edit(at, at, f"{start}{margin(statement, text)}{line}{style.newline}"))
            continue
        calls = calls or _function_name(syntax)
        if not calls:
            return None
        edits.append(replacing(whole, style.written(f'{calls}("{name}")')))
    if calls and f"function {calls}(" not in text:
        edits.append(_function(syntax, calls, text, _BUILT if ahead else _FUNCTION))
    return edited(text, edits) if edits else None


def _read(whole: SgNode, name: str) -> SgNode | None:
    """The read of the variable on the left of `|| "literal"`."""
    left, right, operator = whole.field("left"), whole.field("right"), whole.field("operator")
    if left is None or right is None or string(right) is None:
        return None
    if operator is None or operator.text() not in ("||", "??"):
        return None
    if left.kind() == "call_expression" and callee(left) == "Deno.env.get":
        given = arguments(left)
        return left if given and string(given[0]) == name else None
    return left if dotted(left) == f"process.env.{name}" else None


def _narrowed(syntax: Syntax, whole: SgNode) -> SgNode | None:
    """The statement `const KEY = …` of the module, where the line below it may narrow what KEY is."""
    declarator = whole.parent()
    statement = declarator.parent() if declarator is not None else None
    if declarator is None or statement is None or declarator.kind() != "variable_declarator":
        return None
    above, name = statement.parent(), declarator.field("name")
    if above is None or above.kind() != "program" or name is None or name.kind() != "identifier":
        return None
    single = len([c for c in statement.children() if c.kind() == "variable_declarator"]) == 1
    if not single or not statement.text().startswith("const ") or declarator.field("type"):
        return None
    if syntax.language is Language.JAVASCRIPT:
        return statement
    uses = identifiers(syntax.root).get(name.text(), ())
    hoisted = any(enclosing(use, _HOISTED) for use in uses)  # there TypeScript forgets what it knew
    exported = any(use.parent() is not None and "export" in _kind_above(use) for use in uses)
    return None if hoisted or exported else statement


def _kind_above(node: SgNode) -> str:
    parent = node.parent()
    return parent.kind() if parent is not None else ""


def _function_name(syntax: Syntax) -> str:
    """A free name for the function, or that of the same function where it is there; '' for none."""
    known = identifiers(syntax.root)
    text = syntax.source.text or ""
    for name in _NAMES:
        if name not in known or f"function {name}(name" in text:
            return name
    return ""


def _function(syntax: Syntax, name: str, text: str, code: str) -> Edit:
    style = style_of(syntax)
    read = "Deno.env.get(name)" if "Deno.env" in text else "process.env[name]"
    code = code.replace("function NAME", f"function {name}").replace("READ", read)
    if syntax.language is Language.JAVASCRIPT:
        code = code.replace(": string", "")
    imports = [n for n in syntax.root.children() if n.kind() == "import_statement"]
    if not imports:
        first = next((n for n in syntax.root.children() if n.kind() != "comment"), None)
        at = first.range().start.index if first is not None else 0
        return Edit(at, at, style.written(code) + style.newline)
    at = after_line(imports[-1], text)
    return Edit(at, at, style.newline + style.written(code))
