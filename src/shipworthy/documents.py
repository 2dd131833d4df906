"""Types to JSON documents and back, and the JSON Schema of each: one definition serves all three."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec

from shipworthy.errors import ShipworthyError

T = TypeVar("T")


class Document(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of every published document."""


class BrokenDocument(ShipworthyError):
    """A document that does not have the form it should."""


def to_json(document: object) -> str:
    """The document as indented JSON, keys in the order of their definition, with a final newline."""
    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:  # half a character, which only the slower writer takes
        return json.dumps(msgspec.to_builtins(document), indent=2, ensure_ascii=False) + "\n"
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def from_json(text: str, kind: type[T]) -> T:
    """Read a document. Raises BrokenDocument that names the place where it is not of that form."""
    try:
        return msgspec.json.decode(text.encode(), type=kind)
    except msgspec.DecodeError as error:
        raise BrokenDocument(f"not a {kind.__name__}: {error}") from error


def schema_of(kind: type[Document], identifier: str, title: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document type."""
    schema = msgspec.json.schema(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": identifier,
        "title": title,
        **schema,
    }
