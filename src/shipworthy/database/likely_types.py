"""The type that a column most likely has, where only its name or its TypeScript type is known."""

from __future__ import annotations

from shipworthy.database.generated_types import TypedColumn
from shipworthy.database.names import quoted
from shipworthy.regex import regex

_TIME = regex(r"(_at|_on|_time|_timestamp|timestamp)$")
_DATE = regex(r"(^|_)(date|birthday|dob)$")
_ID = regex(r"(^|_)(id|uuid)$")
_FLAG = regex(r"^(is|has|can|allow|enable|show|should|was)_|(enabled|active|verified)$")
_BASE = {"boolean": "boolean", "number": "numeric", "Json": "jsonb"}


def type_of(column: TypedColumn) -> str:
    """The likely type of a column: generated types call dates and identifiers alike "string"."""
    array = "[]" if column.type.endswith("[]") else ""
    if column.enum:
        return quoted(column.enum) + array
    base = column.type.removesuffix("[]")
    if base == "string" and not array:
        if column.name.endswith("embedding"):
            return "vector"
        return type_by_name(column.name)
    if base == "number" and _ID.search(column.name):
        return "bigint" + array
    return (
        _BASE.get(base, "text" if base == "string" or "'" in base or '"' in base else "jsonb")
        + array
    )


def type_by_name(name: str) -> str:
    """A type told by a column's name alone."""
    for kind, pattern in (
        ("uuid", _ID),
        ("timestamptz", _TIME),
        ("date", _DATE),
        ("boolean", _FLAG),
    ):
        if pattern.search(name):
            return kind
    return "text"
