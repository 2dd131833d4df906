"""Which fields a logger hides by itself, as it was set up: pino's `redact`, a format that masks."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, arguments, properties, string
from shipworthy.prototype.logs.log_calls import LogCall, LoggedValue
from shipworthy.prototype.queries.assigned import assigned_in
from shipworthy.prototype.queries.chains import called_name, within
from shipworthy.regex import regex

SOME = "*"
"""Stands for fields that the set-up does not spell out."""

_MAKERS = frozenset({"pino", "createLogger", "fastify", "Fastify"})
_HIDES = regex(r"redact|mask|scrub|sanitiz|sanitis|censor", re.IGNORECASE)
_STRINGS = frozenset({"string"})
_NAMES = frozenset({"identifier", "shorthand_property_identifier"})
_PLAIN = ("console.", "print", "pprint")


def read(syntax: Syntax) -> list[str]:
    """The fields that the loggers made in a file hide, by their last name; SOME where unknown."""
    if syntax.python:
        return []
    found: set[str] = set()
    for call in syntax.calls_named(_MAKERS):
        if called_name(call) in _MAKERS:
            for given in arguments(call):
                if given.kind() == "object":
                    found |= _hidden(given, syntax)
    return sorted(found)


def hides(redacted: frozenset[str], value: LoggedValue, call: LogCall) -> bool:
    """True for a field of an object that goes through a logger which hides it, or which hides fields
    that we cannot name. A text is written as it is."""
    if not redacted or value.embedded or call.callee.startswith(_PLAIN):
        return False
    return SOME in redacted or value.name.rpartition(".")[2] in redacted


def _hidden(options: SgNode, syntax: Syntax) -> set[str]:
    found: set[str] = set()
    for key, value in properties(options).items():
        if key == "redact":
            found |= _fields(value, syntax) or {SOME}
        elif key == "logger" and value.kind() == "object":
            found |= _hidden(value, syntax)
        elif key in ("format", "formatters", "serializers") and _HIDES.search(value.text()):
            found.add(SOME)
    return found


def _fields(value: SgNode, syntax: Syntax) -> set[str]:
    """`["*.email"]`, `{ paths: [...] }`, and lists that stand elsewhere in the file."""
    paths = properties(value).get("paths", value) if value.kind() == "object" else value
    lists = [paths]
    for name in [paths] if paths.kind() == "identifier" else within(paths, _NAMES):
        given = assigned_in(syntax).first(name.text())
        if given is not None:
            lists.append(given)
    texts = {string(text) or "" for part in lists for text in within(part, _STRINGS)}
    names = {re.split(r"[.\[\]\"']+", text.rstrip("]\"'"))[-1] for text in texts}
    return {name for name in names if name and name != "*"}
