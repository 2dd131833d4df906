"""What a model is asked for: text that people read or code uses, or only numbers and sound."""

from __future__ import annotations

import re

from shipworthy.prototype.models.calls import ModelCall
from shipworthy.regex import regex

_NO_TEXT = regex(
    r"embed|tts|speech|transcri|translations|images?\.|generate_?images?|moderation|rerank|voice|imagen|dall",
    re.IGNORECASE,
)
_NO_TEXT_MODELS = regex(
    r"embed|whisper|tts|dall-e|imagen|gpt-image|eleven|moderation|stable-diffusion|flux|sdxl|rerank",
    re.IGNORECASE,
)
_SOUND = frozenset({"elevenlabs", "deepgram", "assemblyai", "stability", "fal"})


def writes_text(call: ModelCall) -> bool:
    """True for a call whose answer is text; False for embeddings, pictures and speech."""
    if call.provider in _SOUND or _NO_TEXT.search(call.callee):
        return False
    return not (call.model and _NO_TEXT_MODELS.search(call.model)) and not _NO_TEXT.search(
        call.function
    )
