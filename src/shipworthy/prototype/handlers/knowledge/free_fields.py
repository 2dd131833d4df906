"""Which fields of a checked class take whatever the caller says, the role of an administrator with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.knowledge.shapes import names_admin
from shipworthy.prototype.handlers.sent import LEFT_FREE
from shipworthy.prototype.handlers.values import Type
from shipworthy.prototype.program.nodes import (
    Class,
    Expression,
    Items,
    Let,
    Literal,
    Member,
    Name,
)
from shipworthy.regex import regex


def free_fields(walk: Evaluation, kind: Type) -> list[str]:
    """The fields of which a Pydantic class asks no more than that they are a text or a number."""
    found = classes.fields_of(walk, kind)
    asked = _validators(walk, kind)
    return [
        name
        for name, (let, owner) in found.items()
        if not is_asked(name, asked) and _is_free(walk, let, owner)
    ]


def limited_fields(walk: Evaluation, kind: Type) -> list[str]:
    """The fields of which a Pydantic class asks that they are no negative number: `Field(gt=0)`."""
    return [
        name
        for name, (let, _) in classes.fields_of(walk, kind).items()
        if is_limited(f"{let.annotation} {let.value}")
    ]


def is_limited(said: str) -> bool:
    """True for a type, or the value that a field is given, that lets no negative number pass."""
    return _NOT_BELOW.search(said) is not None


_NOT_BELOW = regex(
    r"\bPositive(Int|Float)\b|\bNonNegative(Int|Float)\b|\b(gt|ge)=\s*\d|'(gt|ge)', Literal\(value=\d"
)


def note_taken(walk: Evaluation, kind: Type, site: Site) -> None:
    """`User(**body)`, of a class that picks its fields out of what was sent: it asks no more of them."""
    rest = site.named.get("...")
    parts = {o.kind for o in rest.origins if o.is_input} if rest is not None else set()
    if not parts or not classes.is_shape(walk, kind):
        return
    free = [f"{sorted(parts)[0]}.parsed.{name}" for name in free_fields(walk, kind)]
    if free:
        walk.passed(Check.VALID, LEFT_FREE, site.call.at, free)


def _is_free(walk: Evaluation, let: Let, owner: Type) -> bool:
    kind = classes.resolved(walk, let.annotation, owner)
    if kind is not None:
        return classes.is_choice(walk, kind) and names_admin(_values(kind.node))
    if "Literal" in let.annotation:
        return names_admin(re.findall(r"[\"']([^\"']*)[\"']", let.annotation))
    if not _SCALAR.intersection(re.findall(r"\w+", let.annotation)):
        return False
    return not _LIMITS.intersection(re.findall(r"\w+", f"{let.annotation} {let.value}"))


_SCALAR = frozenset({"str", "bool", "int", "float", "Any"})
_LIMITS = frozenset({"pattern", "regex", "StringConstraints", "AfterValidator", "BeforeValidator"})


def _values(kind: Class) -> Iterator[str]:
    """The values of an enumeration: `ADMIN = "admin"`, `ADMIN = "admin", "Administrator"`."""
    for let in kind.fields:
        parts = let.value.elements if isinstance(let.value, Items) else (let.value,)
        first = parts[0] if parts else None
        if isinstance(first, Literal) and isinstance(first.value, str):
            yield first.value


def _validators(walk: Evaluation, kind: Type) -> list[str]:
    """What the methods say that look at fields: those of the class and of the classes below it."""
    owners = (kind, *(base for base in classes.bases(walk, kind) if isinstance(base, Type)))
    return [
        str(method)
        for owner in owners
        for method in owner.node.methods
        if "validator" in str(method.decorators)
    ]


def is_asked(name: str, asked: list[str]) -> bool:
    """True where one of these methods names a field, or is called after it."""
    return any(f"'{name}'" in method or f"'validate_{name}'" in method for method in asked)


def admits_admin(walk: Evaluation, choices: Expression, owner: Type) -> bool:
    """`choices=[("admin", "Administrator"), …]`, `choices=Role.choices`: whether an administrator is one."""
    if isinstance(choices, Member):
        return names_admin(_named(walk, choices.object, owner))
    listed = walk.at_home(_written(choices, owner), owner.scope).elements or ()
    firsts = (pair.elements[0] if pair.elements else pair for pair in listed)
    return names_admin(value.text for value in firsts if value.text)


def _written(choices: Expression, owner: Type) -> Expression:
    """A list that the class keeps itself: `choices=LEVELS`."""
    for let in owner.node.fields:
        if (
            isinstance(choices, Name)
            and isinstance(let.target, Name)
            and let.target.id == choices.id
        ):
            return let.value
    return choices


def _named(walk: Evaluation, of: Expression, owner: Type) -> Iterator[str]:
    """The values of `Role.choices`, where the class `Role` may stand inside the other one."""
    for inner in owner.node.others:
        if isinstance(inner, Class) and isinstance(of, Name) and inner.name == of.id:
            yield from _values(inner)
    kind = walk.at_home(of, owner.scope).type
    if kind is not None:
        yield from _values(kind.node)
