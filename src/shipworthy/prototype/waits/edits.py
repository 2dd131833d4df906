"""Wait for several answers at once, by editing the statements that wait for one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import Style, margin, style_of
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.source import SourceFile
from shipworthy.prototype.waits.reads import waiting_statements

_WIDE = 90  # characters of a line
_MANY = 3  # waits of one run, one after the other


def waiting_at_once(file: SourceFile, runs: Sequence[Sequence[Location]]) -> str | None:
    """The text of a file in which the statements of each run that are neighbours wait together.

    None where that leaves many waits, for other work stands between them.
    """
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    style = style_of(syntax)
    statements = {syntax.location(s): s for s, _, _ in waiting_statements(syntax)}
    edits: list[Edit] = []
    for run in runs:
        known = [statements[place] for place in run if place in statements]
        left = len(known)
        for group in _neighbours(known):
            edit = _joined(syntax, group, style, file.text)
            if edit is not None:
                edits.append(edit)
                left -= len(group) - 1
        if left >= _MANY:
            return None
    if not edits:
        return None
    return edited(file.text, [*edits, *(importing(syntax, "asyncio") if syntax.python else [])])


def _neighbours(statements: Sequence[SgNode]) -> Iterator[list[SgNode]]:
    """The longest groups of two or more that follow each other with nothing between."""
    group: list[SgNode] = []
    for statement in statements:
        follows = group and group[-1].next() == statement
        if group and not follows:
            if len(group) > 1:
                yield group
            group = []
        group.append(statement)
    if len(group) > 1:
        yield group


def _joined(syntax: Syntax, group: list[SgNode], style: Style, text: str) -> Edit | None:
    parts = [_python(s, text) if syntax.python else _script(s, text) for s in group]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    names, waits = [name for name, _ in known], [wait for _, wait in known]
    if len({n for n in names if n}) < len([n for n in names if n]):
        return None  # the same name twice: no place for both in one statement
    before = margin(group[0], text)
    left = _left(names, syntax.python)
    if left is None:
        return None
    call = "asyncio.gather" if syntax.python else "Promise.all"
    opens, closes = ("(", ")") if syntax.python else ("([", "])")
    end = "" if syntax.python else style.end
    line = f"{left}await {call}{opens}{', '.join(waits)}{closes}{end}"
    if len(before + line) > _WIDE or "\n" in line:
        inner = before + style.indent
        listed = "".join(f"{inner}{_moved(w, style.indent)},{style.newline}" for w in waits)
        line = f"{left}await {call}{opens}{style.newline}{listed}{before}{closes}{end}"
    start, last = group[0].range().start.index, group[-1].range().end.index
    return Edit(start, last, line)


def _left(names: list[str], python: bool) -> str | None:
    """What takes the answers; None where Python would need a name for one that is dropped."""
    if not any(names):
        return ""
    if python:
        return f"{', '.join(names)} = " if all(names) else None
    return f"const [{', '.join(names)}] = "


def _moved(text: str, step: str) -> str:
    """Code that is written over several lines, one step to the right."""
    first, *others = text.split("\n")
    return "\n".join([first, *(f"{step}{line}" if line.strip() else line for line in others)])


def _script(statement: SgNode, text: str) -> tuple[str, str] | None:
    """The pattern and the promise of `const pattern = await promise`."""
    inner = statement.named_children()
    if len(inner) != 1:
        return None
    name = ""
    value: SgNode | None = inner[0]
    if inner[0].kind() == "variable_declarator":
        held = inner[0].field("name")
        if held is None or inner[0].field("type") is not None:
            return None
        if not statement.text().startswith("const "):
            return None
        name, value = _slice(held, text), inner[0].field("value")
    if value is None or value.kind() != "await_expression":
        return None
    return _promise(value, name, text)


def _python(statement: SgNode, text: str) -> tuple[str, str] | None:
    inner = statement.named_children()
    if len(inner) != 1:
        return None
    name = ""
    value: SgNode | None = inner[0]
    if inner[0].kind() == "assignment":
        held = inner[0].field("left")
        if held is None or held.kind() != "identifier" or inner[0].field("type") is not None:
            return None
        name, value = held.text(), inner[0].field("right")
    if value is None or value.kind() != "await":
        return None
    return _promise(value, name, text)


def _promise(waiting: SgNode, name: str, text: str) -> tuple[str, str] | None:
    promise = waiting.named_children()[-1]
    written = _slice(promise, text)
    # What a text over several lines says would change with its indentation.
    return None if "`" in written and "\n" in written else (name, written)


def _slice(node: SgNode, text: str) -> str:
    span = node.range()
    return text[span.start.index : span.end.index]
