"""How large a request a prototype is written to take, where its own code says so."""

from __future__ import annotations

import re

from shipworthy.prototype import Prototype
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, properties, string
from shipworthy.prototype.source import Language, Role
from shipworthy.sidecar.policy import Bytes

_PARSERS = frozenset({"json", "urlencoded", "raw", "text"})
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?\s*", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_KEYS = ("bodySizeLimit", "sizeLimit", "bodyLimit")
_LARGEST = 100_000_000


def body_limit(prototype: Prototype) -> tuple[Bytes, str] | None:
    """The largest body that any parser of the server is told to take, and the file that tells it;
    None where none says more than the default of a policy. Ways that take files have routes of their own."""
    found = [
        (size, file.path)
        for file in prototype.of_role(Role.PRODUCT, Role.SCRIPT, Role.CONFIG)
        if file.language not in (None, Language.PYTHON) and file.path not in prototype.abandoned
        for size in _limits(file.path, file.text or "", prototype)
    ]
    size, path = max(found, default=(0, ""))
    if size <= 1_000_000:
        return None
    return Bytes(min(size, _LARGEST)), path


def _limits(path: str, text: str, prototype: Prototype) -> list[int]:
    file = prototype.files[path]
    parsed = "limit:" in text and any(f".{name}(" in text for name in _PARSERS)
    if file.language is None or not (parsed or any(key in text for key in _KEYS)):
        return []
    syntax, sizes = Syntax(file, file.language), []
    for call in syntax.calls if parsed else ():
        given = arguments(call)
        if callee(call).rpartition(".")[2] in _PARSERS and given and given[-1].kind() == "object":
            limit = properties(given[-1]).get("limit")
            sizes.append(_bytes((string(limit) or limit.text()) if limit is not None else ""))
    for pair in syntax.root.find_all(kind="pair"):
        key, value = pair.field("key"), pair.field("value")
        if key is not None and value is not None and key.text() in _KEYS:
            sizes.append(_bytes(string(value) or value.text()))
    return sizes


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text)
    return int(float(found[1]) * _UNITS[(found[2] or "").lower()]) if found else 0
