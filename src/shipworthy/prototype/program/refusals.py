"""Settings without which a part of the server refuses to start, wherever it says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.program.fallbacks import setting_of, throws, words_of
from shipworthy.prototype.program.module import may_serve, module_of
from shipworthy.prototype.program.nodes import (
    Call,
    Class,
    Define,
    Do,
    If,
    Let,
    Member,
    Module,
    Name,
    Record,
)


class Refusal(NamedTuple):
    """A setting; `provided` where a framework runs the check as it builds its providers, and not
    only where the file is imported."""

    name: str
    provided: bool


_SECRETS = ("SECRET", "KEY", "TOKEN", "PASSWORD")
_ENDS = ("throw", "exit", "raise", "parse", "Joi", "cleanEnv")
_SCHEMAS = ("z", "Joi", "joi", "str", "yup")
_MAY_BE_MISSING = ("optional", "default", "catch", "nullish", "allow")
_CHECKED_WHOLE = ("parse(process.env", "validationSchema", "cleanEnv(", "validate(process.env")


def read(syntax: Syntax) -> list[Refusal]:
    """What the file refuses to be loaded without, or its providers to be built without."""
    text = syntax.source.text or ""
    asks = "env" in text and any(word in text for word in _SECRETS)
    if not asks or not any(word in text for word in _ENDS) or not may_serve(syntax):
        return []
    module = module_of(syntax)
    found = {Refusal(name, provided=False) for name in _missed(_on_loading(module))}
    if "@Injectable" in text:
        built = (c for c in module.body if isinstance(c, Class))
        bodies = (m.body for c in built for m in c.methods if m.name == "constructor")
        found |= {Refusal(name, provided=True) for body in bodies for name in _missed(body)}
    if any(word in text for word in _CHECKED_WHOLE):
        provided = "validationSchema" in text
        found |= {Refusal(name, provided) for name in _required(module.body)}
    return sorted(found)


def _on_loading(module: Module) -> tuple[object, ...]:
    """The statements of a module and those of the functions that it calls by itself."""
    functions = {d.function.name: d.function.body for d in module.body if isinstance(d, Define)}
    called = {word for s in module.body if isinstance(s, Do) for word in _called(s.value)}
    inner = [s for name in called for s in functions.get(name, ())]
    return (*module.body, *inner)


def _called(value: object) -> Iterator[str]:
    """`bootstrap()`, `bootstrap().catch(…)`."""
    while isinstance(value, Call | Member):
        if isinstance(value, Call) and isinstance(value.function, Name):
            yield value.function.id
        value = value.function if isinstance(value, Call) else value.object


def _missed(statements: tuple[object, ...]) -> Iterator[str]:
    """The settings that are asked for in a test, itself or by a name, under which all ends."""
    names: dict[str, str] = {}
    for statement in statements:
        if isinstance(statement, Let) and isinstance(statement.target, Name):
            setting = setting_of(statement.value)
            if setting:
                names[statement.target.id] = setting
        if isinstance(statement, If):
            if throws(statement.then):
                words = set(words_of(statement.test))
                yield from (names.get(word, word) for word in words)
            else:
                yield from _inside(statement, names)


def _inside(statement: If, names: dict[str, str]) -> Iterator[str]:
    """Within `if (NODE_ENV === "production")`, as long as nothing else is asked first."""
    if "production" not in set(words_of(statement.test)):
        return
    for inner in statement.then:
        if isinstance(inner, If) and throws(inner.then):
            yield from (names.get(word, word) for word in set(words_of(inner.test)))


def _required(node: object) -> Iterator[str]:
    """`z.object({ JWT_SECRET: z.string().min(32) })`, without a default."""
    if isinstance(node, Record):
        for key, value in node.pairs:
            words = set(words_of(value))
            if key.isupper() and words & set(_SCHEMAS) and words.isdisjoint(_MAY_BE_MISSING):
                yield key
    if isinstance(node, tuple):
        for part in node:
            if isinstance(part, tuple):
                yield from _required(part)
