"""Long prompts that stand in the middle of the code that sends them."""

from __future__ import annotations

import re

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, enclosing, function_name
from shipworthy.prototype.models.calls import model_calls_of
from shipworthy.regex import regex

_SHORTEST = 400  # characters: what is shorter is a question, no piece of work


class WrittenPrompt(Struct, frozen=True):
    """One prompt written as a literal inside a function. `size` in characters."""

    function: str
    size: int
    location: Location


_PROMPT = regex(
    r"\b(you are|you're an?|your (task|job|role|goal)|act as|respond (only|with|in)|return (only|a|the|valid)"
    r"|output (only|format)|analy[sz]e (the|this)|generate (a|an|the)|json|instructions|guidelines|rules:"
    r"|du bist|deine aufgabe|você é|sua tarefa|eres un|tu tarea|tu es un|vous êtes)\b",
    re.IGNORECASE,
)


def read(syntax: Syntax) -> list[WrittenPrompt]:
    """Every long prompt inside a function of a file that asks a model."""
    if not model_calls_of(syntax):
        return []
    kinds = ("string",) if syntax.python else ("template_string", "string")
    return [
        WrittenPrompt(function_name(n), len(n.text()), syntax.location(n))
        for n in syntax.nodes(*kinds)
        if _is_prompt(n)
    ]


def _is_prompt(node: SgNode) -> bool:
    span = node.range()
    if span.end.index - span.start.index < _SHORTEST:
        return False
    parent = node.parent()
    if parent is not None and parent.kind() in ("expression_statement", "jsx_attribute"):
        return False  # a docstring
    if enclosing(node, FUNCTIONS) is None or _has_a_name(node):
        return False
    return _PROMPT.search(node.text()) is not None


def _has_a_name(node: SgNode) -> bool:
    """True in a function that is called a prompt, which does nothing else, and in a table of prompts."""
    if "prompt" in function_name(node).lower():
        return True
    for above in node.ancestors():
        kind = above.kind()
        if kind in FUNCTIONS or kind in ("call_expression", "call"):
            return False
        if kind in ("variable_declarator", "assignment"):
            target = above.field("name") or above.field("left")
            value = above.field("value") or above.field("right")
            table = value is not None and value.kind() in ("object", "dictionary")
            return table and target is not None and "prompt" in target.text().lower()
    return False
