"""Calls of language, image and speech models: by SDK or over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ast_grep_py import SgNode
from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.callers import callers_of
from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    function_name,
    identifiers,
)
from shipworthy.prototype.models.asked import Asked
from shipworthy.prototype.models.clients import asked_by
from shipworthy.prototype.models.fallbacks import Fallback, fallback_of
from shipworthy.prototype.models.said import Said, said_in
from shipworthy.prototype.models.sdks import provider_of_url
from shipworthy.prototype.models.text import (
    bound_names,
    is_bounded,
    is_streamed,
    literal_model,
    prompt_source,
    schema_of,
)
from shipworthy.prototype.outbound import calls as outbound
from shipworthy.prototype.outbound.limits import Timeout
from shipworthy.prototype.outbound.urls import url_of

__all__ = ["Fallback", "FoundModel", "ModelCall", "Timeout", "model_calls_of", "read"]


class ModelCall(Struct, frozen=True):
    """One call. `library` is "openai", "anthropic", "fetch", "langchain", …; `model` the literal
    model id; `prompt` is "inline", "file" or "variable"; `results` the variables that hold
    what it returned. `client` is where the client is made, if the file makes it; `answers` are the
    keys under which the file hands the model's text to its callers, `returned_by` the functions that
    return it; `reached_through` the functions of the file that lead to the call, its own first; `handed_to`
    the functions that these are given to as callbacks."""

    provider: str
    library: str
    callee: str
    model: str | None
    prompt: str
    timeout: Timeout
    fallback: Fallback
    results: tuple[str, ...]
    location: Location
    function: str
    streamed: bool = False
    client: Location | None = None
    answers: tuple[str, ...] = ()
    returned_by: tuple[str, ...] = ()
    reached_through: tuple[str, ...] = ()
    handed_to: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()  # the values in its messages
    schema: str = ""  # how a shape of the answer is asked for; '' where none is
    bounded: bool = False  # the length of the answer is limited


@dataclass(frozen=True)
class FoundModel:
    """A model call with its node, and the node that makes its client."""

    call: ModelCall
    node: SgNode
    client: SgNode | None = None


def read(syntax: Syntax) -> list[ModelCall]:
    """Every model call of a file."""
    found = model_calls_of(syntax)
    if not found:
        return []
    from shipworthy.prototype.models.answers import answers_of  # reads the model calls itself

    left = answers_of(syntax)
    return [
        replace(
            f.call,
            answers=left.keys,
            returned_by=left.functions,
            said=said_in(f.node, f.client, syntax),
            schema=schema_of(f.node, f.client),
            bounded=is_bounded(f.node, f.client),
        )
        for f in found
    ]


_WORDS = tuple(
    """openai anthropic claude generativeai genai gemini vertexai mistral groq cohere replicate
    huggingface ollama langchain llama_index llamaindex litellm elevenlabs completions lovable.dev
    openrouter perplexity together deepseek deepgram 11434 "ai" 'ai' googleapis.com api.x.ai fal.run
    embeddings stability.ai assemblyai""".split()
)


@lru_cache(maxsize=4)
def model_calls_of(syntax: Syntax) -> tuple[FoundModel, ...]:
    """Every model call of a file with its node; kept while the file's facts are read."""
    if not syntax.says_any_in_lower_case(_WORDS):
        return ()
    bindings = bindings_of(syntax)
    found = [*_over_http(syntax, bindings), *_by_sdk(syntax, bindings)]
    return tuple(sorted(found, key=lambda f: f.node.range().start.index))


def _over_http(syntax: Syntax, bindings: Bindings) -> Iterator[FoundModel]:
    seen = set()
    for request in outbound.calls_of(syntax):
        seen.add(request.node.range().start.index)
        provider = provider_of_url(request.url)
        # A path alone is of the server that sent the page, which then asks the model, or does not.
        if provider and not (request.call.library == "fetch" and request.url.startswith("/")):
            asked = Asked(provider, request.call.library, request.call.timeout)
            yield _found(asked, request.node, syntax, bindings)
    for node in syntax.calls_named({*filter(_fetches, syntax.calls_by_name)}):
        if node.range().start.index not in seen:
            given = arguments(node)
            provider = provider_of_url(url_of(given[0], bindings)) if given else ""
            if provider:
                asked = Asked(provider, "fetch", _wrapper_limit(node, syntax))
                yield _found(asked, node, syntax, bindings)


def _fetches(name: str) -> bool:
    """True for a helper that stands before fetch: `fetchWithRetry(url, …)`, `postJson(url, …)`."""
    name = name.lower()
    return "fetch" in name or "request" in name or name.startswith("post")


def _wrapper_limit(call: SgNode, syntax: Syntax) -> Timeout:
    """The limit that a helper of the same file gives its own fetch; UNKNOWN for an imported one."""
    name = callee(call).rpartition(".")[2]
    if "timeout" in name.lower():
        return Timeout.SET
    limits = {f.call.timeout for f in outbound.calls_of(syntax) if f.call.function == name}
    return limits.pop() if len(limits) == 1 else Timeout.UNKNOWN


def _by_sdk(syntax: Syntax, bindings: Bindings) -> Iterator[FoundModel]:
    for node in syntax.calls:
        asked = asked_by(node, syntax, bindings)
        if asked is not None:
            yield _found(asked, node, syntax, bindings)


def _takers(names: tuple[str, ...], syntax: Syntax) -> Iterator[str]:
    """What is called with one of these functions as an argument."""
    if syntax.python:
        return
    known = identifiers(syntax.root)
    for use in (use for name in names for use in known.get(name, ())):
        given = use.parent()
        call = given.parent() if given is not None and given.kind() == "arguments" else None
        if call is not None and call.kind() == "call_expression" and callee(call).isidentifier():
            yield callee(call)


def _found(asked: Asked, node: SgNode, syntax: Syntax, bindings: Bindings) -> FoundModel:
    through = callers_of(node, syntax)
    call = ModelCall(
        provider=asked.provider,
        library=asked.library,
        callee=callee(node),
        model=literal_model(node, asked.client, bindings),
        prompt=prompt_source(node),
        timeout=asked.timeout,
        fallback=fallback_of(node, syntax),
        results=bound_names(node),
        location=syntax.location(node),
        function=function_name(node),
        streamed=is_streamed(node),
        client=syntax.location(asked.client) if asked.client else None,
        reached_through=through,
        handed_to=tuple(_takers(through, syntax)),
    )
    return FoundModel(call, node, asked.client)
