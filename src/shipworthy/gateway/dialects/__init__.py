"""The dialects that callers and providers speak, by name."""

from __future__ import annotations

from shipworthy.gateway.dialects.dialect import Dialect
from shipworthy.gateway.dialects.openai_chat import OpenAIChat

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (OpenAIChat(),)}
