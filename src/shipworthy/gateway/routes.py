"""Which address speaks which dialect."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from shipworthy.gateway.dialects import DIALECTS
from shipworthy.gateway.dialects.dialect import Dialect

_FIXED = {
    "/chat/completions": "openai-chat",
    "/responses": "openai-responses",
    "/embeddings": "openai-embeddings",
    "/messages": "anthropic",
    "/api/chat": "ollama-chat",
    "/api/generate": "ollama-generate",
}
_GEMINI = {"generateContent": False, "streamGenerateContent": True}


@dataclass(frozen=True, slots=True)
class Route:
    """What an address says of a call; `model` and `stream` are None where the body says them."""

    dialect: Dialect
    feature: str = ""
    model: str | None = None
    stream: bool | None = None


def route(path: str) -> Route | None:
    """The route of a path; None where nothing is there.

    `/feature/NAME` before a path names the feature, for callers that can set a base URL and no header.
    """
    feature, path = _of_feature(path)
    for prefix in ("/v1beta/openai", "/openai/v1", "/openai", "/v1beta", "/v1"):
        if path.startswith(f"{prefix}/"):
            bare = path.removeprefix(prefix)
            break
    else:
        bare = path
    name = _FIXED.get(bare)
    if name in DIALECTS:
        return Route(DIALECTS[name], feature)
    if bare.startswith("/models/") and "gemini" in DIALECTS:
        model, _, verb = bare.removeprefix("/models/").partition(":")
        if model and verb in _GEMINI:
            return Route(DIALECTS["gemini"], feature, unquote(model), _GEMINI[verb])
    return None


def spoken_near(path: str) -> Dialect:
    """What a caller at an address where nothing is most likely speaks: for the words of its error."""
    _, path = _of_feature(path)
    if path.startswith("/api/"):
        return DIALECTS["ollama-chat"]
    if path.startswith(("/v1/messages", "/messages")):
        return DIALECTS["anthropic"]
    gemini = path.startswith("/v1beta/") and not path.startswith("/v1beta/openai/")
    return DIALECTS["gemini" if gemini else "openai-chat"]


def _of_feature(path: str) -> tuple[str, str]:
    """The feature that a path names, and the path without it."""
    if not path.startswith("/feature/"):
        return "", path
    feature, _, rest = path.removeprefix("/feature/").partition("/")
    return feature, f"/{rest}"
