"""Which UI component, or Streamlit page, a piece of code stands in."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, name_of_function
from shipworthy.prototype.source import Language
from shipworthy.regex import regex

_STREAMLIT = regex(r"^[ \t]*(?:import\s+streamlit\b|from\s+streamlit\b)", re.MULTILINE)
_DRAWS = regex(
    r"\bst\.(?:title|header|subheader|write|markdown|button|text_input|dataframe|table|form|columns|sidebar"
    r"|tabs|selectbox|metric|chat_message|chat_input|set_page_config|data_editor)\b"
)


def component_of(node: SgNode, syntax: Syntax) -> str | None:
    """The nearest React component around a node, or the Streamlit page whose file this is."""
    if syntax.python:
        return _page(syntax)
    if syntax.language not in (Language.TSX, Language.JAVASCRIPT):
        return None
    for above in node.ancestors():
        if above.kind() in FUNCTIONS:
            name = name_of_function(above)
            # `export default () => …` has no name, and pages may be called like that.
            if (name[:1].isupper() or name == "default") and _draws(above, syntax):
                return syntax.source.name.partition(".")[0] if name == "default" else name
    return None


def _draws(function: SgNode, syntax: Syntax) -> bool:
    span, elements = function.range(), _elements(syntax)
    first = bisect_left(elements, span.start.index)
    return first < len(elements) and elements[first] < span.end.index


@lru_cache(maxsize=1)
def _elements(syntax: Syntax) -> list[int]:
    """Where each element of JSX starts."""
    elements = syntax.nodes("jsx_opening_element", "jsx_self_closing_element")
    return sorted(node.range().start.index for node in elements)


@lru_cache(maxsize=1)
def _page(syntax: Syntax) -> str | None:
    text = syntax.source.text or ""
    if "streamlit" in text and _STREAMLIT.search(text) and _DRAWS.search(text):
        return syntax.source.name.removesuffix(".py")
    return None
