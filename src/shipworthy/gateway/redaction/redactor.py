"""Replace personal data and secrets in the texts of a call, and keep what is needed to put them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from shipworthy.gateway.call import Passage
from shipworthy.gateway.hooks import Redaction
from shipworthy.gateway.policy import Feature, RedactionOptions
from shipworthy.gateway.redaction.found import Found, without_overlaps
from shipworthy.gateway.redaction.names import find_names
from shipworthy.gateway.redaction.placeholders import Placeholders
from shipworthy.gateway.redaction.recognisers import known
from shipworthy.gateway.redaction.restoring import ValueRestorer


class PersonalDataRedactor:
    """The gateway's redactor: what `recognise` finds, less what the feature allows."""

    def redact(self, passages: Sequence[Passage], feature: Feature) -> Redaction | None:
        """None where nothing was replaced. Raises MissingExtra where names cannot be found."""
        options = feature.redaction
        if not options.enabled:
            return None
        texts = [passage.text for passage in passages]
        placeholders = Placeholders(texts)
        replaced = [
            _in_document(text, options, placeholders)
            if passage.is_json
            else redact_text(text, options, placeholders)
            for passage, text in zip(passages, texts, strict=True)
        ]
        if not placeholders.values:
            return None
        return Redaction(replaced, ValueRestorer(placeholders.values), placeholders.counts())


def redact_text(text: str, options: RedactionOptions, placeholders: Placeholders) -> str:
    """A text with placeholders; the same object where nothing is replaced."""
    found = known(text)
    if options.names:
        found = without_overlaps([*found, *find_names(text)])
    pieces: list[str] = []
    at = 0
    for one in found:
        value = text[one.start : one.end]
        if not _is_allowed(one, value, options):
            pieces += (text[at : one.start], placeholders.placeholder(one.kind, value))
            at = one.end
    return "".join(pieces) + text[at:] if pieces else text


def _is_allowed(found: Found, value: str, options: RedactionOptions) -> bool:
    """True for kinds that are not asked for, for listed values, and for addresses of a listed domain."""
    if options.kinds and found.kind not in options.kinds:
        return True
    if not options.allow:
        return False
    lower = value.lower()
    return any(
        lower == allowed.lower() or (allowed.startswith("@") and lower.endswith(allowed.lower()))
        for allowed in options.allow
    )


def _in_document(text: str, options: RedactionOptions, placeholders: Placeholders) -> str:
    """A JSON document with placeholders in its texts and numbers; its structure stays what it is."""
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return redact_text(text, options, placeholders)
    replaced = _in_value(document, options, placeholders)
    return text if replaced is document else msgspec.json.encode(replaced).decode()


def _in_value(value: Any, options: RedactionOptions, placeholders: Placeholders) -> Any:
    """The value with placeholders; the same object where nothing is replaced."""
    if isinstance(value, str):
        return redact_text(value, options, placeholders)
    if isinstance(value, int) and not isinstance(value, bool) and value > _SHORT:
        written = str(value)
        replaced = redact_text(written, options, placeholders)
        return value if replaced is written else replaced
    if isinstance(value, dict):
        items = {k: _in_value(v, options, placeholders) for k, v in value.items()}
        return items if any(items[k] is not value[k] for k in value) else value
    if isinstance(value, list):
        members = [_in_value(v, options, placeholders) for v in value]
        return members if any(a is not b for a, b in zip(members, value, strict=True)) else value
    return value


_SHORT = 99_999  # no number of a known kind has fewer digits
