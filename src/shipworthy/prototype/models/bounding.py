"""Give the model clients of a file a time limit, by editing the calls that make them."""

from __future__ import annotations

import re
from collections.abc import Collection

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.edits import Edit, adding_arguments, adding_properties, edited
from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    has_splat,
    has_spread,
    keyword,
    properties,
)
from shipworthy.prototype.models.calls import FoundModel, model_calls_of
from shipworthy.prototype.outbound.bounding import passes_on
from shipworthy.prototype.outbound.calls import Found
from shipworthy.prototype.outbound.limits import Timeout
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

_PYTHON = frozenset(
    {"OpenAI", "AsyncOpenAI", "AzureOpenAI", "AsyncAzureOpenAI", "Anthropic", "AsyncAnthropic"}
)
_SCRIPT = frozenset({"OpenAI", "AzureOpenAI", "Anthropic"})
# https://github.com/google-gemini/deprecated-generative-ai-python takes its limit with each question (in
# seconds), https://github.com/google-gemini/deprecated-generative-ai-js with the model (in milliseconds).
_GOOGLE_PYTHON = regex(
    r"^[ \t]*(import|from) google(\.generativeai\b| import generativeai\b)", re.M
)
_GOOGLE_SCRIPT = "@google/generative-ai"
_ASKS = frozenset({"generate_content", "generate_content_async"})


_USUAL, _LONG = 60, 120  # seconds: an answer of some hundred words; pictures, sound, whole chapters
_SLOW = regex(
    r"image|dall-e|imagen|flux|video|audio|speech|tts|transcri|whisper|embed|stream\w*\W+true"
    r"|(max_?(output_?|completion_?)?tokens)\W{1,4}([5-9]\d{3}|\d{5,})",
    re.IGNORECASE,
)


def seconds_for(found: Found) -> int:
    """How long a plain HTTP call of a model may take."""
    return _LONG if _SLOW.search(found.node.text()) or passes_on(found.node) else _USUAL


def _limit(found: FoundModel) -> int:
    slow = found.call.streamed or _SLOW.search(found.node.text()) is not None
    return _LONG if slow else _USUAL


def with_client_limits(file: SourceFile, places: Collection[Location]) -> str:
    """The text of a file in which the clients of the model calls at these places give up in time.

    Only the clients of OpenAI, Anthropic and Google (its older packages), made in the file with options
    that are written out.
    """
    if file.language is None or file.text is None:
        return file.text or ""
    syntax = Syntax(file, file.language)
    edits: list[Edit] = []
    for found in model_calls_of(syntax):
        if found.call.location in places and found.call.timeout is Timeout.NONE:
            edits += _python(found) if syntax.python else _script(found)
    return edited(file.text, edits)


def _python(found: FoundModel) -> list[Edit]:
    made = found.client
    if made is not None and callee(made).rpartition(".")[2] == "GenerativeModel":
        return _asked_of_google(found)
    if made is None or callee(made).rpartition(".")[2] not in _PYTHON or has_splat(made):
        return []
    if keyword(made, "timeout") is not None or keyword(made, "http_client") is not None:
        return []
    retries = () if keyword(made, "max_retries") else ("max_retries=2",)
    edit = adding_arguments(made, f"timeout={_limit(found)}", *retries)
    return [edit] if edit is not None else []


def _asked_of_google(found: FoundModel) -> list[Edit]:
    call = found.node
    if not _GOOGLE_PYTHON.search(call.get_root().root().text()):
        return []  # Vertex AI has a model of the same name, which takes no such options
    if callee(call).rpartition(".")[2] not in _ASKS or has_splat(call):
        return []
    edit = adding_arguments(call, f'request_options={{"timeout": {_limit(found)}}}')
    return [edit] if edit is not None and keyword(call, "request_options") is None else []


def _script(found: FoundModel) -> list[Edit]:
    made = found.client
    if made is not None and callee(made).rpartition(".")[2] == "getGenerativeModel":
        return _model_of_google(found, made)
    if made is None or made.kind() != "new_expression":
        return []
    if callee(made).rpartition(".")[2] not in _SCRIPT:
        return []
    given = arguments(made)
    limit = f"timeout: {_limit(found)}_000"
    fresh = f"{{ {limit}, maxRetries: 2 }}"
    edit = _property(given[0], limit) if given else adding_arguments(made, fresh)
    return [edit] if edit is not None else []


def _model_of_google(found: FoundModel, made: SgNode) -> list[Edit]:
    if _GOOGLE_SCRIPT not in made.get_root().root().text() or len(arguments(made)) != 1:
        return []
    edit = adding_arguments(made, f"{{ timeout: {_limit(found)}_000 }}")
    return [edit] if edit is not None else []


def _property(options: SgNode, limit: str) -> Edit | None:
    if options.kind() != "object" or has_spread(options):
        return None
    known = properties(options)
    if "timeout" in known or "httpAgent" in known or "fetch" in known:
        return None
    retries = () if "maxRetries" in known else ("maxRetries: 2",)
    return adding_properties(options, limit, *retries)
