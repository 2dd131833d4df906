"""Let the JSON parser of an Express app keep the body as it was sent, which signatures are made over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.code.edits import Edit, adding_properties, edited
from shipworthy.prototype.code.syntax import Syntax, arguments, callee
from shipworthy.prototype.source import Language

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_PARSERS = frozenset({"express.json", "bodyParser.json"})


def keeping_raw(prototype: Prototype) -> dict[str, str] | None:
    """The file whose parser of JSON is made to keep the body as it came; empty where it does so; None
    where no parser, or more than one, was found."""
    found: dict[str, str] = {}
    for path, file in sorted(prototype.files.items()):
        text = file.text or ""
        if file.language in (None, Language.PYTHON) or ".json(" not in text:
            continue
        if re.search(r"verify\b[^;]{0,200}rawBody", text):
            return {}
        if not any(f"{parser}(" in text for parser in _PARSERS):
            continue
        edits = parser_edits(Syntax(file, file.language or Language.TYPESCRIPT))
        if edits is None:
            return None
        found |= {path: edited(text, edits)} if edits else {}
    return found if len(found) == 1 else None


def parser_edits(syntax: Syntax) -> list[Edit] | None:
    """What lets the one parser of JSON in a file keep the raw body; None where it is not plain."""
    calls = [call for call in syntax.calls_named({"json"}) if callee(call) in _PARSERS]
    if len(calls) != 1:
        return None if calls else []
    typed = syntax.language is not Language.JAVASCRIPT
    kept = "(req as unknown as { rawBody: Buffer }).rawBody" if typed else "req.rawBody"
    verify = f"verify: (req, _res, body) => {{ {kept} = body; }}"
    given = arguments(calls[0])
    if not given:
        end = calls[0].range().end.index - 1
        return [Edit(end, end, f"{{ {verify} }}")]
    if given[0].kind() != "object" or "verify" in given[0].text():
        return None
    edit = adding_properties(given[0], verify)
    return [edit] if edit is not None else None
