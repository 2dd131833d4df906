"""Form fields that ask people for something, as pages and components write them."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.components import component_of
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, function_name, string
from shipworthy.prototype.source import Language
from shipworthy.regex import regex


class FormField(Struct, frozen=True):
    """One field. `name` is its name, id or label; `kind` its HTML type, '' where none is written;
    `form` the component or function it stands in."""

    name: str
    kind: str
    form: str
    location: Location


_ELEMENT = regex(r"([iI]nput|[tT]extarea|TextField|TextArea|FormField|Field|PhoneInput)$")
_ASKING = ("nput", "extarea", "TextField", "Field")
_NAMED = ("name", "id", "htmlFor", "label", "placeholder", "autoComplete")
_STREAMLIT = frozenset({"text_input", "date_input", "text_area", "number_input", "camera_input"})
_NO_FIELD = frozenset({"submit", "button", "hidden", "search", "checkbox", "radio", "range"})


def read(syntax: Syntax) -> list[FormField]:
    """Every form field of a file."""
    text = syntax.source.text or ""
    if syntax.python:
        return list(_streamlit(syntax)) if "streamlit" in text else []
    if syntax.language is Language.TYPESCRIPT or not syntax.says_any(_ASKING):
        return []
    return [f for node in _elements(syntax) if (f := _field(node, syntax))]


def _elements(syntax: Syntax) -> Iterator[SgNode]:
    for node in syntax.nodes("jsx_self_closing_element", "jsx_opening_element"):
        name = node.field("name")
        if name is not None and _ELEMENT.search(name.text()):
            yield node


def _field(node: SgNode, syntax: Syntax) -> FormField | None:
    given = dict(_attributes(node))
    kind = given.get("type", "")
    name = next((given[key] for key in _NAMED if given.get(key)), "")
    if kind in _NO_FIELD or not (name or kind in ("email", "tel")):
        return None
    form = component_of(node, syntax) or function_name(node)
    return FormField(name or kind, kind, form, syntax.location(node))


def _attributes(node: SgNode) -> Iterator[tuple[str, str]]:
    """The attributes that are plain text."""
    for child in node.children():
        if child.kind() != "jsx_attribute":
            continue
        parts = [c for c in child.children() if c.is_named()]
        value = string(parts[1]) if len(parts) == 2 else None
        if value:
            yield parts[0].text(), value


def _streamlit(syntax: Syntax) -> Iterator[FormField]:
    for call in syntax.calls_named(_STREAMLIT):
        given = arguments(call)
        label = string(given[0]) if given and callee(call).startswith(("st.", "col")) else None
        if label:
            yield FormField(label, "", function_name(call), syntax.location(call))
