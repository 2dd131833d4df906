"""Models that make pictures, sound and film for money: their clients in JavaScript."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.wrapping import Answer
from shipworthy.prototype.handlers.values import Value, union
from shipworthy.regex import regex

_CLIENTS = regex(
    r"^(?:replicate|together-ai|@fal-ai/(?:client|serverless-client)|@huggingface/inference|elevenlabs"
    r"|@elevenlabs/elevenlabs-js|@runwayml/sdk|lumaai|@deepgram/sdk|assemblyai)[.(]"
)
_MADE = """run stream subscribe submit create convert generate generateAsync textToImage imageToImage
textToVideo imageToVideo textToSpeech imageToText textGeneration textGenerationStream chatCompletion
chatCompletionStream automaticSpeechRecognition transcribe transcribeFile transcribeUrl""".split()


def _ask(walk: Evaluation, site: Site) -> Value | None:
    if not _CLIENTS.search(site.what):
        return None
    text = union(site.given)
    walk.effect(EffectKind.MODEL, "ask", site.what, site.call.at, inputs={"text": text})
    return Value(origins=frozenset({Origin("model")}), what="model answer", tags=_TRUTHY)


_TRUTHY = frozenset({"truthy"})
NAMES: dict[str, Answer] = dict.fromkeys(_MADE, _ask)
