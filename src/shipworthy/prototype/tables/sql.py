"""The CREATE TABLE statements of SQL text; what stands in comments and strings is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from shipworthy.regex import regex


class Dialect(StrEnum):
    """Which database the SQL is for."""

    POSTGRES = "postgres"
    SUPABASE = "supabase"
    MYSQL = "mysql"
    SQLITE = "sqlite"
    UNKNOWN = "unknown"


class CreateTable(Struct, frozen=True):
    """One CREATE TABLE: name without quotes and without `public.`, columns, 1-based line."""

    name: str
    columns: tuple[str, ...]
    line: int


_NAME = r'(?:"[^"\n]+"|`[^`\n]+`|\[[^\]\n]+\]|[A-Za-z_][\w$]*)'
_CREATE = regex(
    r"\bcreate\s+(?:or\s+replace\s+)?(?:unlogged\s+|foreign\s+)?table\s+(?:if\s+not\s+exists\s+)?"
    rf"({_NAME}(?:\s*\.\s*{_NAME}){{0,2}})\s*(\()?",
    re.IGNORECASE,
)
_OTHER = regex(
    rf"\bcreate\s+(?:or\s+replace\s+)?(?:materialized\s+)?view\s+(?:if\s+not\s+exists\s+)?"
    rf"({_NAME}(?:\s*\.\s*{_NAME}){{0,2}})"
    rf"|\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?{_NAME}(?:\s*\.\s*{_NAME}){{0,2}}"
    rf"\s+rename\s+to\s+({_NAME})",
    re.IGNORECASE,
)
_NO_COLUMNS = frozenset(
    "constraint primary foreign unique check exclude key index like fulltext spatial period".split()
)
_SKIPPED = regex(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|(?:\b[eEnNxXbB])?'|\$(?:[A-Za-z_]\w*)?\$|"[^"]*"|`[^`]*`""",
    re.DOTALL,
)
_MISLEADING = regex(r"\bcreate\s+(\w+\s+)?table\s", re.IGNORECASE)  # the name of a policy
_DO_BLOCK = regex(r"\bdo\s*(?:language\s+\w+\s*)?$", re.IGNORECASE)
_PLAIN_END = regex(r"(?:[^']|'')*(?:'|\Z)")
_ESCAPED_END = regex(r"(?:[^'\\]|''|\\.)*(?:'|\Z)", re.DOTALL)

_MYSQL = regex(
    r"\bauto_increment\b|\bengine\s*=|`\w+`\s+\w+|\bunsigned\b|\bon\s+update\s+current_timestamp"
    r"|\bdefault\s+charset\s*=|\btinyint\s*\(",
    re.IGNORECASE,
)
_SQLITE = regex(
    # Not \s* before pragma: over many empty lines that takes the square of their number.
    r"\bautoincrement\b|^[^\S\n]*pragma\s|\bwithout\s+rowid\b",
    re.IGNORECASE | re.MULTILINE,
)
_SUPABASE = regex(
    r"\bauth\s*\.\s*(uid|users|jwt|role|email)\b|\bstorage\s*\.\s*(buckets|objects)\b"
    r"|\bto\s+(authenticated|anon|service_role)\b|\bsupabase_realtime\b",
    re.IGNORECASE,
)
_POSTGRES = regex(
    r"\btimestamptz\b|\b(big|small)?serial\b|\bgen_random_uuid\b|\buuid_generate_v4\b|\bjsonb\b|\bbytea\b"
    r"|\bcreate\s+extension\b|\brow\s+level\s+security\b|\bplpgsql\b|\bwith\s+time\s+zone\b"
    r"|::\w+|\bcreate\s+policy\b|\busing\s+(gin|gist)\b|\bcreate\s+type\b",
    re.IGNORECASE,
)


