"""What the fields of a schema let pass: anything, or one of a list, and whether that names administrators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from shipworthy.prototype.handlers.values import Value
from shipworthy.regex import regex

NAMES_ADMIN = "names-admin"
"""The tag of a list of allowed values among which is that of an administrator."""

UNREAD = "values-unread"
"""The tag of a list of allowed values of which none is known."""
_ADMIN = regex(
    r"^(super|site|sys(tem)?|org|tenant|platform)?[_ -]?(admin(istrator)?|root|superuser|owner)$",
    re.I,
)
_LISTED = frozenset(
    "enum nativeEnum literal union discriminatedUnion uuid url date tuple array".split()
)


def listed(values: Value) -> frozenset[str]:
    """The tags of a field that takes one of these values."""
    known = [*(values.elements or ()), *(values.fields or {}).values()]
    return listing(value.text for value in known if value.text)


def listing(values: Iterable[str]) -> frozenset[str]:
    """The tags of a field that takes one of these texts."""
    known = tuple(values)
    told = UNREAD if not known else NAMES_ADMIN if names_admin(known) else ""
    return frozenset({"schema:enum", *([told] if told else [])})


def named_values(listed: Value, enumerations: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The values of `["user", "admin"]` and of an enumeration, also of Prisma's; of numbers the names."""
    if listed.elements is not None:
        return tuple(value.text for value in listed.elements if value.text)
    if listed.fields:
        return tuple(value.text or name for name, value in listed.fields.items())
    package, _, name = listed.what.rpartition(".")
    return enumerations.get(name, ()) if "prisma" in package.lower() else ()


def names_admin(values: Iterable[str]) -> bool:
    """True where one of these is the role of an administrator."""
    return any(_ADMIN.match(value) for value in values)


def leaves_free(field: Value) -> bool:
    """True for a field that takes whatever the caller says, an administrator's role among the rest."""
    kinds = {tag[7:] for tag in field.tags if tag.startswith("schema:")}
    if not kinds - {"optional", "nullable"} or "refined" in field.tags:
        return False
    return NAMES_ADMIN in field.tags or not kinds & _LISTED
