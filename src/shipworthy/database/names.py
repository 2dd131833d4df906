"""Names in SQL text: how they are written, read and quoted."""

from __future__ import annotations

from functools import lru_cache

from shipworthy.regex import regex

# ASCII that is no part of a name: to compile the range of what is, up to U+10FFFF, takes `re` 25 ms.
FIRST = r"[^\x00-\x40\x5b-\x5e\x60\x7b-\x7f]"
FOLLOWING = r"[^\x00-\x23\x25-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]"
IN_TAG = r"[^\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]"  # those without a dollar
NAME = rf'(?:(?:"[^"]*+")+(?!"[^"]*")|{FIRST}{FOLLOWING}*+)'
QUALIFIED = rf"{NAME}(?:\s*+\.\s*+{NAME}){{0,2}}"
_PART = regex(NAME)
_LONGEST = 500  # characters; PostgreSQL itself keeps 63, and texts name rules by more


@lru_cache(maxsize=4096)
def parts(name: str) -> tuple[str, ...]:
    """The parts of a written name as PostgreSQL reads them: folded unless quoted."""
    return tuple(
        (part[1:-1].replace('""', '"') if part.startswith('"') else part.lower())[:_LONGEST]
        for part in _PART.findall(name)
    )


def qualified(name: str, schema: str = "public") -> str:
    """ "schema.name" of a written name."""
    read = parts(name)[-2:]
    return ".".join(read if len(read) == 2 else (schema, *read))


def quoted(name: str) -> str:
    """A name of ours ("schema.name" or "name") as SQL writes it."""
    return ".".join(quoted_part(part) for part in name.split(".", 1))


def quoted_part(name: str) -> str:
    """One part of a name as SQL writes it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """A text as a SQL literal."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
