"""Tell a guessable word that code signs logins with from one that guards nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.code.syntax import Syntax, string
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.secrets.secret import Secret
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Calls and classes that sign or verify; Flask signs its session itself once a key is set.
_SIGNS = regex(
    r"\bjwt\.(sign|verify|encode|decode)|\b(SignJWT|jwtVerify)\b|\bsession\(\s*\{|cookieSession\("
    r"|URLSafe\w*Serializer|TimestampSigner|SessionMiddleware|from flask import[^\n]*\bsession\b"
    r"|\bfrom flask import\s*\([^()]{0,600}\bsession\b|\bflask\.session\b|flask_jwt_extended"
    r"|flask_login|\bJWTStrategy\(|createHmac|\bhmac\.new|django\.contrib\.(auth|sessions|admin)"
)
# What a key is needed for besides: sessions, forms, sealed values, log-ins of a framework.
_NEEDS_KEY = regex(
    r"\bsession\[|(request|flask)\.session\b|login_user|login_required|flask_(login|jwt|security|wtf)|django\.contrib\.(auth|sessions|admin)"
    r"|\b(jwt|jose|authlib|oauth\w*|itsdangerous|fastapi_users|signing|fernet|jsonwebtoken|next-auth|iron-session|(express|cookie|koa|fastify)-session"
    r"|@fastify/(secure-)?session)\b"
    r"|csrf|set_signed_cookie|encrypt|create(De)?[cC]ipher",
    re.IGNORECASE,
)
_OF_DEVELOPMENT = regex(
    r"(^|[/_.-])(dev|development|local|test|testing|demo|example)([_.-][^/]*)?\.\w+$", re.IGNORECASE
)
# A server that says of itself that it is one for trying out.
_SETS_DEVELOPMENT = regex(
    r"""environ\[["'](\w*ENV|ENVIRONMENT|FLASK_ENV)["']\]\s*=\s*["'](dev|development|test)"""
)
_CLASS = regex(r"^class (\w+)", re.MULTILINE)
_LOADS = regex(r"\b(from_object|from_pyfile|from_envvar|from_mapping|import_string)\b")
_DEVELOPERS = regex(r"Dev|Test|Local|Mock")
_STOPS = regex(r"\b(raise|throw|exit)\b")
_NEAR = 300  # characters from the comparison to what stops the start


def signs(prototype: Prototype, secret: Secret) -> bool:
    """True where product code signs or verifies with a guessable secret: not one of development
    only, nor one that the app refuses to start with or never asks for."""
    file = prototype.files[secret.location.path]
    if file.role is not Role.PRODUCT or is_archived(file.path) or _is_for_development(file, secret):
        return False
    if _is_refused(file.text or "", secret.value) or _is_named_and_refused(file, secret):
        return False
    if _is_refused_in_production(file.text or "", secret.name or ""):
        return False
    if _is_unread_setting(prototype, file, secret):
        return False
    return any(
        _SIGNS.search(other.text or "")
        for other in prototype.of_role(Role.PRODUCT)
        if other.language is file.language
    )


def guards_something(prototype: Prototype, path: str) -> bool:
    """True where any product file in the language of this one signs, seals or keeps sessions: what a key
    is set for, unless it is only there because a template had it."""
    language = prototype.files[path].language
    return any(
        _SIGNS.search(file.text or "") or _NEEDS_KEY.search(file.text or "")
        for file in prototype.of_role(Role.PRODUCT)
        if file.language is language and file.path not in prototype.abandoned
    )


def is_of_unloaded_class(prototype: Prototype, path: str, line: int) -> bool:
    """True for a setting in a class of Flask's kind (`class Config:`) that its own file does not use and no
    other names, where the app is given its settings in another way."""
    file = prototype.files[path]
    found = _CLASS.findall("\n".join(file.lines[:line]))
    if file.language is not Language.PYTHON or not found or "Config" not in found[-1]:
        return False
    stem = file.name.removesuffix(".py")
    if file.line(line)[:1].strip() or stem == "__init__":
        return False  # beside the class, not in it
    words = "|".join(_CLASS.findall(file.text or ""))
    if re.search(rf"{_LOADS.pattern}|(?<!class )\b({words})(\.\w|\(\))", file.text or ""):
        return False
    named = re.compile(
        rf"{_LOADS.pattern}|\b({words})\b|\b(from|import) ([\w.]*\.)?{re.escape(stem)}\b"
    )
    others = (
        f for f in prototype.files.values() if f.language is Language.PYTHON and f.path != path
    )
    return not any(named.search(other.text or "") for other in others)


def _is_for_development(file: SourceFile, secret: Secret) -> bool:
    if _OF_DEVELOPMENT.search(file.path) or _SETS_DEVELOPMENT.search(file.text or ""):
        return True
    before = "\n".join(file.lines[: secret.location.line])
    classes = _CLASS.findall(before)
    return bool(classes) and _DEVELOPERS.search(classes[-1]) is not None


def _is_unread_setting(prototype: Prototype, file: SourceFile, secret: Secret) -> bool:
    """True for a field of pydantic's BaseSettings that no code of the product reads; where all fields
    are handed on together, somebody else may."""
    bases = _BASES.findall("\n".join(file.lines[: secret.location.line]))
    if not secret.name or not bases or "Settings" not in bases[-1]:
        return False
    field = _FIELD.match(file.line(secret.location.line))  # an alias names only the setting
    name = re.escape(field[1] if field is not None else secret.name)
    here = re.compile(rf"\b{name}\b")
    read = re.compile(rf"(?<!\bself)\.{name}\b|[\"']{name}[\"']\s*[,)]")
    own = {n for n, line in enumerate(file.lines, 1) if here.search(line)}
    if len(own) > 1:
        own -= _lines_without_effect(file)
        own = own if secret.location.line in own else set()  # it is old code itself
    return own <= {secret.location.line} and not any(
        read.search(other.text or "") or _HANDED_ON.search(other.text or "")
        for other in prototype.of_role(Role.PRODUCT)
        if other.language is file.language and other.path != file.path
    )


def _lines_without_effect(file: SourceFile) -> set[int]:
    """The lines that are comments, and those of texts that nothing is done with: old code put in quotes."""
    found: set[int] = set()
    syntax = Syntax(file, Language.PYTHON)
    if syntax.is_broken:
        return found
    for node in syntax.root.find_all(kind="comment, expression_statement"):
        span = node.range()
        if node.kind() == "comment":
            alone = file.line(span.start.line + 1).lstrip().startswith("#")
        else:
            inner = node.children()
            alone = len(inner) == 1 and string(inner[0]) is not None
        if alone:
            found.update(range(span.start.line + 1, span.end.line + 2))
    return found


_FIELD = regex(r"\s+(\w+)\s*:")
_BASES = regex(r"^class \w+\(([^)]*)\)", re.MULTILINE)
_HANDED_ON = regex(
    r"\bfrom_object\(|[sS]ettings(\(\))?\.(model_dump|dict|__dict__)\b|\bvars\(\s*\w*[sS]ettings"
    r"|\bgetattr\(\s*\w*[sS]ettings\w*\s*,\s*[^\"'\s]"
)


def _is_refused(text: str, value: str) -> bool:
    """`if SECRET_KEY == "change-me": raise …`"""
    again = text.find(value, text.find(value) + len(value))
    return again != -1 and _STOPS.search(text, again, again + _NEAR) is not None


def _is_named_and_refused(file: SourceFile, secret: Secret) -> bool:
    """`if self.key == DEFAULT_KEY: raise …`, where the constant of that name holds the word."""
    text, name = file.text or "", secret.name or ""
    if _STANDS_IN.search(name) is None:
        return False
    asked = re.search(rf"==\s*(\w+\.)?{re.escape(name)}\b|\b{re.escape(name)}\s*==", text)
    return asked is not None and _STOPS.search(text, asked.end(), asked.end() + _NEAR) is not None


_STANDS_IN = regex(r"(^|_)(default|fallback|insecure|placeholder|dev|example)(_|$)", re.IGNORECASE)


def _is_refused_in_production(text: str, name: str) -> bool:
    """`if (!jwtSecret) { if (process.env.NODE_ENV === "production") throw …`"""
    wanted = _plain(name)
    for asked in _IN_PRODUCTION.finditer(text):
        before, after = text[max(0, asked.start() - _NEAR) : asked.start()], asked.end()
        if wanted and wanted in _plain(text[asked.start() - len(before) : after + _NEAR]):
            return _STOPS.search(text, after, after + _NEAR) is not None
    return False


def _plain(text: str) -> str:
    return text.lower().replace("_", "")


_IN_PRODUCTION = regex(
    r"""(NODE_ENV|ENVIRONMENT|APP_ENV|FLASK_ENV|\benv)\b["')\]]*\s*={2,3}\s*["']prod(uction)?["']|\bis_?prod(uction)?\b""",
    re.IGNORECASE,
)
