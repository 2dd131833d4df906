"""Take values out of the text of an SQL query and hand them over beside it, by editing the call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, adding_arguments, edited, replacing
from shipworthy.prototype.code.style import style_of
from shipworthy.prototype.code.syntax import Syntax, arguments
from shipworthy.prototype.handlers.handler import Effect
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_CALLS = frozenset({"execute", "query"})
# How each driver marks a value: PEP 249 and the documentation of each.
_MARKS = {
    **dict.fromkeys(("psycopg2", "psycopg", "pymysql", "MySQLdb", "mysql"), "%s"),
    **dict.fromkeys(("sqlite3", "mysql2", "better-sqlite3"), "?"),
    **dict.fromkeys(("pg", "@neondatabase/serverless", "@vercel/postgres"), "$"),
}
_HOLES = ("interpolation", "template_substitution")
# What stands before a value where no quote does; before anything else stands a name or a piece of SQL.
_BEFORE_VALUE = regex(r"(=|<|>|\b(i?like|between)|\bvalues\s*\(([^()]*,)?)\s*$", re.IGNORECASE)
_HOLE = regex("\x00(\\d+)\x00")
_QUOTED = regex(r"(?<!\w)'([^']*)'")
_MARK = "\x01"
_COMMENT = regex(r"--|/\*")


def with_parameters(prototype: Prototype, effects: Iterable[Effect]) -> dict[str, str] | None:
    """The texts of the files in which none of these queries holds a value in its text any more.

    None as soon as one of them is written in another way than as one literal in the call, or holds what
    no parameter can be: a name of a table or column, a list, a piece of SQL.
    """
    changed: dict[str, list[Edit]] = {}
    for place in sorted({(effect.path, effect.line) for effect in effects}):
        file = prototype.files.get(place[0])
        edits = _parametrised(prototype, file, place[1]) if file is not None else None
        if edits is None:
            return None
        changed.setdefault(place[0], []).extend(edits)
    return {path: edited(prototype.files[path].text or "", e) for path, e in changed.items()}


def _parametrised(prototype: Prototype, file: SourceFile, line: int) -> list[Edit] | None:
    if file.language is None:
        return None
    syntax = Syntax(file, file.language)
    mark = _mark(prototype, syntax)
    calls = [call for call in syntax.calls_named(_CALLS) if _covers(syntax, call, line)]
    given = arguments(calls[0]) if len(calls) == 1 else []
    if mark is None or len(given) != 1 or given[0].kind() not in ("string", "template_string"):
        return None
    found = _without_values(given[0], mark, syntax.python, style_of(syntax).quote)
    if found is None:
        return None
    literal, values = found
    listed = f"[{', '.join(values)}]"
    if syntax.python:
        listed = f"({', '.join(values)}{',' if len(values) == 1 else ''})"
    added = adding_arguments(calls[0], listed)
    return [replacing(given[0], literal), added] if added is not None else None


def _covers(syntax: Syntax, call: SgNode, line: int) -> bool:
    span = syntax.location(call)
    return span.line <= line <= max(span.line, span.end_line)


def _mark(prototype: Prototype, syntax: Syntax) -> str | None:
    """The mark of the one driver that a file, or what it imports, names."""
    graph, path = prototype.modules, syntax.source.path
    named = {module.partition(".")[0] for module in bindings_of(syntax).modules.values()}
    for place in (path, *graph.edges.get(path, ())):
        named |= graph.packages.get(place, frozenset())
    found = {_MARKS[name] for name in named if name in _MARKS}
    return next(iter(found)) if len(found) == 1 else None


def _without_values(
    literal: SgNode, mark: str, python: bool, quote: str
) -> tuple[str, list[str]] | None:
    """The literal with a mark in the place of each value, and the values in their order."""
    parts = _parts(literal, python)
    if parts is None:
        return None
    text, holes = parts
    if _COMMENT.search(text) or "\\" in text or mark in text or (mark == "$" and "$" in text):
        return None
    values: list[str] = []
    at, out = 0, ""
    for found in re.finditer(rf"{_QUOTED.pattern}|{_HOLE.pattern}", text):
        quoted, alone = found[1], found[2]
        if quoted is not None and not _HOLE.search(quoted):
            continue
        before = out + text[at : found.start()]
        if alone is not None and not _BEFORE_VALUE.search(before):
            return None
        values.append(holes[int(alone)] if alone is not None else _filled(quoted, holes, python))
        out = before + (f"${len(values)}" if mark == "$" else _MARK)
        at = found.end()
    out += text[at:]
    if not values or "" in values:
        return None
    out = out.replace("%", "%%") if mark == "%s" else out
    return _written(literal, out.replace(_MARK, mark), python, quote), values


def _parts(literal: SgNode, python: bool) -> tuple[str, list[str]] | None:
    """The text of a literal with numbered holes, and what stands in them; None for formatted holes."""
    text, holes = "", list[str]()
    for child in literal.children():
        kind = child.kind()
        if kind in _HOLES:
            inner = child.named_children()
            if len(inner) != 1 or "join(" in child.text() or ".map(" in child.text():
                return None
            text += f"\x00{len(holes)}\x00"
            holes.append(inner[0].text())
        elif kind not in ("string_start", "string_end", "`"):
            text += child.text()
    return (text.replace("{{", "{").replace("}}", "}") if python else text), holes


def _filled(quoted: str, holes: Sequence[str], python: bool) -> str:
    """What stood between two quotes, as a value: `name`, f"%{name}%"; '' where it cannot be written."""
    alone = _HOLE.fullmatch(quoted)
    if alone is not None:
        return holes[int(alone[1])]
    opened = "{" if python else "${"
    text = _HOLE.sub(lambda m: f"{opened}{holes[int(m[1])]}}}", quoted)
    if '"' in text or "`" in text or "\n" in text:
        return ""
    return f'f"{text}"' if python else f"`{text}`"


def _written(literal: SgNode, text: str, python: bool, quote: str) -> str:
    """The literal around the new text: without what made it a template."""
    if not python:
        simple = "\n" not in text and quote not in text
        return f"{quote}{text}{quote}" if simple else f"`{text}`"
    parts = literal.children()
    start = parts[0].text().replace("f", "").replace("F", "")
    return f"{start}{text}{parts[-1].text()}"
