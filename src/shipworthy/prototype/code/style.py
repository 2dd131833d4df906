"""How a file is written: its quotes, semicolons and indentation, so that what is added looks alike."""

from __future__ import annotations

import re

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.regex import regex

_INDENTED = regex(r"^(\t+| {2,})\S", re.MULTILINE)
_ENDED = regex(r";\s*(?://[^\n]*)?$", re.MULTILINE)
_OPEN = regex(r"^(?:import|const|let|return|export)\b.*[^;,{(\[=>\s]\s*$", re.MULTILINE)


class Style(Struct, frozen=True):
    """The quote, what ends a statement (";" or nothing), one step of indentation and the line end."""

    quote: str
    end: str
    indent: str
    newline: str

    def written(self, text: str) -> str:
        """Code that was written with double quotes, semicolons and two spaces, in this style."""
        if self.quote == "'":
            text = re.sub(r'"([^"\'\n]*)"', r"'\1'", text)
        if not self.end:
            text = re.sub(r";$", "", text, flags=re.MULTILINE)
        text = re.sub(r"^(?:  )+", lambda m: self.indent * (len(m[0]) // 2), text, flags=re.M)
        return text.replace("\n", self.newline)


def style_of(syntax: Syntax) -> Style:
    """The style that most of a file follows."""
    text = syntax.source.text or ""
    quoted = [node.text()[:1] for node in syntax.nodes("string") if not _is_attribute(node)]
    quote = "'" if quoted.count("'") > quoted.count('"') else '"'
    newline = "\r\n" if "\r\n" in text else "\n"
    end = "" if syntax.python or len(_OPEN.findall(text)) > len(_ENDED.findall(text)) else ";"
    return Style(quote, end, _indent(text, syntax.python), newline)


def _is_attribute(node: SgNode) -> bool:
    """True for a value in markup, which stands in double quotes whatever the code does."""
    parent = node.parent()
    return parent is not None and parent.kind() == "jsx_attribute"


def _indent(text: str, python: bool) -> str:
    """A tab, or the shallowest indentation of the file that is one."""
    steps = [found[1] for found in _INDENTED.finditer(text)]
    if not steps:
        return "    " if python else "  "
    if sum(step.startswith("\t") for step in steps) * 2 > len(steps):
        return "\t"
    widths = [len(step) for step in steps if step.startswith(" ")]
    return " " * (4 if widths and sum(w % 4 == 0 for w in widths) == len(widths) else 2)


def margin(node: SgNode, text: str) -> str:
    """The white space before the line on which a node starts."""
    start = node.range().start.index
    line = text[text.rfind("\n", 0, start) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def after_line(node: SgNode, text: str) -> int:
    """Where the line after a node begins; the end of the text where there is none."""
    at = text.find("\n", node.range().end.index)
    return len(text) if at < 0 else at + 1
