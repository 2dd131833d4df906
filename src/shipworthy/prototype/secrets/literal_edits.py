"""Secrets that stand as a literal in code, read from the environment: the edit of a file's text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.settings import setting
from shipworthy.prototype.code.syntax import Syntax, string
from shipworthy.prototype.secrets.secret import Secret, SecretKind
from shipworthy.prototype.source import Language, SourceFile
from shipworthy.regex import regex

_CONSTANT = regex(r"^[A-Z][A-Z0-9_]{3,}$")
_SUFFIXES = {
    SecretKind.API_KEY: "API_KEY",
    SecretKind.SERVICE_ROLE: "SERVICE_ROLE_KEY",
    SecretKind.TOKEN: "TOKEN",
}

# The names that the hosts of these databases give to their addresses.
_ADDRESSES = {
    "postgres": "DATABASE_URL",
    "postgresql": "DATABASE_URL",
    "mysql": "DATABASE_URL",
    "mongodb": "MONGODB_URI",
    "redis": "REDIS_URL",
    "rediss": "REDIS_URL",
}


def from_environment(file: SourceFile, secrets: Sequence[Secret]) -> str | None:
    """The file's text with each of these literals read from a variable instead; None where one is no
    whole literal, or no name for its variable follows from the code or from who issued it."""
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    edits: list[Edit] = []
    for secret in secrets:
        name = variable_of(secret)
        nodes = list(_literals(syntax, secret.value))
        if not name or not nodes:
            return None
        edits += [replacing(node, _read(syntax, name)) for node in nodes]
    if syntax.python:
        edits += importing(syntax, "os")
    return edited(file.text, edits) if edits else None


def variable_of(secret: Secret) -> str:
    """The variable for a secret: the constant that holds it, what hosts call it, or its issuer and kind;
    '' for none."""
    if secret.name and _CONSTANT.match(secret.name):
        return secret.name
    suffix = _SUFFIXES.get(secret.kind, "")
    if secret.kind is SecretKind.CONNECTION_URI:
        scheme = secret.value.partition(":")[0].partition("+")[0]
        return _ADDRESSES.get(scheme, "")
    issuer = re.sub(r"[^A-Z0-9]+", "_", secret.provider.partition("(")[0].strip().upper())
    return f"{issuer}_{suffix}" if issuer and suffix else ""


def _literals(syntax: Syntax, value: str) -> Iterator[SgNode]:
    """The strings that are this value and nothing else, or the address that it makes up, except where
    only a literal can stand."""
    for node in syntax.root.find_all(kind="string"):
        if (string(node) or "").removeprefix("https://") != value.removeprefix("https://"):
            continue
        parent = node.parent()
        settled = parent is not None and parent.kind() in ("jsx_attribute", "literal_type")
        typed = parent is not None and parent.kind() == "assignment" and parent.field("type")
        if not settled and not typed:  # fields of a settings class read the environment themselves
            yield node


def _read(syntax: Syntax, name: str) -> str:
    known = syntax.python or syntax.language is Language.JAVASCRIPT
    return setting(syntax, name) + ("" if known else "!")
