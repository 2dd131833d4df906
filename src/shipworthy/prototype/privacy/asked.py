"""What requests and questionnaires ask for by name: fields of schemas, and questions kept as data."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, arguments, callee, properties, string
from shipworthy.prototype.privacy.forms import FormField

_SCHEMAS = frozenset({"z", "zod", "yup", "Yup", "Joi", "joi", "v", "t"})
_QUESTION = ("question", "questionText", "label", "prompt")
_ANSWERED = ("type", "inputType", "options", "required", "placeholder", "choices")  # no FAQ has one
_KEY = ("name", "id", "key", "field")
_WORDS = (".object(", "BaseModel", *(f"{word}:" for word in _QUESTION))
_LONGEST = 80  # characters of a question whose end still names what it asks for


def read(syntax: Syntax) -> list[FormField]:
    """The fields that a file's schemas and questions ask for; the form is the schema or ''."""
    if not syntax.says_any(_WORDS):
        return []
    found = _models(syntax) if syntax.python else (*_objects(syntax), *_questions(syntax))
    return list(found)


def _models(syntax: Syntax) -> Iterator[FormField]:
    """The fields of the Pydantic models of a Python file."""
    for node in syntax.nodes("class_definition"):
        bases, body, name = node.field("superclasses"), node.field("body"), node.field("name")
        if bases is None or body is None or name is None or "BaseModel" not in bases.text():
            continue
        for statement in body.children():
            for child in statement.children() if statement.kind() == "expression_statement" else ():
                left = child.field("left") if child.kind() == "assignment" else None
                if left is not None and child.field("type") is not None:
                    yield FormField(left.text(), "", name.text(), syntax.location(child))


def _objects(syntax: Syntax) -> Iterator[FormField]:
    """The keys of `z.object({ … })` and its like."""
    for call in syntax.calls_named(("object",)):
        given = arguments(call)
        if callee(call).partition(".")[0] in _SCHEMAS and given and given[0].kind() == "object":
            for name, value in properties(given[0]).items():
                yield FormField(name, "", "", syntax.location(value))


def _questions(syntax: Syntax) -> Iterator[FormField]:
    """`{ id: "allergies", question: "Which allergies do you have?", type: "text" }`."""
    for node in syntax.nodes("object"):
        pairs = properties(node)
        if not any(key in pairs for key in _QUESTION) or not any(key in pairs for key in _ANSWERED):
            continue
        named = (_text(pairs, key) for key in (*_KEY, *_QUESTION))
        for name in dict.fromkeys(text for text in named if text):
            yield FormField(name.rstrip("?!.*: "), "", "", syntax.location(node))


def _text(pairs: dict[str, SgNode], key: str) -> str:
    text = (string(pairs[key]) or "") if key in pairs else ""
    return text if len(text) <= _LONGEST else ""
