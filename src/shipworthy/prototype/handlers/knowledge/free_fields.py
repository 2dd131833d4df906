"""Which fields of a checked class take whatever the caller says, the role of an administrator with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.knowledge.shapes import names_admin
from shipworthy.prototype.handlers.values import Type
from shipworthy.prototype.program.nodes import Let, Literal


def free_fields(walk: Evaluation, kind: Type) -> list[str]:
    """The fields of which a Pydantic class asks no more than that they are a text or a number."""
    found = classes.fields_of(walk, kind)
    asked = _validators(walk, kind)
    return [
        name
        for name, (let, owner) in found.items()
        if not _is_asked(name, asked) and _is_free(walk, let, owner)
    ]


def _is_free(walk: Evaluation, let: Let, owner: Type) -> bool:
    kind = classes.resolved(walk, let.annotation, owner)
    if kind is not None:
        return classes.is_choice(walk, kind) and names_admin(_members(kind))
    if "Literal" in let.annotation:
        return names_admin(re.findall(r"[\"']([^\"']*)[\"']", let.annotation))
    if not _SCALAR.intersection(re.findall(r"\w+", let.annotation)):
        return False
    return not _LIMITS.intersection(re.findall(r"\w+", f"{let.annotation} {let.value}"))


_SCALAR = frozenset({"str", "bool", "int", "float", "Any"})
_LIMITS = frozenset({"pattern", "regex", "StringConstraints", "AfterValidator", "BeforeValidator"})


def _members(kind: Type) -> Iterator[str]:
    """The values of an enumeration: `ADMIN = "admin"`."""
    for let in kind.node.fields:
        if isinstance(let.value, Literal) and isinstance(let.value.value, str):
            yield let.value.value


def _validators(walk: Evaluation, kind: Type) -> list[str]:
    """What the methods say that look at fields: those of the class and of the classes below it."""
    owners = (kind, *(base for base in classes.bases(walk, kind) if isinstance(base, Type)))
    return [
        str(method)
        for owner in owners
        for method in owner.node.methods
        if "validator" in str(method.decorators)
    ]


def _is_asked(name: str, asked: list[str]) -> bool:
    return any(f"'{name}'" in method for method in asked)
