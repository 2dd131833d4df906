"""Names as SQL writes them."""

from __future__ import annotations

from collections.abc import Iterable

from shipworthy.database.schema import Table
from shipworthy.regex import regex

_PLAIN = regex(r"[a-z_][a-z0-9_]*")
_RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check
    collate collation column concurrently constraint create cross current_catalog current_date
    current_role current_schema current_time current_timestamp current_user default deferrable desc
    distinct do else end except false fetch for foreign freeze from full grant group having ilike in
    initially inner intersect into is isnull join lateral leading left like limit localtime
    localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
    references returning right select session_user similar some symmetric system_user table tablesample
    then to trailing true union unique user using variadic verbose when where window with""".split()
)


def quoted(name: str) -> str:
    """An identifier, in quotes where SQL needs them."""
    if _PLAIN.fullmatch(name) and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def sql_name(table: Table) -> str:
    """The full name of a table: `public.notes`."""
    return f"{quoted(table.schema)}.{quoted(table.name)}"


def sql_target(qualified: str) -> str:
    """A name as findings use it, as SQL writes it."""
    schema, _, name = qualified.partition(".")
    return f"{quoted(schema)}.{quoted(name)}"


def sql_list(names: Iterable[str]) -> str:
    """Identifiers with commas between them."""
    return ", ".join(quoted(name) for name in names)


def short_name(*parts: str) -> str:
    """A name for a new object; PostgreSQL cuts longer ones off at 63 bytes."""
    return "_".join(parts)[:63].rstrip("_")


def spoken(names: Iterable[str], most: int = 4) -> str:
    """ "a, b and c" or "a, b, c, d and 3 more"."""
    names = list(names)
    shown, rest = names[:most], len(names) - most
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)
