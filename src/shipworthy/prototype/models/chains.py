"""Chains, agents and engines of LangChain and LlamaIndex, and the models inside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, dotted
from shipworthy.prototype.models.asked import Asked, bounded, own_limit
from shipworthy.prototype.models.sdks import CHAIN_MAKERS, CHAIN_METHODS
from shipworthy.prototype.outbound.limits import Timeout
from shipworthy.regex import regex

_CHAIN_NAME = regex(
    r"(llm|chain|agent|(^|_|\.)qa|model|query_?engine|chat_?engine)$", re.IGNORECASE
)


def asked_by_chain(call: SgNode, syntax: Syntax, bindings: Bindings) -> Asked | None:
    """What a call of a chain asks; None for any other call."""
    if callee(call).rpartition(".")[2] not in CHAIN_METHODS or not _has_chains(bindings):
        return None
    return _chain(call, syntax, bindings)


def _has_chains(bindings: Bindings) -> bool:
    return any(
        m.startswith(("langchain", "@langchain", "llama_index", "llamaindex", "langgraph"))
        for m in bindings.modules.values()
    )


def _chain(call: SgNode, syntax: Syntax, bindings: Bindings) -> Asked | None:
    function = call.field("function")
    receiver = function.field("object") if function is not None else None
    if receiver is None:
        return None
    value = bindings.value(receiver)
    makers = list(_makers(value, bindings)) if value is not None else []
    named = _CHAIN_NAME.search(dotted(receiver)) is not None
    if not makers and not named:
        return None
    limits = [_limit(m, bindings) for m in makers if _is_model(m)]
    limit = next(
        (x for x in (Timeout.SET, Timeout.UNKNOWN, Timeout.DEFAULT) if x in limits), Timeout.NONE
    )
    limit = limit if limits else Timeout.UNKNOWN
    client = next((m for m in makers if _is_model(m)), None)
    provider = _chain_provider(callee(client)) if client is not None else "langchain"
    return Asked(provider, "langchain", bounded(call, limit, syntax), client)


def _limit(made: SgNode, bindings: Bindings) -> Timeout:
    limit = own_limit(made, bindings)
    default = limit is Timeout.NONE and callee(made).rpartition(".")[2] in _DEFAULT_LIMITED
    return Timeout.DEFAULT if default else limit


# Models of LangChain that give up by themselves: HuggingFaceEndpoint after two minutes, ChatGroq
# and ChatTogether with their client after one (their reference documentation).
_DEFAULT_LIMITED = ("HuggingFaceEndpoint", "ChatGroq", "ChatTogether")


def _makers(node: SgNode, bindings: Bindings, depth: int = 4) -> Iterator[SgNode]:
    """The calls that make the models and chains in an expression: the parts of
    `prompt | llm | parser`, and what is given to the maker of a chain."""
    value = bindings.value(node)
    if value is None or depth == 0:
        return
    if value.kind() == "binary_operator":
        for side in (value.field("left"), value.field("right")):
            if side is not None:
                yield from _makers(side, bindings, depth - 1)
        return
    if value.kind() not in ("call", "call_expression", "new_expression"):
        return
    if CHAIN_MAKERS.search(callee(value)):
        yield value
        for argument in arguments(value):
            inner = argument.field("value") if argument.kind() == "keyword_argument" else argument
            if inner is not None and inner.kind() in ("identifier", "attribute", "call"):
                yield from _makers(inner, bindings, depth - 1)
        function = value.field("function")
        receiver = function.field("object") if function is not None else None
        if receiver is not None:
            yield from _makers(receiver, bindings, depth - 1)


def _is_model(made: SgNode) -> bool:
    name = callee(made).rpartition(".")[2]
    return re.match(r"(Chat|AzureChat|OpenAI|Ollama|HuggingFace|init_chat_model)", name) is not None


def _chain_provider(name: str) -> str:
    last = name.rpartition(".")[2]
    known = ("OpenAI", "Anthropic", "Ollama", "Groq", "Google", "Mistral", "Cohere", "HuggingFace")
    return next((k.lower() for k in known if k in last), "langchain")
