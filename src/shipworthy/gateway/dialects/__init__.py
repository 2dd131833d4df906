"""The dialects that callers and providers speak, by name."""

from __future__ import annotations

from shipworthy.gateway.dialects.anthropic import Anthropic
from shipworthy.gateway.dialects.dialect import Dialect
from shipworthy.gateway.dialects.gemini import Gemini
from shipworthy.gateway.dialects.ollama import OllamaChat, OllamaGenerate
from shipworthy.gateway.dialects.openai_chat import OpenAIChat
from shipworthy.gateway.dialects.openai_embeddings import OpenAIEmbeddings
from shipworthy.gateway.dialects.openai_responses import OpenAIResponses

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        OpenAIChat(),
        OpenAIResponses(),
        OpenAIEmbeddings(),
        Anthropic(),
        Gemini(),
        OllamaChat(),
        OllamaGenerate(),
    )
}