def create_tables(source: str) -> Iterator[CreateTable]:
    """The tables that a script creates for good, in order; temporary tables are left out."""
    if "table" not in source.lower():
        return
    code = statements(source)
    found = list(_CREATE.finditer(code))
    line, counted = 1, 0
    # No statement holds another one, so that no text is looked at twice.
    ends = [*(match.start() for match in found[1:]), len(code)]
    for match, end in zip(found, ends, strict=False):
        line += code.count("\n", counted, match.start())
        counted = match.start()
        body = _body(code[match.end() : end]) if match[2] else ""
        columns = tuple(filter(None, (_column(part) for part in _split(body))))
        yield CreateTable(_plain(match[1]), columns, line)


def views_and_new_names(source: str) -> Iterator[CreateTable]:
    """The views that a script creates and the names that it gives to tables there were, in order."""
    if not any(word in source.lower() for word in ("view", "rename")):
        return
    code = statements(source)
    for match in _OTHER.finditer(code):
        yield CreateTable(_plain(match[1] or match[2]), (), code.count("\n", 0, match.start()) + 1)


def dialect_of(source: str) -> Dialect:
    """Which database a script is written for; UNKNOWN where nothing in it tells."""
    code = statements(source)
    for dialect, signs in (
        (Dialect.SUPABASE, _SUPABASE),
        (Dialect.MYSQL, _MYSQL),
        (Dialect.SQLITE, _SQLITE),
        (Dialect.POSTGRES, _POSTGRES),
    ):
        if signs.search(code):
            return dialect
    return Dialect.POSTGRES if "$$" in source else Dialect.UNKNOWN


@lru_cache(maxsize=1)
def statements(source: str) -> str:
    """The script with comments, strings and function bodies blanked; every offset stays.

    The body of a DO block runs at once, so it stays.
    """
    lower = source.lower()  # to look for a word takes less than to search
    escapes = any(word in lower for word in ("engine", "auto_increment")) and bool(
        re.search(r"\bengine\s*=|\bauto_increment\b", lower)
    )
    out: list[str] = []
    at, inside_do = 0, ""
    while match := _SKIPPED.search(source, at):
        start, end, token = match.start(), match.end(), match[0]
        out.append(source[at:start])
        if token[0] in '"`' and not _MISLEADING.search(token):
            out.append(token)
            at = end
            continue
        comment = token.startswith(("--", "/*"))  # which may end with a quote
        if not comment and token.endswith("'"):
            ending = _ESCAPED_END if escapes or token[0] in "eE" else _PLAIN_END
            found = ending.match(source, end)
            end = found.end() if found else len(source)
        elif token.startswith("$"):
            if token == inside_do:
                inside_do = ""
            elif not inside_do and _DO_BLOCK.search(source, max(0, start - 60), start):
                inside_do = token
            else:
                close = source.find(token, end)
                end = close + len(token) if close >= 0 else len(source)
        out.append(_blank(source[start:end]))
        at = end
    out.append(source[at:])
    return "".join(out)


def _blank(text: str) -> str:
    return "\n".join([" " * len(line) for line in text.split("\n")])


def _plain(name: str) -> str:
    parts = re.findall(_NAME, name)
    plain = ".".join(part.strip('"`[]') for part in parts)
    return plain.removeprefix("public.").removeprefix("dbo.")


def _body(code: str) -> str:
    """The text up to the parenthesis that closes the one before it."""
    depth = 1
    for match in re.finditer(r"[()]", code):
        depth += 1 if match[0] == "(" else -1
        if depth == 0:
            return code[: match.start()]
    return code


def _split(body: str) -> Iterator[str]:
    depth, at = 0, 0
    for match in re.finditer(r"[(),]", body):
        if match[0] == "," and depth == 0:
            yield body[at : match.start()]
            at = match.end()
        else:
            depth += {"(": 1, ")": -1}.get(match[0], 0)
    yield body[at:]


def _column(part: str) -> str:
    """The name of a column definition; '' for a constraint or an index."""
    found = re.match(rf"\s*({_NAME})", part)
    if not found or found[1].lower() in _NO_COLUMNS:
        return ""
    return found[1].strip('"`[]')
