"""A request and an answer, without the web server around them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shipworthy.sidecar.standin.caller import Caller


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. Names of headers are in lower case; `path` is below the part's prefix."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    caller: Caller

    def asked(self, key: str) -> str:
        """The last value of a key in the query, "" for none."""
        return next((v for k, v in reversed(self.query) if k == key), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(status: int, document: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON document as an answer."""
    body = json.dumps(document, ensure_ascii=False, default=str).encode()
    return Answer(
        status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    )
