"""Small edits of a file's text at parsed places, with the formatting around them left alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ast_grep_py import SgNode
from msgspec import Struct


class Edit(Struct, frozen=True, order=True):
    """Replace the characters from `start` to `end` (0-based, end excluded) with `text`."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made, in the line ends of the text; of two that overlap the first wins."""
    out, at = "", 0
    newline = "\r\n" if "\r\n" in text else "\n"
    for edit in sorted(set(edits)):
        if edit.start < at:
            continue
        out += text[at : edit.start] + re.sub(r"\r?\n", newline, edit.text)
        at = edit.end
    return out + text[at:]


def replacing(node: SgNode, text: str) -> Edit:
    """Put other text in the place of a node."""
    span = node.range()
    return Edit(span.start.index, span.end.index, text)


def adding_arguments(call: SgNode, *texts: str, field: str = "arguments") -> Edit | None:
    """Add last arguments to a call, each on a line of its own where the others stand so; or last
    "parameters" to a function."""
    return _appended(call.field(field), texts, padding="")


def adding_properties(literal: SgNode, *texts: str) -> Edit | None:
    """Add last properties to an object literal, on lines of their own where the others stand so."""
    return _appended(literal, texts, padding=" ")


def _appended(holder: SgNode | None, texts: tuple[str, ...], padding: str) -> Edit | None:
    if holder is None or holder.kind() == "template_string":
        return None
    children = list(holder.children())
    inner = [c for c in children if c.is_named() and c.kind() != "comment"]
    end = holder.range().end.index - 1
    if not inner:
        return Edit(holder.range().start.index + 1, end, f"{padding}{', '.join(texts)}{padding}")
    last = inner[-1]
    at = last.range().end.index
    after = [c for c in children if c.kind() == "," and c.range().start.index >= at]
    comma = bool(after)
    at = after[0].range().end.index if after else at
    own_line = last.range().end.line < holder.range().end.line and (
        inner[0].range().start.line > holder.range().start.line
    )
    if not own_line:
        return Edit(at, at, f"{'' if comma else ','} {', '.join(texts)}")
    lines = ",".join(f"\n{_indent(inner)}{text}" for text in texts)
    return Edit(at, at, f"{'' if comma else ','}{lines}{',' if comma else ''}")


def _indent(inner: list[SgNode]) -> str:
    """The white space before the first item of the list, tabs kept."""
    first = inner[0].range().start
    line = inner[0].get_root().root().text().split("\n")[first.line]
    return line[: len(line) - len(line.lstrip())]
