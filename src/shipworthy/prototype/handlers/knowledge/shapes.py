"""What the fields of a schema let pass: anything, or one of a list, and whether that names administrators."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipworthy.prototype.handlers.values import Value
from shipworthy.regex import regex

NAMES_ADMIN = "names-admin"
"""The tag of a list of allowed values among which is that of an administrator."""
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
    admin = names_admin(value.text for value in known if value.text)
    return frozenset({"schema:enum", *([NAMES_ADMIN] if admin else [])})


def names_admin(values: Iterable[str]) -> bool:
    """True where one of these is the role of an administrator."""
    return any(_ADMIN.match(value) for value in values)


def leaves_free(field: Value) -> bool:
    """True for a field that takes whatever the caller says, an administrator's role among the rest."""
    kinds = {tag[7:] for tag in field.tags if tag.startswith("schema:")}
    if not kinds - {"optional", "nullable"} or "refined" in field.tags:
        return False
    return NAMES_ADMIN in field.tags or not kinds & _LISTED
