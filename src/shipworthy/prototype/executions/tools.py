"""Functions of Python that a model calls as its tools: what they are given, it has written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.patterns import parameters, targets
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, dotted
from shipworthy.regex import regex

_LIBRARIES = regex(
    r"^[ \t]*(?:from|import)\s+(?:langchain|langgraph|crewai|agents\b|smolagents|strands|agno|phi\b"
    r"|pydantic_ai|llama_index"
    r"|autogen|semantic_kernel|google\.adk|haystack)",
    re.MULTILINE,
)
_DECORATORS = regex(r"^(\w+\.)?(tool|tool_plain|function_tool|kernel_function)$")
_MAKERS = regex(
    r"^((Structured)?Tool|FunctionTool|StructuredTool\.from_function|Tool\.from_function|FunctionTool\.from_defaults)$"
)
_FUNCTION = ("func", "coroutine", "fn", "async_fn")
_BASES = regex(r"\b(BaseTool|BaseLangChainTool)\b")
_RUN = ("_run", "_arun")
_TEXT = regex(r"\b(str|Any|dict|Dict|list|List|object)\b(?!\[(int|float|bool)\])")
_WORDS = regex(
    r"""(?<=[\[(,= ])("[^"]*"|'[^']*')"""
)  # in `Literal["list"]` or a description: no kind


def written_parameters(syntax: Syntax, bindings: Bindings) -> Iterator[tuple[SgNode, SgNode, str]]:
    """The functions that are tools of a model, each with a parameter that may be text, and its name."""
    if not syntax.python or not _LIBRARIES.search(syntax.source.text or ""):
        return
    for function in _tools(syntax, bindings):
        listed = function.field("parameters")
        kinds = [c for c in listed.children() if c.is_named()] if listed is not None else []
        for whole, parameter in zip(kinds, parameters(function), strict=False):
            said = whole.field("type")
            if said is not None and not _TEXT.search(_WORDS.sub("", said.text())):
                continue  # a number, one of a list, the context that the library hands over
            for name, _ in targets(parameter):
                if name not in ("self", "cls"):
                    yield function, parameter, name


def _tools(syntax: Syntax, bindings: Bindings) -> Iterator[SgNode]:
    named = {_name(node): node for node in bindings.functions.values()}
    for decorated in syntax.nodes("decorated_definition"):
        function = decorated.field("definition")
        is_function = function is not None and function.kind() == "function_definition"
        if function is not None and is_function and any(map(_is_tool, decorated.children())):
            yield function
    for call in syntax.calls:
        if _MAKERS.match(callee(call)):
            yield from (named[text] for text in _handed(call) if text in named)
    for made in syntax.nodes("class_definition"):
        bases = made.field("superclasses")
        if bases is not None and _BASES.search(bases.text()):
            yield from (n for n in made.find_all(kind="function_definition") if _name(n) in _RUN)


def _handed(call: SgNode) -> Iterator[str]:
    """What a call makes a tool of: its first argument, or the one that is called so."""
    for position, argument in enumerate(arguments(call)):
        if argument.kind() != "keyword_argument":
            if position == 0:
                yield argument.text()
            continue
        key, value = argument.field("name"), argument.field("value")
        if key is not None and value is not None and key.text() in _FUNCTION:
            yield value.text()


def _is_tool(decorator: SgNode) -> bool:
    if decorator.kind() != "decorator":
        return False
    what = next((c for c in decorator.children() if c.is_named()), None)
    name = "" if what is None else callee(what) if what.kind() == "call" else dotted(what)
    return _DECORATORS.match(name) is not None


def _name(function: SgNode) -> str:
    name = function.field("name")
    return name.text() if name is not None else ""
