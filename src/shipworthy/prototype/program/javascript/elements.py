"""JSX: an element is a call of its tag, its attributes are keywords, its children arguments."""

from __future__ import annotations

from html import unescape

from ast_grep_py import SgNode

from shipworthy.prototype.program.javascript.tree import expression, inner, lowers
from shipworthy.prototype.program.nodes import Call, Expression, Literal, Name, Spread

_TEXTS = ("jsx_text", "html_character_reference")


@lowers("jsx_element", "jsx_self_closing_element", "jsx_fragment")
def _element(node: SgNode) -> Expression:
    span = node.range()
    at, end = span.start.line + 1, span.end.line + 1
    opening = node if node.kind() == "jsx_self_closing_element" else None
    children: list[Expression] = []
    for child in inner(node) if opening is None else ():
        kind = child.kind()
        if kind == "jsx_opening_element":
            opening = child
        elif kind in _TEXTS:
            text = " ".join(unescape(child.text()).split())
            if text:
                children.append(Literal(text, child.range().start.line + 1))
        elif kind != "jsx_closing_element" and not (kind == "jsx_expression" and not inner(child)):
            children.append(expression(child))
    tag, keywords = _opened(opening)
    return Call(Name(f"<{tag}>", at), tuple(children), keywords, at, end)


def _opened(opening: SgNode | None) -> tuple[str, tuple[tuple[str, Expression], ...]]:
    tag, keywords = "", []
    for part in inner(opening) if opening is not None else ():
        kind = part.kind()
        if kind == "jsx_attribute":
            keywords.append(_attribute(part))
        elif kind in ("identifier", "member_expression", "nested_identifier", "jsx_namespace_name"):
            tag = part.text()
        else:
            value = expression(part)
            keywords.append(("...", value.value if isinstance(value, Spread) else value))
    return tag, tuple(keywords)


def _attribute(node: SgNode) -> tuple[str, Expression]:
    parts = inner(node)
    name = parts[0].text() if parts else ""
    if len(parts) < 2:
        return name, Literal(True, node.range().start.line + 1)
    if parts[1].kind() == "string":  # no backslash escapes here
        text = unescape(parts[1].text()[1:-1])
        return name, Literal(text, parts[1].range().start.line + 1)
    return name, expression(parts[1])
